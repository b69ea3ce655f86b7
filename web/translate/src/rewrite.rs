//! Core modules rewritten for what a browser cannot do: several memories, and a start function that
//! waits.
//!
//! From the bytes of a valid module to those of another. Knows no plan.

mod deferred_start;
mod single_memory;

pub use deferred_start::{DeferredStart, deferred_start};
pub use single_memory::{Accessor, SingleMemory, single_memory};
