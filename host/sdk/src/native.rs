//! The facade natively: Wasmtime as it is.

pub use wasmtime::{
    AsContext, AsContextMut, Config, Engine, EngineWeak, Error, ExportType, ExternType, FrameInfo,
    FuncType, GlobalType, HeapType, ImportType, MemoryType, Module, Mutability, RefType,
    ResourceLimiter, Result, Store, StoreContext, StoreContextMut, StoreLimits, StoreLimitsBuilder,
    TableType, TagType, ThrownException, ToWasmtimeResult, Trap, ValRaw, ValType, WasmBacktrace,
    bail, ensure, error, format_err,
};

#[doc(hidden)]
pub use wasmtime::anyhow;

/// WASI for both hosts, with the names of `wasmtime-wasi`; [`WasiState`](wasi::WasiState) besides.
#[cfg(feature = "wasi")]
pub mod wasi {
    pub use crate::wasi_state::WasiState;
    pub use wasmtime_wasi::*;
}

/// The component model: [`wasmtime::component`], with `bindgen!` and `flags!` that resolve through
/// this crate.
///
/// `Component::new` is Wasmtime's own: it takes bytes that end the process or hang it, a few
/// kilobytes of types nested in types or of components that instantiate others twice.
/// [`compile`](crate::compile()) refuses those before anything reads them, as both do in a page.
pub mod component {
    pub use crate::{bindgen, flags};
    pub use wasmtime::component::*;
}

/// Whether a guest that waits for an asynchronous host function can be suspended: always natively.
#[must_use]
pub fn can_suspend() -> bool {
    true
}

/// A future of the page where `Send` is asked for; natively the future itself, which must be
/// `Send`.
///
/// What a page awaits (a `fetch`, a promise) is never `Send`, while Wasmtime's generated
/// asynchronous traits ask for it. This is the one spelling for both hosts:
///
/// ```
/// # mod fetch { pub async fn text(url: &str) -> amphi::Result<String> { Ok(url.to_uppercase()) } }
/// amphi::component::bindgen!({
///     inline: "
///         package demo:pages;
///         interface source { get: func(url: string) -> string; }
///         world reader { import source; }
///     ",
///     imports: { default: async | trappable },
/// });
///
/// struct State;
///
/// impl demo::pages::source::Host for State {
///     async fn get(&mut self, url: String) -> amphi::Result<String> {
///         // In the page, `fetch::text` awaits what the browser's `fetch` returns.
///         amphi::page_future(fetch::text(&url)).await
///     }
/// }
/// ```
pub fn page_future<F: Future + Send>(future: F) -> F {
    future
}

#[doc(hidden)]
pub use wasmtime::component::bindgen as __bindgen;

/// Refuses bytes that nobody should read, exceptions in their old form, and compositions of which
/// each call would exhaust the stack: what whoever compiles with Wasmtime itself asks first.
///
/// # Errors
///
/// What is wrong with them. Whether they are a component is the engine's to say.
#[doc(hidden)]
pub fn check_bytes(bytes: &[u8]) -> Result<()> {
    amphi_core::screen::check(bytes)?;
    amphi_core::exceptions::check(bytes)?;
    crate::adapters::check(bytes)
}

/// Compiles bytes that are a component's, unless nobody should read them.
pub(crate) async fn compile_component(
    engine: &Engine,
    bytes: &[u8],
) -> Result<component::Component> {
    check_bytes(bytes)?;
    component::Component::new(engine, bytes)
}

pub(crate) use crate::unsatisfied::instantiate_pre;
