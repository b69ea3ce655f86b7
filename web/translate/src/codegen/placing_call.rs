//! Array-call trampolines that place strings and plain lists in the guest's memory on the way in.
//!
//! One crossing does what would take one for each `realloc` besides the call itself.

use super::instruction::{Function, Instruction};
use super::memory::CopyLocals;
use super::{Sections, any_memory, load, push_type, store};
use crate::plan::{CoreType, Placed, Signature};
use wasm_encoder::{BlockType, EntityType, ExportKind, GlobalType, ValType};

/// The slot of the frame that says how placing went: one of the constants below.
pub const STATUS_SLOT: usize = 16;
/// Everything was placed, and the function called.
pub const PLACED: u32 = 0;
/// `realloc` returned a pointer that is not aligned.
pub const NOT_ALIGNED: u32 = 1;
/// `realloc` returned a pointer to less memory than was asked for.
pub const OUT_OF_BOUNDS: u32 = 2;

const APPLICATION: u32 = 0;
const GUEST: u32 = 1;
/// Functions: the one to call, then the guest's `realloc`.
const CALLEE: u32 = 0;
const REALLOC: u32 = 1;
/// Locals after the parameter: the pointer from `realloc`, the bytes to copy and where from; the
/// result comes last.
const POINTER: u32 = 1;
const BYTES: u32 = 2;
const SOURCE: u32 = 3;
const RESULT: u32 = 4;

/// A module like [`array_call`](super::array_call)'s, that first allocates and fills guest memory
/// for each of `placed`.
///
/// In the array, a placed pointer is one into the application's memory. Besides `m.app` and `f.f`
/// it imports `m.guest`, `f.realloc` and its instance's flags `f.flags`; what went wrong is written
/// to [`STATUS_SLOT`].
#[inline(never)]
pub fn placing_call(signature: &Signature, placed: &[Placed]) -> Vec<u8> {
    let mut sections = Sections::default();
    push_type(&mut sections.types, signature);
    sections
        .types
        .ty()
        .function([ValType::I32; 4], [ValType::I32]);
    sections.types.ty().function([ValType::I32], []);

    sections
        .imports
        .import("m", "app", EntityType::Memory(any_memory()));
    sections
        .imports
        .import("m", "guest", EntityType::Memory(any_memory()));
    sections.imports.import("f", "f", EntityType::Function(0));
    sections
        .imports
        .import("f", "realloc", EntityType::Function(1));
    let flags = GlobalType {
        val_type: ValType::I32,
        mutable: true,
        shared: false,
    };
    sections
        .imports
        .import("f", "flags", EntityType::Global(flags));

    sections.functions.function(2);
    sections.exports.export("call", ExportKind::Func, 2);
    sections.code.function(&body(signature, placed));

    sections.finish()
}

fn body(signature: &Signature, placed: &[Placed]) -> Function {
    let results = signature.results.iter().map(|ty| (1, ValType::from(*ty)));
    let mut function = Function::new([(3, ValType::I32)].into_iter().chain(results));
    for parameter in placed {
        place(&mut function, *parameter);
    }
    for (index, ty) in signature.params.iter().enumerate() {
        function
            .instruction(&Instruction::LocalGet(0))
            .instruction(&load(index, *ty));
    }
    function.instruction(&Instruction::Call(CALLEE));
    if let Some(ty) = signature.results.first() {
        function
            .instruction(&Instruction::LocalSet(RESULT))
            .instruction(&Instruction::LocalGet(0))
            .instruction(&Instruction::LocalGet(RESULT));
        store(&mut function, 0, *ty);
    }
    set_status(&mut function, PLACED);
    function.instruction(&Instruction::End);
    function
}

/// Allocates for one parameter, copies its bytes, and puts the guest's pointer into its slot.
fn place(function: &mut Function, parameter: Placed) {
    let Placed { slot, size } = parameter;
    let pointer = slot as usize;
    function
        .instruction(&Instruction::LocalGet(0))
        .instruction(&load(pointer + 1, CoreType::I32))
        .instruction(&Instruction::I32Const(size.cast_signed()))
        .instruction(&Instruction::I32Mul)
        .instruction(&Instruction::LocalSet(BYTES))
        .instruction(&Instruction::I32Const(0))
        .instruction(&Instruction::GlobalSet(0))
        .instruction(&Instruction::I32Const(0))
        .instruction(&Instruction::I32Const(0))
        .instruction(&Instruction::I32Const(size.cast_signed()))
        .instruction(&Instruction::LocalGet(BYTES))
        .instruction(&Instruction::Call(REALLOC))
        .instruction(&Instruction::LocalSet(POINTER))
        .instruction(&Instruction::I32Const(1))
        .instruction(&Instruction::GlobalSet(0));
    if size > 1 {
        function
            .instruction(&Instruction::LocalGet(POINTER))
            .instruction(&Instruction::I32Const(size.cast_signed() - 1))
            .instruction(&Instruction::I32And);
        give_up_if(function, NOT_ALIGNED);
    }
    for local in [POINTER, BYTES] {
        function
            .instruction(&Instruction::LocalGet(local))
            .instruction(&Instruction::I64ExtendI32U);
    }
    function
        .instruction(&Instruction::I64Add)
        .instruction(&Instruction::MemorySize(GUEST))
        .instruction(&Instruction::I64ExtendI32U)
        .instruction(&Instruction::I64Const(16))
        .instruction(&Instruction::I64Shl)
        .instruction(&Instruction::I64GtU);
    give_up_if(function, OUT_OF_BOUNDS);
    function
        .instruction(&Instruction::LocalGet(0))
        .instruction(&load(pointer, CoreType::I32))
        .instruction(&Instruction::LocalSet(SOURCE));
    CopyLocals {
        dst: POINTER,
        src: SOURCE,
        len: BYTES,
        dst_mem: GUEST,
        src_mem: APPLICATION,
    }
    .emit(function);
    function
        .instruction(&Instruction::LocalGet(0))
        .instruction(&Instruction::LocalGet(POINTER));
    store(function, pointer, CoreType::I32);
}

/// Returns with `status` if the value on the stack is not zero.
fn give_up_if(function: &mut Function, status: u32) {
    function.instruction(&Instruction::If(BlockType::Empty));
    set_status(function, status);
    function
        .instruction(&Instruction::Return)
        .instruction(&Instruction::End);
}

fn set_status(function: &mut Function, status: u32) {
    function
        .instruction(&Instruction::LocalGet(0))
        .instruction(&Instruction::I32Const(status.cast_signed()));
    store(function, STATUS_SLOT, CoreType::I32);
}
