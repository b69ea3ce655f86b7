//! Core functions that JavaScript calls by itself, or that guests call in it.

use super::instruction::{Function, Instruction};
use super::{Sections, push_type, room};
use crate::plan::Signature;
use wasm_encoder::{BlockType, EntityType, ExportKind, GlobalType, ValType};

/// What `failed` is set to when a guest calls out while it may not leave its instance.
pub const MAY_NOT_LEAVE: i32 = 2;

/// The function `s.room`.
const ROOM: u32 = 1;

const FLAG: GlobalType = GlobalType {
    val_type: ValType::I32,
    mutable: true,
    shared: false,
};

/// A module that joins a guest to a host function that is JavaScript: `f.f`, of type `signature`.
///
/// The function does not throw, since a guest could catch that: it sets the global `f.failed`
/// instead, and the guest executes `unreachable`. With `leave_flag` the flags of the component
/// instance that calls are imported as `f.flags`, and nothing is called while it may not leave; nor
/// where `s.room: ()` traps since the stack has no room for it. Exports `call`, of the same type.
pub fn script_call(signature: &Signature, leave_flag: bool) -> Vec<u8> {
    let mut sections = joined(signature, true);
    sections
        .imports
        .import("f", "failed", EntityType::Global(FLAG));
    let mut function = Function::new([]);
    function.instruction(&Instruction::Call(ROOM));
    if leave_flag {
        sections
            .imports
            .import("f", "flags", EntityType::Global(FLAG));
        function
            .instruction(&Instruction::GlobalGet(1))
            .instruction(&Instruction::I32Eqz)
            .instruction(&Instruction::If(BlockType::Empty))
            .instruction(&Instruction::I32Const(MAY_NOT_LEAVE))
            .instruction(&Instruction::GlobalSet(0))
            .instruction(&Instruction::Unreachable)
            .instruction(&Instruction::End);
    }
    call(&mut function, signature);
    function
        .instruction(&Instruction::GlobalGet(0))
        .instruction(&Instruction::If(BlockType::Empty))
        .instruction(&Instruction::Unreachable)
        .instruction(&Instruction::End)
        .instruction(&Instruction::End);
    sections.code.function(&function);
    sections.finish()
}

/// A module that calls `f.f`, of type `signature`, with the flags `f.flags` of its component
/// instance cleared, as the canonical ABI asks of `realloc` and `post-return`. Exports `call`, of
/// the same type.
pub fn fenced_call(signature: &Signature) -> Vec<u8> {
    let mut sections = joined(signature, false);
    sections
        .imports
        .import("f", "flags", EntityType::Global(FLAG));
    let mut function = Function::new([]);
    let set_flags = |function: &mut Function, value| {
        function
            .instruction(&Instruction::I32Const(value))
            .instruction(&Instruction::GlobalSet(0));
    };
    set_flags(&mut function, 0);
    call(&mut function, signature);
    set_flags(&mut function, 1);
    function.instruction(&Instruction::End);
    sections.code.function(&function);
    sections.finish()
}

/// The import `f.f` and the export `call`, of one type; and `s.room`, if it looks for room on the
/// stack.
fn joined(signature: &Signature, looks_for_room: bool) -> Sections {
    let mut sections = Sections::default();
    push_type(&mut sections.types, signature);
    sections.imports.import("f", "f", EntityType::Function(0));
    if looks_for_room {
        sections.types.ty().function([], []);
        room::import(&mut sections.imports, 1);
    }
    sections.functions.function(0);
    let call = 1 + u32::from(looks_for_room);
    sections.exports.export("call", ExportKind::Func, call);
    sections
}

fn call(function: &mut Function, signature: &Signature) {
    for local in 0..signature.params.len() as u32 {
        function.instruction(&Instruction::LocalGet(local));
    }
    function.instruction(&Instruction::Call(0));
}
