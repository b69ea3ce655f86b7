//! `wasi:http` over the page's `fetch`, with the names of `wasmtime-wasi-http`.
//!
//! A guest that is linked by [`p2::add_to_linker_async`] sends what the hooks of its store let it
//! send; [`default_hooks`] sends everything by `fetch`, [`refusing_hooks`] nothing. [`serve`] calls
//! a guest that answers requests. What differs from a native host is in `docs/wasi.md`.

mod body;
mod ctx;
mod fetch;
mod fields;
mod handler;
mod host;
pub mod p2;
mod script;
mod serve;
mod stream;
mod task;
mod types;

pub use ctx::{
    DEFAULT_FORBIDDEN_HEADERS, ForbiddenHeaderFilter, RequestOptions, Result, WasiBody, WasiHttp,
    WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView, default_hooks, refusing_hooks,
};
pub use fields::{FieldMap, FieldMapError};
pub use p2::bindings::http::types::ErrorCode as Error;
pub use serve::serve;
