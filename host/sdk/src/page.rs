//! The facade in the page: `amphi-web` under Wasmtime's names.

pub use amphi_web::{
    AsContext, AsContextMut, Config, Engine, Error, Result, Store, StoreContext, StoreContextMut,
    ToWasmtimeResult, Trap, ValRaw, bail, ensure, error, format_err,
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
