//! The facade natively: Wasmtime as it is.

pub use wasmtime::{
    AsContext, AsContextMut, Config, Engine, Error, ExportType, ExternType, FuncType, GlobalType,
    HeapType, ImportType, MemoryType, Module, Mutability, RefType, Result, Store, StoreContext,
    StoreContextMut, TableType, TagType, ToWasmtimeResult, Trap, ValRaw, ValType, bail, ensure,
    error, format_err,
};

/// WASI for both hosts, with the names of `wasmtime-wasi`.
pub use wasmtime_wasi as wasi;

/// The component model: [`wasmtime::component`], with `bindgen!` and `flags!` that resolve through this crate.
pub mod component {
    pub use crate::{bindgen, flags};
    pub use wasmtime::component::*;
}

/// Whether a guest that waits for an asynchronous host function can be suspended: always natively.
#[must_use]
pub fn can_suspend() -> bool {
    true
}

#[doc(hidden)]
pub use wasmtime::component::bindgen as __bindgen;

/// Compiles bytes that are a component's.
pub(crate) async fn compile_component(
    engine: &Engine,
    bytes: &[u8],
) -> Result<component::Component> {
    component::Component::new(engine, bytes)
}

pub(crate) use crate::unsatisfied::instantiate_pre;
