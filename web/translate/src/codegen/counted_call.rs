//! Calls of a component behind another, which are counted while they last.

use super::instruction::{Function, Instruction};
use super::{Sections, any_memory, push_type, word};
use crate::plan::Signature;
use wasm_encoder::{EntityType, ExportKind, GlobalType, ValType};

/// A module that calls `f.f`, of type `signature`. Exports `call`, of the same type, during which
/// the word at the address `i.count` of the application's memory `m.app` is one more; a trap leaves
/// it so.
pub fn counted_call(signature: &Signature) -> Vec<u8> {
    let mut sections = Sections::default();
    push_type(&mut sections.types, signature);
    sections
        .imports
        .import("m", "app", EntityType::Memory(any_memory()));
    sections.imports.import("f", "f", EntityType::Function(0));
    let address = GlobalType {
        val_type: ValType::I32,
        mutable: false,
        shared: false,
    };
    sections
        .imports
        .import("i", "count", EntityType::Global(address));
    sections.functions.function(0);
    sections.exports.export("call", ExportKind::Func, 1);
    let mut function = Function::new([]);
    add(&mut function, 1);
    for local in 0..signature.params.len() as u32 {
        function.instruction(&Instruction::LocalGet(local));
    }
    function.instruction(&Instruction::Call(0));
    add(&mut function, -1);
    function.instruction(&Instruction::End);
    sections.code.function(&function);
    sections.finish()
}

fn add(function: &mut Function, difference: i32) {
    function
        .instruction(&Instruction::GlobalGet(0))
        .instruction(&Instruction::GlobalGet(0))
        .instruction(&Instruction::I32Load(word(0)))
        .instruction(&Instruction::I32Const(difference))
        .instruction(&Instruction::I32Add)
        .instruction(&Instruction::I32Store(word(0)));
}
