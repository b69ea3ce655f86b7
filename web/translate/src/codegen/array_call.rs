//! Array-call trampolines: a guest's core function behind one pointer to its arguments and results.

use super::instruction::{Function, Instruction};
use super::{Sections, any_memory, load, push_type, store};
use crate::plan::Signature;
use wasm_encoder::{EntityType, ExportKind, GlobalType, ValType};

/// A module that calls `f.f`, of type `signature`, with arguments from an array in the
/// application's memory `m.app`.
///
/// Exports `call: (args)`, where `args` points to 8-byte slots: arguments in, results out. With
/// `leave_flag` the module imports the component instance's flags as `f.flags` and clears them
/// around the call, as the canonical ABI asks of `realloc` and `post-return`, which may not leave
/// their instance.
pub fn array_call(signature: &Signature, leave_flag: bool) -> Vec<u8> {
    let mut sections = Sections::default();
    push_type(&mut sections.types, signature);
    sections.types.ty().function([ValType::I32], []);

    sections
        .imports
        .import("m", "app", EntityType::Memory(any_memory()));
    sections.imports.import("f", "f", EntityType::Function(0));
    if leave_flag {
        let flags = GlobalType {
            val_type: ValType::I32,
            mutable: true,
            shared: false,
        };
        sections
            .imports
            .import("f", "flags", EntityType::Global(flags));
    }

    sections.functions.function(1);
    sections.exports.export("call", ExportKind::Func, 1);
    sections.code.function(&body(signature, leave_flag));

    sections.finish()
}

fn body(signature: &Signature, leave_flag: bool) -> Function {
    let results = &signature.results;
    let mut function = Function::new(results.iter().map(|ty| (1, ValType::from(*ty))));
    if leave_flag {
        function
            .instruction(&Instruction::I32Const(0))
            .instruction(&Instruction::GlobalSet(0));
    }
    for (index, ty) in signature.params.iter().enumerate() {
        function
            .instruction(&Instruction::LocalGet(0))
            .instruction(&load(index, *ty));
    }
    function.instruction(&Instruction::Call(0));
    for index in (0..results.len()).rev() {
        function.instruction(&Instruction::LocalSet(1 + index as u32));
    }
    for (index, ty) in results.iter().enumerate() {
        function
            .instruction(&Instruction::LocalGet(0))
            .instruction(&Instruction::LocalGet(1 + index as u32));
        store(&mut function, index, *ty);
    }
    if leave_flag {
        function
            .instruction(&Instruction::I32Const(1))
            .instruction(&Instruction::GlobalSet(0));
    }
    function.instruction(&Instruction::End);
    function
}
