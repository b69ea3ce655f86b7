//! Core types out of the translator's tables.

use super::{
    ExternType, FuncType, GlobalType, HeapType, Limits, MemoryType, Mutability, RefType, TableType,
    TagType, ValType,
};
use wasmtime_environ::{
    EngineOrModuleTypeIndex, EntityType, IndexType, ModuleTypes, WasmHeapType, WasmRefType,
    WasmValType,
};

impl ExternType {
    /// The type `ty`, whose indices point into `types`.
    #[doc(hidden)]
    pub fn read(ty: &EntityType, types: &ModuleTypes) -> ExternType {
        match ty {
            EntityType::Function(index) => ExternType::Func(FuncType::read(*index, types)),
            EntityType::Tag(tag) => ExternType::Tag(TagType(FuncType::read(tag.signature, types))),
            EntityType::Global(global) => ExternType::Global(GlobalType {
                content: value(&global.wasm_ty),
                mutability: match global.mutability {
                    true => Mutability::Var,
                    false => Mutability::Const,
                },
            }),
            EntityType::Table(table) => ExternType::Table(TableType {
                element: reference(&table.ref_type),
                limits: limits(table.limits, table.idx_type),
            }),
            EntityType::Memory(memory) => ExternType::Memory(MemoryType {
                limits: limits(memory.limits, memory.idx_type),
                shared: memory.shared,
                page_size_log2: memory.page_size_log2,
            }),
        }
    }
}

impl FuncType {
    /// The function type at `index`.
    #[doc(hidden)]
    pub fn read(index: EngineOrModuleTypeIndex, types: &ModuleTypes) -> FuncType {
        let ty = types[index.unwrap_module_type_index()].unwrap_func();
        FuncType {
            params: ty.params().iter().map(value).collect(),
            results: ty.results().iter().map(value).collect(),
        }
    }
}

fn limits(limits: wasmtime_environ::Limits, index: IndexType) -> Limits {
    Limits {
        min: limits.min,
        max: limits.max,
        is_64: matches!(index, IndexType::I64),
    }
}

fn value(ty: &WasmValType) -> ValType {
    match ty {
        WasmValType::I32 => ValType::I32,
        WasmValType::I64 => ValType::I64,
        WasmValType::F32 => ValType::F32,
        WasmValType::F64 => ValType::F64,
        WasmValType::V128 => ValType::V128,
        WasmValType::Ref(ty) => ValType::Ref(reference(ty)),
    }
}

fn reference(ty: &WasmRefType) -> RefType {
    RefType {
        nullable: ty.nullable,
        heap: heap(&ty.heap_type),
    }
}

/// Types that a module defines itself, which the validator does not let through, are read as what
/// they are kinds of.
fn heap(ty: &WasmHeapType) -> HeapType {
    match ty {
        WasmHeapType::Extern => HeapType::Extern,
        WasmHeapType::NoExtern => HeapType::NoExtern,
        WasmHeapType::Func | WasmHeapType::ConcreteFunc(_) => HeapType::Func,
        WasmHeapType::NoFunc => HeapType::NoFunc,
        WasmHeapType::Exn | WasmHeapType::ConcreteExn(_) => HeapType::Exn,
        WasmHeapType::NoExn => HeapType::NoExn,
        WasmHeapType::Cont | WasmHeapType::ConcreteCont(_) => HeapType::Cont,
        WasmHeapType::NoCont => HeapType::NoCont,
        WasmHeapType::Any => HeapType::Any,
        WasmHeapType::Eq => HeapType::Eq,
        WasmHeapType::I31 => HeapType::I31,
        WasmHeapType::Array | WasmHeapType::ConcreteArray(_) => HeapType::Array,
        WasmHeapType::Struct | WasmHeapType::ConcreteStruct(_) => HeapType::Struct,
        WasmHeapType::None => HeapType::None,
    }
}
