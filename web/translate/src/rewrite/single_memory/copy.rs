//! A copy between two memories, of which at most one is left in the module: a function of the
//! rewritten module.

use super::access::{Access, BYTE};
use wasm_encoder::{BlockType, Function, Instruction, MemArg};

/// The parameters: where to, where from, how many bytes.
const DST: u32 = 0;
const SRC: u32 = 1;
const LEN: u32 = 2;
/// Bytes of a word.
const WORD: i32 = 8;

/// A copy from memory `src` to memory `dst`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryCopy {
    pub dst: u32,
    pub src: u32,
}

impl MemoryCopy {
    /// The function, of the type [`BULK`](super::access::BULK).
    ///
    /// `access` emits an access, which is a call unless the memory is the first. As `memory.copy`
    /// does, it traps before it writes when a range is out of bounds; and it copies from the end
    /// where that is right for ranges that overlap, since both memories may be one and the same.
    pub fn function(self, mut access: impl FnMut(&mut Function, Access)) -> Function {
        let mut function = Function::new([]);
        for (start, memory) in [(DST, self.dst), (SRC, self.src)] {
            check(&mut function, start, |function| {
                access(function, Access::size(memory));
            });
        }
        function
            .instruction(&Instruction::LocalGet(DST))
            .instruction(&Instruction::LocalGet(SRC))
            .instruction(&Instruction::I32LeU)
            .instruction(&Instruction::If(BlockType::Empty));
        for word in [true, false] {
            each(&mut function, word, |function| {
                self.one(function, word, false, &mut access);
                for local in [DST, SRC] {
                    add(function, local, step(word));
                }
                add(function, LEN, -step(word));
            });
        }
        function.instruction(&Instruction::Else);
        for word in [true, false] {
            each(&mut function, word, |function| {
                add(function, LEN, -step(word));
                self.one(function, word, true, &mut access);
            });
        }
        function
            .instruction(&Instruction::End)
            .instruction(&Instruction::End);
        function
    }

    /// Copies a word or a byte at the start of both ranges, or at their end.
    fn one(
        self,
        function: &mut Function,
        word: bool,
        at_end: bool,
        access: &mut impl FnMut(&mut Function, Access),
    ) {
        let address = |function: &mut Function, start| {
            function.instruction(&Instruction::LocalGet(start));
            if at_end {
                function
                    .instruction(&Instruction::LocalGet(LEN))
                    .instruction(&Instruction::I32Add);
            }
        };
        address(function, DST);
        address(function, SRC);
        access(function, Access::load(self.src, word));
        access(function, Access::store(self.dst, word));
    }
}

fn step(word: bool) -> i32 {
    if word { WORD } else { 1 }
}

/// Traps as memory 0 does unless `start + LEN` is at most the size, in pages, that `pages` leaves.
fn check(function: &mut Function, start: u32, pages: impl FnOnce(&mut Function)) {
    for local in [start, LEN] {
        function
            .instruction(&Instruction::LocalGet(local))
            .instruction(&Instruction::I64ExtendI32U);
    }
    function.instruction(&Instruction::I64Add);
    pages(function);
    function
        .instruction(&Instruction::I64ExtendI32U)
        .instruction(&Instruction::I64Const(16))
        .instruction(&Instruction::I64Shl)
        .instruction(&Instruction::I64GtU)
        .instruction(&Instruction::If(BlockType::Empty))
        // No memory reaches as far as this address.
        .instruction(&Instruction::I32Const(-1))
        .instruction(&Instruction::I32Load8U(MemArg {
            offset: u64::from(u32::MAX),
            ..BYTE
        }))
        .instruction(&Instruction::Drop)
        .instruction(&Instruction::End);
}

/// Repeats `body` while the length is at least a word, or a byte.
fn each(function: &mut Function, word: bool, body: impl FnOnce(&mut Function)) {
    function
        .instruction(&Instruction::Block(BlockType::Empty))
        .instruction(&Instruction::Loop(BlockType::Empty))
        .instruction(&Instruction::LocalGet(LEN))
        .instruction(&Instruction::I32Const(step(word)))
        .instruction(&Instruction::I32LtU)
        .instruction(&Instruction::BrIf(1));
    body(function);
    function
        .instruction(&Instruction::Br(0))
        .instruction(&Instruction::End)
        .instruction(&Instruction::End);
}

fn add(function: &mut Function, local: u32, number: i32) {
    function
        .instruction(&Instruction::LocalGet(local))
        .instruction(&Instruction::I32Const(number))
        .instruction(&Instruction::I32Add)
        .instruction(&Instruction::LocalSet(local));
}
