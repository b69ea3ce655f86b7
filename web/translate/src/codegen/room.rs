//! Room on the stack, which is looked for before a guest's call reaches the application.
//!
//! Where the stack runs out in the application's own code, its frames are gone without their
//! destructors having run, and so no guest may run any more. Where it runs out before, that is a
//! guest's trap like any other.

use super::instruction::{Function, Instruction};
use super::{Sections, any_memory};
use wasm_encoder::{BlockType, EntityType, ExportKind, GlobalType, ImportSection, MemArg, ValType};

/// Bytes of the stack that the application has for itself when a guest calls it.
const ROOM: u64 = 32 << 10;

/// Bytes of a value on the stack.
const VALUE: u64 = 8;

/// Values in a frame: one compiler of a browser's takes minutes over a function with eight times as
/// many.
const VALUES: u64 = 1024;

/// How many frames that is.
const FRAMES: u32 = (ROOM / VALUE / VALUES) as u32;

/// The import that a wrapper looks for room with, a function without parameters and results.
pub fn import(imports: &mut ImportSection, type_index: u32) {
    imports.import("s", "room", EntityType::Function(type_index));
}

/// A module that exports `room: ()`, which returns if `ROOM` is left on the stack, and otherwise
/// traps as endless recursion does.
///
/// Engines compare a function's frame with what is left before the function runs. Here are
/// functions that call each other, the frame of each with so many values, which would be kept over
/// a call that is never made. It imports the application's memory `m.app`, and `d.nothing: ()`,
/// which does nothing, and which the last function calls: some engines make no frame for who calls
/// nothing.
pub fn room() -> Vec<u8> {
    let mut sections = Sections::default();
    sections.types.ty().function([], []);
    sections
        .imports
        .import("m", "app", EntityType::Memory(any_memory()));
    sections
        .imports
        .import("d", "nothing", EntityType::Function(0));
    let never = GlobalType {
        val_type: ValType::I64,
        mutable: true,
        shared: false,
    };
    sections
        .globals
        .global(never, &wasm_encoder::ConstExpr::i64_const(0));
    sections.exports.export("room", ExportKind::Func, FRAMES);
    // Exported, so that nobody knows that it is never set.
    sections.exports.export("never", ExportKind::Global, 0);
    // Each calls the one before, of which the first is `nothing`.
    for callee in 0..FRAMES {
        sections.functions.function(0);
        sections.code.function(&frame(callee));
    }
    sections.finish()
}

fn frame(callee: u32) -> Function {
    let mut function = Function::new([]);
    function
        .instruction(&Instruction::Call(callee))
        .instruction(&Instruction::GlobalGet(0))
        .instruction(&Instruction::I64Const(0))
        .instruction(&Instruction::I64Ne)
        .instruction(&Instruction::If(BlockType::Empty));
    for index in 0..VALUES {
        function
            .instruction(&Instruction::I32Const(0))
            .instruction(&Instruction::I64Load(MemArg {
                offset: index * VALUE,
                align: 3,
                memory_index: 0,
            }));
    }
    function.instruction(&Instruction::Call(0));
    for _ in 1..VALUES {
        function.instruction(&Instruction::I64Add);
    }
    function
        .instruction(&Instruction::GlobalSet(0))
        .instruction(&Instruction::End)
        .instruction(&Instruction::End);
    function
}
