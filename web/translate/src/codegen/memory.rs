//! The accessor of a guest memory: bulk copies between it and the application's memory.

use super::instruction::{Function, Instruction};
use super::{Sections, any_memory};
use wasm_encoder::{BlockType, EntityType, ExportKind, MemArg, ValType};

/// Memory 0 of the accessor is the guest's, memory 1 the application's.
const GUEST: u32 = 0;
const APPLICATION: u32 = 1;

/// The accessor module.
///
/// Imports `m.guest` and `m.app`; exports, all of type `(i32, i32, i32) -> i32`: `read: (guest,
/// app, len)` and `write: (guest, app, len)`, which copy `len` bytes out of and into the guest and
/// return 0, or return 1 and copy nothing when the guest's range is out of bounds; and `pages`, the
/// guest memory's size.
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

/// A module that imports `read`, `write` and `pages` from `a` and exports them as they are:
/// JavaScript functions that a table can hold.
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

/// Copies local 2 bytes from `local src` of `src_mem` to `local dst` of `dst_mem`, after checking
/// the guest's range.
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
        .instruction(&Instruction::End);
    CopyLocals {
        dst,
        src,
        len: 2,
        dst_mem,
        src_mem,
    }
    .emit(&mut function);
    function
        .instruction(&Instruction::I32Const(0))
        .instruction(&Instruction::End);
    function
}

/// A copy between two memories: the locals with its addresses and its length, and the memories.
pub(super) struct CopyLocals {
    pub dst: u32,
    pub src: u32,
    pub len: u32,
    pub dst_mem: u32,
    pub src_mem: u32,
}

impl CopyLocals {
    /// Copies. From 8 to 16 bytes go as two words that may overlap, since engines call out of line
    /// for `memory.copy`.
    pub fn emit(&self, function: &mut Function) {
        function
            .instruction(&Instruction::LocalGet(self.len))
            .instruction(&Instruction::I32Const(8))
            .instruction(&Instruction::I32Sub)
            .instruction(&Instruction::I32Const(8))
            .instruction(&Instruction::I32LeU)
            .instruction(&Instruction::If(BlockType::Empty));
        self.word(function, false);
        self.word(function, true);
        function
            .instruction(&Instruction::Else)
            .instruction(&Instruction::LocalGet(self.dst))
            .instruction(&Instruction::LocalGet(self.src))
            .instruction(&Instruction::LocalGet(self.len))
            .instruction(&Instruction::MemoryCopy {
                src_mem: self.src_mem,
                dst_mem: self.dst_mem,
            })
            .instruction(&Instruction::End);
    }

    /// Copies the first 8 bytes, or the last.
    fn word(&self, function: &mut Function, last: bool) {
        let word = |memory_index| MemArg {
            offset: 0,
            align: 0,
            memory_index,
        };
        self.address(function, self.dst, last);
        self.address(function, self.src, last);
        function
            .instruction(&Instruction::I64Load(word(self.src_mem)))
            .instruction(&Instruction::I64Store(word(self.dst_mem)));
    }

    fn address(&self, function: &mut Function, start: u32, last: bool) {
        function.instruction(&Instruction::LocalGet(start));
        if last {
            function
                .instruction(&Instruction::LocalGet(self.len))
                .instruction(&Instruction::I32Add)
                .instruction(&Instruction::I32Const(8))
                .instruction(&Instruction::I32Sub);
        }
    }
}
