//! What the page's engine holds on to, for tests that watch it.

use crate::page;
use wasmtime_environ::error::Result;

/// What is there now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Slots of the dispatcher's table.
    pub slots: u32,
    /// Those of them that are taken.
    pub taken: u32,
    /// Generated modules that are kept for the next use.
    pub modules: usize,
}

/// What the page's engine holds now.
///
/// # Errors
///
/// The engine cannot be set up in this page.
pub fn held() -> Result<Held> {
    page::page(|page| {
        let (slots, taken) = page.slots.borrow().count();
        Ok(Held {
            slots,
            taken,
            modules: page.generated(),
        })
    })
}
