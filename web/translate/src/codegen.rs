//! The small wasm modules that join guests to the application, as bytes.
//!
//! Every one of them imports the memory or table it needs and does one thing, so that no JavaScript
//! lies between the application's code and a guest's. Pure functions from plan data to bytes;
//! `page` compiles and instantiates them.

mod array_call;
mod border;
mod counted_call;
mod dispatcher;
mod instruction;
mod memory;
mod out_of_bounds;
mod placing_call;
mod room;
mod script_call;
mod transcoder;
mod wrapper;

pub use array_call::array_call;
pub use border::{border, catches};
pub use counted_call::counted_call;
pub use dispatcher::{dispatcher, reexport_guard};
pub use memory::{accessor, reexport_accessor};
pub use out_of_bounds::out_of_bounds;
pub use placing_call::{NOT_ALIGNED, OUT_OF_BOUNDS, STATUS_SLOT, placing_call};
pub use room::room;
pub use script_call::{MAY_NOT_LEAVE, fenced_call, script_call};
#[cfg(feature = "compiler")]
pub use transcoder::single_memory_transcoders;
pub use transcoder::{invalid_string, transcoder};
pub use wrapper::{
    CANNOT_LEAVE, DESTROYED, DESTROYS, HostEntry, INVALID, SUSPENDS, THROWS, UNCAUGHT, instances,
    wrappers,
};

use crate::plan::{CoreType, Signature};
use crate::sections::{Sections, any_memory};
use instruction::{Function, Instruction};
use wasm_encoder::{MemArg, TypeSection, ValType};

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

fn load(index: usize, ty: CoreType) -> Instruction {
    let arg = slot(index, ty);
    match ty {
        CoreType::I32 => Instruction::I32Load(arg),
        CoreType::I64 => Instruction::I64Load(arg),
        CoreType::F32 => Instruction::F32Load(arg),
        CoreType::F64 => Instruction::F64Load(arg),
    }
}

/// Stores the value on the stack, under which is the array's address, into slot `index`: all eight
/// bytes of it, since Rust reads slots whole, and processors wait when they read at once what was
/// written in part.
fn store(function: &mut Function, index: usize, ty: CoreType) {
    if ty == CoreType::F32 {
        function.instruction(&Instruction::I32ReinterpretF32);
    }
    if matches!(ty, CoreType::I32 | CoreType::F32) {
        function.instruction(&Instruction::I64ExtendI32U);
    }
    function.instruction(&match ty {
        CoreType::F64 => Instruction::F64Store(slot(index, ty)),
        _ => Instruction::I64Store(slot(index, CoreType::I64)),
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Placed, Trampoline, TrampolineKind, Transcoding};
    use wasmtime_environ::component::{
        OptionsIndex, Transcode, TypeFuncIndex, TypeResourceTableIndex,
    };
    use wasmtime_environ::wasmparser::{Validator, WasmFeatures};

    fn check(bytes: &[u8]) {
        Validator::new()
            .validate_all(bytes)
            .expect("generated modules are valid");
    }

    fn every_type() -> Signature {
        use CoreType::{F32, F64, I32, I64};
        Signature {
            params: [I32, I32, I64, F32, F64].into(),
            results: [F64].into(),
        }
    }

    #[test]
    fn fixed_modules_are_valid() {
        check(&dispatcher(1024));
        check(&reexport_guard());
        check(&accessor());
        check(&reexport_accessor());
        check(&out_of_bounds());
        check(&room());
        check(&border());
        check(&catches());
    }

    #[test]
    fn trampolines_are_valid() {
        let nothing = Signature {
            params: Box::default(),
            results: Box::default(),
        };
        for signature in [nothing, every_type()] {
            check(&array_call(&signature, false));
            check(&array_call(&signature, true));
            check(&script_call(&signature, false));
            check(&script_call(&signature, true));
            check(&fenced_call(&signature));
            check(&counted_call(&signature));
        }
        for size in [1, 2, 4, 8] {
            check(&placing_call(&every_type(), &[Placed { slot: 0, size }]));
        }
    }

    #[test]
    fn wrappers_are_valid() {
        let entry = HostEntry::TRIAL;
        let table = TypeResourceTableIndex::from_u32(0);
        let trampoline = |kind, caller| Trampoline {
            signature: every_type(),
            kind,
            caller,
        };
        let transcoding = Transcoding {
            op: Transcode::Utf8ToUtf16,
            from: 0,
            to: 1,
        };
        check(&wrappers(&[], entry));
        let trampolines = [
            trampoline(TrampolineKind::ResourceNew(table), Some(3)),
            trampoline(TrampolineKind::Transcode(transcoding), None),
            trampoline(TrampolineKind::ResourceRep(table), Some(1)),
            trampoline(TrampolineKind::Trap, None),
            trampoline(TrampolineKind::ResourceDrop(table), Some(3)),
            trampoline(
                TrampolineKind::LowerImport {
                    lowering: 0,
                    ty: TypeFuncIndex::from_u32(0),
                    options: OptionsIndex::from_u32(0),
                },
                Some(1),
            ),
        ];
        check(&wrappers(&trampolines, entry));
        let older = HostEntry {
            exceptions: false,
            ..entry
        };
        let features = WasmFeatures::default() - WasmFeatures::EXCEPTIONS;
        Validator::new_with_features(features)
            .validate_all(&wrappers(&trampolines, older))
            .expect("a browser without exceptions takes it");
    }
}
