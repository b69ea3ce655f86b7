//! The dispatcher: a growable table of the engine's own, reached through slots of the application's
//! table.

use super::instruction::{Function, Instruction};
use super::{Sections, any_memory, word};
use wasm_encoder::{EntityType, ExportKind, RefType, TableType, ValType};

const I32: ValType = ValType::I32;

/// The dispatcher module.
///
/// Exports `table` (growable, of functions), `enter: (f, args)` which clears the flag at `in_host`
/// in the application's memory `m.app` (under the guard, so that what is thrown before is told
/// apart) and calls the array-call trampoline in slot `f`, `call: (f, a, b, c) -> status` which
/// calls the accessor in slot `f`, and `nothing: ()` which does nothing.
pub fn dispatcher(in_host: u32) -> Vec<u8> {
    let mut sections = Sections::default();
    sections.types.ty().function([I32], []);
    sections.types.ty().function([I32; 3], [I32]);
    sections.types.ty().function([I32; 2], []);
    sections.types.ty().function([I32; 4], [I32]);
    sections.types.ty().function([], []);

    sections
        .imports
        .import("m", "app", EntityType::Memory(any_memory()));

    sections.functions.function(2).function(3).function(4);

    sections.tables.table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: 1,
        maximum: None,
        shared: false,
    });

    sections.exports.export("table", ExportKind::Table, 0);
    sections.exports.export("enter", ExportKind::Func, 0);
    sections.exports.export("call", ExportKind::Func, 1);
    sections.exports.export("nothing", ExportKind::Func, 2);

    let clear_flag = [
        Instruction::I32Const(0),
        Instruction::I32Const(0),
        Instruction::I32Store(word(in_host)),
    ];
    sections.code.function(&forward(&clear_flag, 1..2, 0));
    sections.code.function(&forward(&[], 1..4, 1));
    let mut nothing = Function::new([]);
    nothing.instruction(&Instruction::End);
    sections.code.function(&nothing);

    sections.finish()
}

/// A function that does `first`, then calls slot `local 0` of table 0 with its other parameters.
fn forward(first: &[Instruction], rest: std::ops::Range<u32>, type_index: u32) -> Function {
    let mut function = Function::new([]);
    for instruction in first {
        function.instruction(instruction);
    }
    for local in rest {
        function.instruction(&Instruction::LocalGet(local));
    }
    function
        .instruction(&Instruction::LocalGet(0))
        .instruction(&Instruction::CallIndirect {
            type_index,
            table_index: 0,
        })
        .instruction(&Instruction::End);
    function
}

/// A module that imports the JavaScript guard `g.guard: (f, args) -> status` and exports it as a
/// wasm function, which is what a table can hold.
pub fn reexport_guard() -> Vec<u8> {
    let mut sections = Sections::default();
    sections.types.ty().function([I32; 2], [I32]);
    sections
        .imports
        .import("g", "guard", EntityType::Function(0));
    sections.exports.export("guard", ExportKind::Func, 0);
    sections.finish()
}
