//! The instructions that generated modules are made of, and functions made of those.
//!
//! `wasm_encoder::Instruction` is every instruction that there is, and what encodes one of it has
//! the code for all: a page would download that for a few.

use std::ops::Deref;
use wasm_encoder::{BlockType, Catch, HeapType, InstructionSink, MemArg, ValType};

/// Declares instructions, each with the method of the encoder that writes it.
macro_rules! instructions {
    ($(
        $name:ident
        $(($($item:ident: $item_type:ty),*))?
        $({ $($field:ident: $field_type:ty),* })?
        => $method:ident,
    )*) => {
        /// An instruction, as `wasm_encoder::Instruction`.
        #[derive(Clone)]
        pub enum Instruction {
            $($name $(($($item_type),*))? $({ $($field: $field_type),* })?,)*
        }

        impl Instruction {
            fn encode(self, to: &mut InstructionSink<'_>) {
                match self {
                    $(Self::$name $(($($item),*))? $({ $($field),* })? => {
                        to.$method($($($item),*)? $($($field),*)?);
                    })*
                }
            }
        }
    };
}

instructions! {
    Unreachable => unreachable,
    Block(ty: BlockType) => block,
    If(ty: BlockType) => if_,
    Else => else_,
    End => end,
    Br(label: u32) => br,
    Return => return_,
    Call(function: u32) => call,
    CallIndirect { table_index: u32, type_index: u32 } => call_indirect,
    Throw(tag: u32) => throw,
    ThrowRef => throw_ref,
    TryTable(ty: BlockType, catches: [Catch; 1]) => try_table,
    Drop => drop,
    LocalGet(local: u32) => local_get,
    LocalSet(local: u32) => local_set,
    LocalTee(local: u32) => local_tee,
    GlobalGet(global: u32) => global_get,
    GlobalSet(global: u32) => global_set,
    RefNull(ty: HeapType) => ref_null,
    RefIsNull => ref_is_null,
    I32Load(place: MemArg) => i32_load,
    I32Load8U(place: MemArg) => i32_load8_u,
    I64Load(place: MemArg) => i64_load,
    F32Load(place: MemArg) => f32_load,
    F64Load(place: MemArg) => f64_load,
    I32Store(place: MemArg) => i32_store,
    I64Store(place: MemArg) => i64_store,
    F64Store(place: MemArg) => f64_store,
    MemorySize(memory: u32) => memory_size,
    MemoryCopy { dst_mem: u32, src_mem: u32 } => memory_copy,
    I32Const(value: i32) => i32_const,
    I64Const(value: i64) => i64_const,
    I32Eqz => i32_eqz,
    I32Eq => i32_eq,
    I32Ne => i32_ne,
    I32LeU => i32_le_u,
    I32Add => i32_add,
    I32Sub => i32_sub,
    I32Mul => i32_mul,
    I32And => i32_and,
    I64Ne => i64_ne,
    I64GtU => i64_gt_u,
    I64Add => i64_add,
    I64Shl => i64_shl,
    I64ExtendI32U => i64_extend_i32_u,
    I32ReinterpretF32 => i32_reinterpret_f32,
}

/// A function's locals and instructions, as `wasm_encoder::Function`.
pub struct Function(wasm_encoder::Function);

impl Function {
    /// A function with so many locals of these types.
    pub fn new(locals: impl IntoIterator<Item = (u32, ValType)>) -> Function {
        let locals: Vec<_> = locals.into_iter().collect();
        Function(wasm_encoder::Function::new(locals))
    }

    /// Appends an instruction.
    pub fn instruction(&mut self, instruction: &Instruction) -> &mut Function {
        instruction.clone().encode(&mut self.0.instructions());
        self
    }

    /// What appends any instruction.
    pub fn instructions(&mut self) -> InstructionSink<'_> {
        self.0.instructions()
    }
}

impl Deref for Function {
    type Target = wasm_encoder::Function;

    fn deref(&self) -> &wasm_encoder::Function {
        &self.0
    }
}
