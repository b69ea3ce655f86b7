//! The facade natively: Wasmtime as it is.

pub use wasmtime::{
    AsContext, AsContextMut, Config, Engine, EngineWeak, Error, ExportType, ExternType, FrameInfo,
    FuncType, GlobalType, HeapType, ImportType, MemoryType, Module, Mutability, Precompiled,
    RefType, ResourceLimiter, Result, Store, StoreContext, StoreContextMut, StoreLimits,
    StoreLimitsBuilder, TableType, TagType, ThrownException, ToWasmtimeResult, Trap, ValRaw,
    ValType, WasmBacktrace, bail, ensure, error, format_err,
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
/// A linker defines what components import, a store has their instances, and exported functions
/// are called with Rust types or with [`Val`](component::Val)s, by the same source on both hosts:
///
/// ```
/// use amphi::component::{Linker, Val};
/// use amphi::{Engine, Store};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> amphi::Result<()> {
/// # let bytes = wat::parse_str(r#"(component
/// #     (import "now" (func $now (result u32)))
/// #     (core func $lowered (canon lower (func $now)))
/// #     (core module $m (import "" "now" (func $now (result i32)))
/// #         (func (export "later") (param i32) (result i32) (i32.add (call $now) (local.get 0))))
/// #     (core instance $i (instantiate $m (with "" (instance (export "now" (func $lowered))))))
/// #     (func (export "later") (param "by" u32) (result u32)
/// #         (canon lift (core func $i "later"))))"#)?;
/// let engine = Engine::default();
/// // It imports `now: func() -> u32` and exports `later: func(by: u32) -> u32`.
/// let component = amphi::compile(&engine, &bytes).await?;
/// let mut linker = Linker::<u32>::new(&engine);
/// linker.root().func_wrap("now", |store, ()| Ok((*store.data(),)))?;
///
/// let mut store = Store::new(&engine, 1000);
/// let instance = linker.instantiate(&mut store, &component)?;
/// let func = instance.get_func(&mut store, "later").expect("it is exported");
/// let mut results = [Val::Bool(false)];
/// func.call(&mut store, &[Val::U32(5)], &mut results)?;
/// assert_eq!(results, [Val::U32(1005)]);
///
/// let typed = func.typed::<(u32,), (u32,)>(&store)?;
/// assert_eq!(typed.call(&mut store, (7,))?, (1007,));
/// # Ok(())
/// # }
/// ```
///
/// `Component::new` is Wasmtime's own: it accepts bytes that abort or hang the process, a few
/// kilobytes of deeply nested types or of components that instantiate others twice.
/// [`compile`](crate::compile()) refuses those before anything parses them, as both do in a page.
pub mod component {
    pub use crate::{bindgen, flags};
    pub use wasmtime::component::*;
}

/// Whether a guest that waits for an asynchronous host function can be suspended: always natively.
#[must_use]
pub fn can_suspend() -> bool {
    true
}

/// Whether a browser needs more of a precompiled component than `bytes`, as it allows one memory:
/// the file beside it whose name ends in `.single-memory`, appended. Natively never.
///
/// ```
/// assert!(!amphi::needs_single_memory(b"\0amphi\r\n"));
/// ```
#[must_use]
pub fn needs_single_memory(_bytes: &[u8]) -> bool {
    false
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

/// Refuses bytes that are not safe to parse, legacy exceptions, and compositions whose calls would
/// exhaust the stack: to be called before compiling with Wasmtime itself.
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

/// Compiles a component, if it is safe to parse.
pub(crate) async fn compile_component(
    engine: &Engine,
    bytes: &[u8],
) -> Result<component::Component> {
    check_bytes(bytes)?;
    component::Component::new(engine, bytes)
}

/// Makes a component of compiled code.
///
/// # Safety
///
/// The bytes are what Wasmtime has written.
#[expect(unsafe_code, reason = "compiled code is trusted, as in Wasmtime")]
pub(crate) async unsafe fn deserialize_component(
    engine: &Engine,
    bytes: &[u8],
) -> Result<component::Component> {
    // SAFETY: the caller's promise.
    unsafe { component::Component::deserialize(engine, bytes) }
}

pub(crate) use crate::unsatisfied::instantiate_pre;
