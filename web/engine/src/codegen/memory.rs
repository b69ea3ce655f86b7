//! The accessor of a guest memory: bulk copies between it and the application's memory.

use super::{Sections, any_memory};
use wasm_encoder::{BlockType, EntityType, ExportKind, Function, Instruction, ValType};

/// Memory 0 of the accessor is the guest's, memory 1 the application's.
const GUEST: u32 = 0;
const APPLICATION: u32 = 1;

/// The accessor module.
///
/// Imports `m.guest` and `m.app`; exports, all of type `(i32, i32, i32) -> i32`:
/// `read: (guest, app, len)` and `write: (guest, app, len)`, which copy `len` bytes out of and into the guest and return 0, or
/// return 1 and copy nothing when the guest's range is out of bounds; and `pages`, the guest memory's size.
pub fn accessor() -> Vec<u8> {
    let mut sections = Sections::default();
    sections
        .types
        .ty()
        .function([ValType::I32; 3], [ValType::I32]);

    sections
        .imports
        .import("m", "guest", EntityType::Memory(any_memory()));
    sections
        .imports
        .import("m", "app", EntityType::Memory(any_memory()));

    sections.functions.function(0).function(0).function(0);

    sections.exports.export("read", ExportKind::Func, 0);
    sections.exports.export("write", ExportKind::Func, 1);
    sections.exports.export("pages", ExportKind::Func, 2);

    let mut pages = Function::new([]);
    pages
        .instruction(&Instruction::MemorySize(GUEST))
        .instruction(&Instruction::End);

    sections.code.function(&copy(1, 0, APPLICATION, GUEST));
    sections.code.function(&copy(0, 1, GUEST, APPLICATION));
    sections.code.function(&pages);

    sections.finish()
}

/// A module that imports `read`, `write` and `pages` from `a` and exports them as they are: JavaScript functions that a table can hold.
pub fn reexport_accessor() -> Vec<u8> {
    let mut sections = Sections::default();
    sections
        .types
        .ty()
        .function([ValType::I32; 3], [ValType::I32]);
    for (index, name) in ["read", "write", "pages"].into_iter().enumerate() {
        sections.imports.import("a", name, EntityType::Function(0));
        sections
            .exports
            .export(name, ExportKind::Func, index as u32);
    }
    sections.finish()
}

/// Copies local 2 bytes from `local src` of `src_mem` to `local dst` of `dst_mem`, after checking the guest's range.
fn copy(dst: u32, src: u32, dst_mem: u32, src_mem: u32) -> Function {
    let mut function = Function::new([]);
    function
        .instruction(&Instruction::LocalGet(0))
        .instruction(&Instruction::I64ExtendI32U)
        .instruction(&Instruction::LocalGet(2))
        .instruction(&Instruction::I64ExtendI32U)
        .instruction(&Instruction::I64Add)
        .instruction(&Instruction::MemorySize(GUEST))
        .instruction(&Instruction::I64ExtendI32U)
        .instruction(&Instruction::I64Const(16))
        .instruction(&Instruction::I64Shl)
        .instruction(&Instruction::I64GtU)
        .instruction(&Instruction::If(BlockType::Empty))
        .instruction(&Instruction::I32Const(1))
        .instruction(&Instruction::Return)
        .instruction(&Instruction::End)
        .instruction(&Instruction::LocalGet(dst))
        .instruction(&Instruction::LocalGet(src))
        .instruction(&Instruction::LocalGet(2))
        .instruction(&Instruction::MemoryCopy { src_mem, dst_mem })
        .instruction(&Instruction::I32Const(0))
        .instruction(&Instruction::End);
    function
}
