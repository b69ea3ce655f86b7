//! The component of `demo:shapes`: it does as little as each shape allows, so that what is measured
//! is the crossing.

#[expect(unsafe_code, reason = "exports are called with addresses")]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit/shapes" });
    use super::Shapes;
    export!(Shapes);
}

use bindings::demo::shapes::host;
use bindings::exports::demo::shapes::calls::{Entry, Guest, GuestCounter};
use std::cell::Cell;

struct Shapes;

/// A number behind a handle.
struct Counter(Cell<u32>);

impl GuestCounter for Counter {
    fn new(start: u32) -> Self {
        Self(Cell::new(start))
    }

    fn increment(&self, by: u32) -> u32 {
        self.0.set(self.0.get().wrapping_add(by));
        self.0.get()
    }
}

impl Guest for Shapes {
    type Counter = Counter;

    fn add(a: i32, b: i32) -> i32 {
        a.wrapping_add(b)
    }

    fn echo_text(text: String) -> String {
        text
    }

    fn echo_bytes(bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }

    fn sum(numbers: Vec<u32>) -> u32 {
        numbers.into_iter().fold(0, u32::wrapping_add)
    }

    fn count_notes(entries: Vec<Entry>) -> u32 {
        entries.iter().filter(|entry| entry.note.is_some()).count() as u32
    }

    fn add_by_host(x: u32, times: u32) -> u32 {
        (0..times).fold(x, |x, _| host::add_one(x))
    }

    fn measure_by_host(text: String, times: u32) -> u32 {
        (0..times).fold(0, |sum, _| sum.wrapping_add(host::measure(&text)))
    }
}
