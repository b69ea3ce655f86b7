//! How large the memories and tables of a core module begin, and may become.

#[cfg(feature = "compiler")]
use wasmtime_environ::{IndexType, Limits, Module};

/// Pages of the largest memory of 32-bit addresses.
pub(crate) const MOST_PAGES: u64 = 1 << 16;

/// Elements of the largest table of 32-bit indices.
pub(crate) const MOST_ELEMENTS: u64 = u32::MAX as u64;

/// The sizes of what a core module defines itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

#[cfg(feature = "compiler")]
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
                .map(|(_, table)| Size::of(table.limits, table.idx_type, MOST_ELEMENTS))
                .collect(),
        }
    }
}

#[cfg(feature = "compiler")]
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

#[cfg(test)]
mod tests {
    use super::{MOST_PAGES, Size};
    use crate::plan::ModuleShape;
    use amphi_core::features::taken;

    #[test]
    fn what_declares_no_most_has_what_its_addresses_reach() {
        let text = r#"(module
            (import "" "m" (memory 7))
            (memory 1) (memory 2 3) (memory i64 4)
            (table 5 funcref) (table 6 7 funcref) (table i64 8 funcref))"#;
        let bytes = wat::parse_str(text).expect("the text is a module");
        let shape = ModuleShape::new(&bytes, taken()).expect("the module is valid");
        let size = |minimum, maximum| Size { minimum, maximum };
        let memories = [size(1, MOST_PAGES), size(2, 3), size(4, u64::MAX)];
        assert_eq!(*shape.sizes.memories, memories);
        let tables = [size(5, u64::from(u32::MAX)), size(6, 7), size(8, u64::MAX)];
        assert_eq!(*shape.sizes.tables, tables);
    }
}
