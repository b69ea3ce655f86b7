//! The facade in the page: `amphi-web` under Wasmtime's names.

pub use amphi_web::{
    AsContext, AsContextMut, Config, Engine, Error, ExportType, ExternType, FuncType, GlobalType,
    HeapType, ImportType, MemoryType, Module, Mutability, RefType, Result, Store, StoreContext,
    StoreContextMut, TableType, TagType, ToWasmtimeResult, Trap, ValRaw, ValType, bail,
    can_suspend, ensure, error, format_err,
};

/// WASI for both hosts, with the names of `wasmtime-wasi`.
pub use amphi_wasi_web as wasi;

/// The component model, with the names of `wasmtime::component`.
pub mod component {
    pub use crate::{bindgen, flags};
    pub use amphi_web::component::*;
}

#[doc(hidden)]
pub use amphi_web::component::bindgen as __bindgen;

/// Compiles bytes that are a component's, off the main thread.
pub(crate) async fn compile_component(
    engine: &Engine,
    bytes: &[u8],
) -> Result<component::Component> {
    component::Component::new_async(engine, bytes).await
}

/// Checks everything that `component` imports; the page's linker itself reports all that is wrong.
pub(crate) fn instantiate_pre<T: 'static>(
    linker: &component::Linker<T>,
    component: &component::Component,
) -> Result<component::InstancePre<T>> {
    linker.instantiate_pre(component)
}
