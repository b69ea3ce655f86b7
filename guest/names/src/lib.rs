//! The component of `demo:names`: what each of its functions gives tells which it is.

#[expect(unsafe_code, reason = "exports are called with addresses")]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit/names" });
    use super::Names;
    export!(Names);
}

use bindings::exports::demo::names::plain::{self, Bits, Pair};
use bindings::exports::demo::names::tools::{self, GuestSymbol, GuestTool};
use std::cell::RefCell;

struct Names;

impl plain::Guest for Names {
    fn f_1() -> u32 {
        1
    }

    fn f1() -> u32 {
        2
    }

    fn swap(pair: Pair) -> Pair {
        Pair {
            a_1: pair.a1,
            a1: pair.a_1,
        }
    }

    fn invert(bits: Bits) -> Bits {
        !bits
    }

    fn less(c_1: u32, c1: u32) -> u32 {
        c_1.wrapping_sub(c1)
    }

    fn then() -> u32 {
        18
    }
}

/// A number behind a handle.
struct Tool(u32);

/// A tool behind a handle, until it is opened.
struct Symbol(RefCell<Option<tools::Tool>>);

impl tools::Guest for Names {
    type Tool = Tool;
    type Symbol = Symbol;
}

impl GuestTool for Tool {
    fn new(number: u32) -> Self {
        Self(number)
    }

    fn constructor(&self) -> u32 {
        self.0 + 1
    }

    fn then(&self) -> u32 {
        self.0 + 2
    }

    fn to_string(&self) -> u32 {
        self.0 + 3
    }

    fn dispose(&self) -> u32 {
        self.0 + 4
    }

    fn go_1(&self) -> u32 {
        1
    }

    fn go1(&self) -> u32 {
        2
    }

    fn name() -> u32 {
        11
    }

    fn length() -> u32 {
        12
    }

    fn prototype(number: u32) -> u32 {
        number
    }

    fn make_1() -> u32 {
        1
    }

    fn make1() -> u32 {
        2
    }

    fn of(number: u32) -> tools::Tool {
        tools::Tool::new(Self(number))
    }
}

impl GuestSymbol for Symbol {
    fn new(tool: tools::Tool) -> Self {
        Self(RefCell::new(Some(tool)))
    }

    fn open(symbol: tools::Symbol) -> tools::Tool {
        let inside = symbol.get::<Self>().0.take();
        inside.unwrap_or_else(|| tools::Tool::new(Tool(0)))
    }
}
