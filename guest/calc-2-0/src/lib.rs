//! The calculator of `demo:calc@2.0.0`: it adds wider numbers than 1.x.

#[expect(unsafe_code, reason = "exports are called with addresses")]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit/calc-2.0.0" });
    use super::Calculator;
    export!(Calculator);
}

use bindings::exports::demo::calc::ops::Guest;

struct Calculator;

impl Guest for Calculator {
    fn add(a: i64, b: i64) -> i64 {
        a.wrapping_add(b)
    }

    fn mul(a: i32, b: i32) -> i32 {
        a.wrapping_mul(b)
    }
}
