//! `wasi:http` over the page's `fetch`, with the names of `wasmtime-wasi-http`.
//!
//! A guest that is linked by [`p2::add_to_linker_async`] sends what the hooks of its store let it
//! send; [`default_hooks`] sends everything by `fetch`, [`refusing_hooks`] nothing. [`serve`] calls
//! a guest that answers requests. What differs from a native host is in `docs/wasi.md`.

mod body;
mod ctx;
#[cfg(target_arch = "wasm32")]
mod fetch;
mod fields;
#[cfg(target_arch = "wasm32")]
mod handler;
mod host;
pub mod p2;
#[cfg(target_arch = "wasm32")]
mod script;
#[cfg(target_arch = "wasm32")]
mod serve;
#[cfg(target_arch = "wasm32")]
mod stream;
mod task;
mod types;

#[cfg(target_arch = "wasm32")]
pub use ctx::default_hooks;
pub use ctx::{
    DEFAULT_FORBIDDEN_HEADERS, ForbiddenHeaderFilter, RequestOptions, Result, WasiBody, WasiHttp,
    WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView, refusing_hooks,
};
pub use fields::{FieldMap, FieldMapError};
pub use p2::bindings::http::types::ErrorCode as Error;
#[cfg(target_arch = "wasm32")]
pub use serve::serve;
