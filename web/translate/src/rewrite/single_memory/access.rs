//! What instructions do to memories.

use wasm_encoder::{Encode as _, Instruction, MemArg, ValType};
use wasmtime_environ::wasmparser::{self, Operator};

/// One instruction that uses one memory, made a function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    /// The number of the memory in the original module.
    pub memory: u32,
    /// The instruction's bytes, on memory 0.
    pub code: Vec<u8>,
    /// What the instruction takes and leaves.
    pub shape: Shape,
}

/// The type of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shape {
    pub params: &'static [Kind],
    pub results: &'static [Kind],
}

use Kind::{F32, F64, I32, I64, V128};

/// A value type that memory instructions take or leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    I32,
    I64,
    F32,
    F64,
    V128,
}

impl From<Kind> for ValType {
    fn from(kind: Kind) -> ValType {
        match kind {
            I32 => ValType::I32,
            I64 => ValType::I64,
            F32 => ValType::F32,
            F64 => ValType::F64,
            V128 => ValType::V128,
        }
    }
}

const fn shape(params: &'static [Kind], results: &'static [Kind]) -> Shape {
    Shape { params, results }
}

/// The memory argument of something of any alignment at no offset of memory 0.
pub const BYTE: MemArg = MemArg {
    offset: 0,
    align: 0,
    memory_index: 0,
};

/// Copies and fills: two addresses or an address and a byte, and a length.
pub const BULK: Shape = shape(&[I32, I32, I32], &[]);
const SIZE: Shape = shape(&[], &[I32]);
const GROW: Shape = shape(&[I32], &[I32]);
const LOAD_LANE: Shape = shape(&[I32, V128], &[V128]);

impl Access {
    /// An instruction on memory 0, done to `memory`.
    fn new(memory: u32, instruction: &Instruction<'_>, shape: Shape) -> Access {
        let mut code = Vec::new();
        instruction.encode(&mut code);
        Access {
            memory,
            code,
            shape,
        }
    }

    /// `memory.size`.
    pub fn size(memory: u32) -> Access {
        Access::new(memory, &Instruction::MemorySize(0), SIZE)
    }

    /// A copy inside one memory.
    pub fn copy(memory: u32) -> Access {
        let copy = Instruction::MemoryCopy {
            src_mem: 0,
            dst_mem: 0,
        };
        Access::new(memory, &copy, BULK)
    }

    /// An `i64` load or an `i32` load of a byte, at no offset and any alignment.
    pub fn load(memory: u32, word: bool) -> Access {
        let arg = BYTE;
        match word {
            true => Access::new(memory, &Instruction::I64Load(arg), shape(&[I32], &[I64])),
            false => Access::new(memory, &Instruction::I32Load8U(arg), shape(&[I32], &[I32])),
        }
    }

    /// An `i64` store or an `i32` store of a byte, at no offset and any alignment.
    pub fn store(memory: u32, word: bool) -> Access {
        let arg = BYTE;
        match word {
            true => Access::new(memory, &Instruction::I64Store(arg), shape(&[I32, I64], &[])),
            false => Access::new(
                memory,
                &Instruction::I32Store8(arg),
                shape(&[I32, I32], &[]),
            ),
        }
    }

    /// What the instruction `operator`, with these bytes, does to a single memory; `None` if it
    /// uses none, or two.
    pub fn of(operator: &Operator<'_>, bytes: &[u8]) -> Option<Access> {
        match *operator {
            Operator::MemorySize { mem } => return Some(Access::size(mem)),
            Operator::MemoryGrow { mem } => {
                return Some(Access::new(mem, &Instruction::MemoryGrow(0), GROW));
            }
            Operator::MemoryFill { mem } => {
                return Some(Access::new(mem, &Instruction::MemoryFill(0), BULK));
            }
            Operator::MemoryCopy { dst_mem, src_mem } if dst_mem == src_mem => {
                return Some(Access::copy(dst_mem));
            }
            _ => {}
        }
        let (arg, shape, lane) = plain(operator)
            .map(|(arg, shape)| (arg, shape, None))
            .or_else(|| vector(operator))?;
        let mut code = bytes.get(..opcode_length(bytes))?.to_vec();
        u32::from(arg.align).encode(&mut code);
        arg.offset.encode(&mut code);
        code.extend(lane);
        Some(Access {
            memory: arg.memory,
            code,
            shape,
        })
    }
}

/// Loads and stores of scalars.
fn plain(operator: &Operator<'_>) -> Option<(wasmparser::MemArg, Shape)> {
    use Operator as O;
    Some(match *operator {
        O::I32Load { memarg }
        | O::I32Load8S { memarg }
        | O::I32Load8U { memarg }
        | O::I32Load16S { memarg }
        | O::I32Load16U { memarg } => (memarg, shape(&[I32], &[I32])),
        O::I64Load { memarg }
        | O::I64Load8S { memarg }
        | O::I64Load8U { memarg }
        | O::I64Load16S { memarg }
        | O::I64Load16U { memarg }
        | O::I64Load32S { memarg }
        | O::I64Load32U { memarg } => (memarg, shape(&[I32], &[I64])),
        O::F32Load { memarg } => (memarg, shape(&[I32], &[F32])),
        O::F64Load { memarg } => (memarg, shape(&[I32], &[F64])),
        O::I32Store { memarg } | O::I32Store8 { memarg } | O::I32Store16 { memarg } => {
            (memarg, shape(&[I32, I32], &[]))
        }
        O::I64Store { memarg }
        | O::I64Store8 { memarg }
        | O::I64Store16 { memarg }
        | O::I64Store32 { memarg } => (memarg, shape(&[I32, I64], &[])),
        O::F32Store { memarg } => (memarg, shape(&[I32, F32], &[])),
        O::F64Store { memarg } => (memarg, shape(&[I32, F64], &[])),
        _ => return None,
    })
}

/// Loads and stores of vectors, some of a single lane.
fn vector(operator: &Operator<'_>) -> Option<(wasmparser::MemArg, Shape, Option<u8>)> {
    use Operator as O;
    Some(match *operator {
        O::V128Load { memarg }
        | O::V128Load8x8S { memarg }
        | O::V128Load8x8U { memarg }
        | O::V128Load16x4S { memarg }
        | O::V128Load16x4U { memarg }
        | O::V128Load32x2S { memarg }
        | O::V128Load32x2U { memarg }
        | O::V128Load8Splat { memarg }
        | O::V128Load16Splat { memarg }
        | O::V128Load32Splat { memarg }
        | O::V128Load64Splat { memarg }
        | O::V128Load32Zero { memarg }
        | O::V128Load64Zero { memarg } => (memarg, shape(&[I32], &[V128]), None),
        O::V128Store { memarg } => (memarg, shape(&[I32, V128], &[]), None),
        O::V128Load8Lane { memarg, lane }
        | O::V128Load16Lane { memarg, lane }
        | O::V128Load32Lane { memarg, lane }
        | O::V128Load64Lane { memarg, lane } => (memarg, LOAD_LANE, Some(lane)),
        O::V128Store8Lane { memarg, lane }
        | O::V128Store16Lane { memarg, lane }
        | O::V128Store32Lane { memarg, lane }
        | O::V128Store64Lane { memarg, lane } => (memarg, shape(&[I32, V128], &[]), Some(lane)),
        _ => return None,
    })
}

/// The bytes before an instruction's immediates: one, or a prefix and a number of variable length.
fn opcode_length(bytes: &[u8]) -> usize {
    const VECTOR: u8 = 0xfd;
    match bytes {
        [VECTOR, number @ ..] => 2 + number.iter().take_while(|byte| **byte >= 0x80).count(),
        _ => 1,
    }
}
