//! The facade in the page: `amphi-web` under Wasmtime's names.

pub use amphi_web::{
    AsContext, AsContextMut, Config, Engine, EngineWeak, Error, ExportType, ExternType, FrameInfo,
    FuncType, GlobalType, HeapType, ImportType, MemoryType, Module, Mutability, Precompiled,
    RefType, ResourceLimiter, Result, Store, StoreContext, StoreContextMut, StoreLimits,
    StoreLimitsBuilder, TableType, TagType, ThrownException, ToWasmtimeResult, Trap, ValRaw,
    ValType, WasmBacktrace, bail, can_suspend, ensure, error, format_err, needs_single_memory,
};

#[doc(hidden)]
pub use amphi_web::anyhow;

/// WASI for both hosts, with the names of `wasmtime-wasi`; [`WasiState`](wasi::WasiState) besides.
#[cfg(feature = "wasi")]
pub mod wasi {
    pub use crate::wasi_state::WasiState;
    pub use amphi_wasi_web::*;
}

#[cfg(feature = "wasi")]
pub use amphi_wasi_web::MemoryDir as Directory;
/// `wasi:http` for both hosts, with the names of `wasmtime-wasi-http`.
#[cfg(feature = "http")]
pub use amphi_wasi_web::http as wasi_http;

/// The component model, with the names of `wasmtime::component`. The native documentation has an
/// example for both hosts.
pub mod component {
    pub use crate::{bindgen, flags};
    pub use amphi_web::component::*;
}

/// A value of JavaScript where `Send` is asked for: a page has one thread.
pub use amphi_web::Local;

/// A future of the page where `Send` is asked for.
///
/// What a page awaits (a `fetch`, a promise) is never `Send`, while Wasmtime's generated
/// asynchronous traits ask for it. A page has one thread, so the wrapper is. Natively this is the
/// future itself, so that host source is the same for both.
pub fn page_future<F: Future>(future: F) -> Local<F> {
    Local::new(future)
}

#[doc(hidden)]
pub use amphi_web::component::bindgen as __bindgen;

/// Compiles bytes that are a component's, off the main thread.
#[cfg(feature = "compiler")]
pub(crate) async fn compile_component(
    engine: &Engine,
    bytes: &[u8],
) -> Result<component::Component> {
    component::Component::new_async(engine, bytes).await
}

/// Makes a component of precompiled bytes, off the main thread.
///
/// # Safety
///
/// None is needed in a page.
#[expect(unsafe_code, reason = "it is unsafe natively")]
pub(crate) async unsafe fn deserialize_component(
    engine: &Engine,
    bytes: &[u8],
) -> Result<component::Component> {
    // SAFETY: the bytes are checked.
    unsafe { component::Component::deserialize_async(engine, bytes) }.await
}

/// Checks everything that `component` imports; the page's linker itself reports all that is wrong.
pub(crate) fn instantiate_pre<T: 'static>(
    linker: &component::Linker<T>,
    component: &component::Component,
) -> Result<component::InstancePre<T>> {
    linker.instantiate_pre(component)
}
