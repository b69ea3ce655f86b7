//! The calculator of `demo:calc@1.0.0`: it adds.

#[expect(unsafe_code, reason = "exports are called with addresses")]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit/calc-1.0.0" });
    use super::Calculator;
    export!(Calculator);
}

use bindings::exports::demo::calc::ops::Guest;

struct Calculator;

impl Guest for Calculator {
    fn add(a: i32, b: i32) -> i32 {
        a.wrapping_add(b)
    }
}
