//! Two ways out of bounds, to hear what the browser says of each.

use super::instruction::{Function, Instruction};
use super::{Sections, any_memory};
use wasm_encoder::{EntityType, ExportKind, MemArg, RefType, TableType, ValType};

/// A module that imports a memory `m.app` and exports `memory`, which loads from outside of it, and
/// `table`, which calls from outside of a table.
pub fn out_of_bounds() -> Vec<u8> {
    let mut sections = Sections::default();
    sections.types.ty().function([], [ValType::I32]);
    sections
        .imports
        .import("m", "app", EntityType::Memory(any_memory()));
    sections.functions.function(0).function(0);
    sections.tables.table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: 0,
        maximum: None,
        shared: false,
    });
    sections.exports.export("memory", ExportKind::Func, 0);
    sections.exports.export("table", ExportKind::Func, 1);
    // No memory reaches as far as this address.
    let load = Instruction::I32Load8U(MemArg {
        offset: u64::from(u32::MAX),
        align: 0,
        memory_index: 0,
    });
    let call = Instruction::CallIndirect {
        type_index: 0,
        table_index: 0,
    };
    for instruction in [load, call] {
        let mut function = Function::new([]);
        function
            .instruction(&Instruction::I32Const(-1))
            .instruction(&instruction)
            .instruction(&Instruction::End);
        sections.code.function(&function);
    }
    sections.finish()
}
