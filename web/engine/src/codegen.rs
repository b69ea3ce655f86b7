//! The small wasm modules that join guests to the application, as bytes.
//!
//! Every one of them imports the memory or table it needs and does one thing, so that no JavaScript lies between the
//! application's code and a guest's. Pure functions from plan data to bytes; `page` compiles and instantiates them.

mod array_call;
mod dispatcher;
mod memory;
mod placing_call;
mod wrapper;

pub use array_call::array_call;
pub use dispatcher::{dispatcher, reexport_guard};
pub use memory::{accessor, reexport_accessor};
pub use placing_call::{NOT_ALIGNED, OUT_OF_BOUNDS, STATUS_SLOT, placing_call};
pub use wrapper::{CANNOT_LEAVE, HostEntry, instances, wrappers};

use crate::plan::{CoreType, Signature};
use wasm_encoder::{Instruction, MemArg, MemoryType, TypeSection, ValType};

/// Bytes of one slot of an argument array: the size of `ValRaw`.
const SLOT: u64 = 8;

impl From<CoreType> for ValType {
    fn from(ty: CoreType) -> ValType {
        match ty {
            CoreType::I32 => ValType::I32,
            CoreType::I64 => ValType::I64,
            CoreType::F32 => ValType::F32,
            CoreType::F64 => ValType::F64,
        }
    }
}

/// Any memory fits: at least no pages, with no upper bound asked for.
fn any_memory() -> MemoryType {
    MemoryType {
        minimum: 0,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    }
}

/// A 32-bit word at a fixed address of memory 0.
fn word(address: u32) -> MemArg {
    MemArg {
        offset: u64::from(address),
        align: 2,
        memory_index: 0,
    }
}

fn push_type(types: &mut TypeSection, signature: &Signature) {
    types.ty().function(
        signature.params.iter().map(|ty| ValType::from(*ty)),
        signature.results.iter().map(|ty| ValType::from(*ty)),
    );
}

/// The memory argument of slot `index` in memory 0.
fn slot(index: usize, ty: CoreType) -> MemArg {
    MemArg {
        offset: index as u64 * SLOT,
        align: match ty {
            CoreType::I32 | CoreType::F32 => 2,
            CoreType::I64 | CoreType::F64 => 3,
        },
        memory_index: 0,
    }
}

fn load(index: usize, ty: CoreType) -> Instruction<'static> {
    let arg = slot(index, ty);
    match ty {
        CoreType::I32 => Instruction::I32Load(arg),
        CoreType::I64 => Instruction::I64Load(arg),
        CoreType::F32 => Instruction::F32Load(arg),
        CoreType::F64 => Instruction::F64Load(arg),
    }
}

fn store(index: usize, ty: CoreType) -> Instruction<'static> {
    let arg = slot(index, ty);
    match ty {
        CoreType::I32 => Instruction::I32Store(arg),
        CoreType::I64 => Instruction::I64Store(arg),
        CoreType::F32 => Instruction::F32Store(arg),
        CoreType::F64 => Instruction::F64Store(arg),
    }
}
