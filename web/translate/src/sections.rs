//! What all modules are made with that are made here.

use wasm_encoder::{
    CodeSection, ExportSection, FunctionSection, GlobalSection, ImportSection, MemoryType, Module,
    TableSection, TypeSection,
};

/// The sections that generated modules have.
#[derive(Default)]
pub struct Sections {
    pub types: TypeSection,
    pub imports: ImportSection,
    pub functions: FunctionSection,
    pub tables: TableSection,
    pub globals: GlobalSection,
    pub exports: ExportSection,
    pub code: CodeSection,
}

impl Sections {
    /// The module, with its sections in the order that the binary format asks for.
    pub fn finish(&self) -> Vec<u8> {
        let mut module = Module::new();
        module
            .section(&self.types)
            .section(&self.imports)
            .section(&self.functions)
            .section(&self.tables)
            .section(&self.globals)
            .section(&self.exports)
            .section(&self.code);
        module.finish()
    }
}

/// Any memory fits: at least no pages, with no upper bound asked for.
pub fn any_memory() -> MemoryType {
    MemoryType {
        minimum: 0,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    }
}
