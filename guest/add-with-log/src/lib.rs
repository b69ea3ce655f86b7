//! Adds numbers and has each written down, by a plugin of the host or by another component: it does
//! not see which.

#[expect(unsafe_code, reason = "exports are called with addresses")]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit/ledger", world: "adder" });
    use super::Adder;
    export!(Adder);
}

use bindings::demo::ledger::log;
use bindings::exports::demo::ledger::adding::{Guest, Report};

struct Adder;

impl Guest for Adder {
    fn add_with_log(numbers: Vec<i64>) -> Report {
        let mut sum = 0_i64;
        for number in numbers {
            sum = sum.wrapping_add(number);
            log::note(&format!("+ {number} = {sum}"));
        }
        let lines = log::lines();
        Report { sum, lines }
    }
}
