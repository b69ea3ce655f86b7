//! How large the memories and tables of a core module begin, and may become.

use wasmtime_environ::{IndexType, Limits, Module};

/// Pages of the largest memory of 32-bit addresses.
const MOST_PAGES: u64 = 1 << 16;

/// The sizes of what a core module defines itself.
#[derive(Clone, Debug, Default)]
pub struct Sizes {
    /// Its memories, in pages.
    pub memories: Box<[Size]>,
    /// Its tables, in elements.
    pub tables: Box<[Size]>,
}

/// The size of one memory or table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// What it begins with.
    pub minimum: u64,
    /// The most that it can have, declared or not.
    pub maximum: u64,
}

impl Sizes {
    pub(super) fn read(module: &Module) -> Sizes {
        let memories = module.memories.iter();
        let tables = module.tables.iter();
        Sizes {
            memories: memories
                .filter(|(index, _)| module.defined_memory_index(*index).is_some())
                .map(|(_, memory)| Size::of(memory.limits, memory.idx_type, MOST_PAGES))
                .collect(),
            tables: tables
                .filter(|(index, _)| module.defined_table_index(*index).is_some())
                .map(|(_, table)| Size::of(table.limits, table.idx_type, u64::from(u32::MAX)))
                .collect(),
        }
    }
}

impl Size {
    /// `most` is what 32-bit numbers reach.
    fn of(limits: Limits, index: IndexType, most: u64) -> Size {
        let most = match index {
            IndexType::I32 => most,
            IndexType::I64 => u64::MAX,
        };
        Size {
            minimum: limits.min,
            maximum: limits.max.unwrap_or(most),
        }
    }
}
