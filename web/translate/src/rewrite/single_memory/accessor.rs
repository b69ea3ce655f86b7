//! The accessor of one memory: a module of functions that execute one instruction each.

use super::access::Access;
use crate::sections::{Sections, any_memory};
use wasm_encoder::{EntityType, ExportKind, Function, Instruction, ValType};

/// The module that imports `m.memory` and exports each of `accesses` under the name given with it.
pub fn accessor<'a>(accesses: impl Iterator<Item = (String, &'a Access)>) -> Vec<u8> {
    let mut sections = Sections::default();
    sections
        .imports
        .import("m", "memory", EntityType::Memory(any_memory()));
    for (index, (name, access)) in (0..).zip(accesses) {
        let types = |kinds: &'static [_]| kinds.iter().map(|kind| ValType::from(*kind));
        sections
            .types
            .ty()
            .function(types(access.shape.params), types(access.shape.results));
        sections.functions.function(index);
        sections.exports.export(&name, ExportKind::Func, index);
        sections.code.function(&body(access));
    }
    sections.finish()
}

fn body(access: &Access) -> Function {
    let mut function = Function::new([]);
    for (local, _) in (0..).zip(access.shape.params) {
        function.instruction(&Instruction::LocalGet(local));
    }
    function.raw(access.code.iter().copied());
    function.instruction(&Instruction::End);
    function
}
