//! Writes down what others do, as long as its instance lives: one call of the other.

#[expect(unsafe_code, reason = "exports are called with addresses")]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit/ledger", world: "ledger" });
    use super::Ledger;
    export!(Ledger);
}

use std::cell::RefCell;

use bindings::exports::demo::ledger::log::Guest;

thread_local! {
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

struct Ledger;

impl Guest for Ledger {
    fn note(line: String) -> u32 {
        LINES.with_borrow_mut(|lines| {
            lines.push(line);
            u32::try_from(lines.len()).unwrap_or(u32::MAX)
        })
    }

    fn lines() -> Vec<String> {
        LINES.with_borrow(Clone::clone)
    }
}
