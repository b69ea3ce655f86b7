//! Core modules rewritten for what a browser cannot do: several memories, and a start function that
//! waits.
//!
//! From the bytes of a valid module to those of another. Knows no plan.

#[cfg(feature = "compiler")]
mod deferred_start;
#[cfg(feature = "compiler")]
mod single_memory;

#[cfg(feature = "compiler")]
pub use deferred_start::{DeferredStart, deferred_start};
#[cfg(feature = "compiler")]
pub use single_memory::{has_several_memories, single_memory};

/// A module with one memory at most, and what it needs in place of the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleMemory {
    /// The module. It imports what the original does, apart from the memories behind the first, and
    /// the exports of the accessors.
    pub wasm: Vec<u8>,
    /// The accessors of the memories that it uses behind the first.
    pub accessors: Vec<Accessor>,
}

/// The functions in place of one memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accessor {
    /// The module name under which the rewritten module imports every export of the accessor;
    /// nothing else is imported from it.
    pub module: String,
    /// Which of the original's imports the memory is, counted from 0 over imports of every kind.
    pub import: usize,
    /// The accessor: a module that imports that memory as `m.memory`.
    pub wasm: Vec<u8>,
}
