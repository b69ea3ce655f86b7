//! `wasmtime::component` on the browser's own WebAssembly engine.
//!
//! The names, signatures and behaviour are Wasmtime 48's; what runs a component is the page's
//! engine, driven from Rust through small generated wasm modules rather than through JavaScript.
//! `amphi-translate` makes a plan of a component's bytes, and those modules. Here is what runs
//! them, which exists on `wasm32` alone, but that tests of what needs no page run natively:
//!
//! - `page`: those modules on the page's engine: the guarded entry, guest memory, slots in tables.
//! - `types`: the types of components, and `handles`: the tables of handles to resources.
//! - `store`: all that is kept of instances.
//! - `values`: Rust types and `Val`, into a guest and out of it.
//! - `calls`: instances, calls of their guests, and calls from there.
//! - `embed`: what a surface for another language is built from.
//! - `component`: the names of all this, which are Wasmtime's.
//!
//! Each knows those above it alone.
//!
//! A component that cannot be run gives an error naming the feature; nothing panics.
#![allow(
    unsafe_code,
    reason = "values cross to guests in frames without types, generated code calls back by address, and \
              what it calls finds the store by a pointer; `typed` has Wasmtime's traits, which are unsafe"
)]

#[cfg(any(target_arch = "wasm32", test))]
mod backtrace;
#[cfg(target_arch = "wasm32")]
mod calls;
#[cfg(target_arch = "wasm32")]
pub mod component;
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod embed;
#[cfg(target_arch = "wasm32")]
mod engine;
#[cfg(target_arch = "wasm32")]
mod exception;
mod flags;
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod floor;
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod gauge;
#[cfg(any(target_arch = "wasm32", test))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    allow(dead_code, unused_imports, reason = "tests need a part of it")
)]
mod handles;
#[cfg(target_arch = "wasm32")]
mod limits;
#[cfg(target_arch = "wasm32")]
mod module;
#[cfg(target_arch = "wasm32")]
mod page;
#[cfg(target_arch = "wasm32")]
mod raw;
#[cfg(target_arch = "wasm32")]
mod store;
#[cfg(target_arch = "wasm32")]
mod trap;
#[cfg(any(target_arch = "wasm32", test))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    allow(dead_code, unused_imports, reason = "tests need a part of it")
)]
mod types;
#[cfg(any(target_arch = "wasm32", test))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    allow(dead_code, unused_imports, reason = "tests need a part of it")
)]
mod values;

#[doc(hidden)]
pub use amphi_core::__flags;
pub use amphi_translate::{
    ExternType, FuncType, GlobalType, HeapType, MemoryType, Mutability, RefType, TableType,
    TagType, ValType,
};
#[cfg(target_arch = "wasm32")]
pub use backtrace::{FrameInfo, WasmBacktrace};
#[cfg(target_arch = "wasm32")]
pub use calls::precompiled::{Precompiled, needs_single_memory};
#[cfg(target_arch = "wasm32")]
pub use engine::{Config, Engine, EngineWeak, can_suspend};
#[cfg(target_arch = "wasm32")]
pub use exception::ThrownException;
#[cfg(target_arch = "wasm32")]
pub use limits::{
    DEFAULT_INSTANCE_LIMIT, DEFAULT_MEMORY_LIMIT, DEFAULT_TABLE_LIMIT, ResourceLimiter,
    StoreLimits, StoreLimitsBuilder,
};
#[cfg(target_arch = "wasm32")]
pub use module::{ExportType, ImportType, Module};
#[cfg(target_arch = "wasm32")]
pub use page::Local;
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub use raw::MaybeUninitExt;
#[cfg(target_arch = "wasm32")]
pub use raw::ValRaw;
#[cfg(target_arch = "wasm32")]
pub use store::{AsContext, AsContextMut, Store, StoreContext, StoreContextMut};
#[doc(hidden)]
pub use wasmtime_environ::anyhow;
pub use wasmtime_environ::error::{self, Error, Result, bail, ensure, format_err};
pub use wasmtime_environ::{ToWasmtimeResult, Trap};
