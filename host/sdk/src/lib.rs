//! Run WebAssembly components natively and in the page, from the same host source.
//!
//! Natively this crate is [Wasmtime](https://docs.wasmtime.dev) 48 under another name; on
//! `wasm32-unknown-unknown` it is `amphi-web`, which offers the same names and signatures over the
//! browser's own engine. Host code written against Wasmtime's component API, `bindgen!` included,
//! compiles for both by writing `amphi` where it said `wasmtime`.
//!
//! Where the two targets differ, there is one API for both: [`compile`] is asynchronous, since a
//! browser compiles off the main thread, and ready immediately natively; it is safe for untrusted
//! bytes, which natively `Component::new`, being Wasmtime's own, is not. [`page_future`] wraps a
//! page's futures; a `Directory` is a folder natively and a tree in memory in a page;
//! a `wasi::WasiState` is the store data of a guest that uses WASI.
//! [`link`](link()) lists every unsatisfied import, not only the first.
//! [`shared_config`](shared_config()) makes an engine support the same components on both.
//!
//! # Features
//!
//! - `compiler`, on by default: `compile`, and `Component::new`, in the page. Without it a page
//!   runs what was precompiled, and is a fraction as large. Natively it changes nothing
//! - `wasi`, on by default: `wasi` and `Directory`
//! - `http`: `wasi_http`, for guests that send or handle requests; enables `wasi`
//! - `json`: `json`, values and calls as JSON
//! - `wave`: `wave`, values as text, and `invoke`, calls from a line of text
//!
//! A native host with none of them has only Wasmtime, with its compiler, and no HTTP or file
//! library.

#[cfg(not(target_arch = "wasm32"))]
mod adapters;
#[cfg(any(feature = "compiler", not(target_arch = "wasm32")))]
mod compile;
mod deserialize;
#[cfg(all(feature = "wasi", not(target_arch = "wasm32")))]
mod directory;
#[cfg(not(target_arch = "wasm32"))]
#[path = "native.rs"]
mod engine;
#[cfg(target_arch = "wasm32")]
#[path = "page.rs"]
mod engine;
#[cfg(feature = "wave")]
pub mod invoke;
#[cfg(feature = "json")]
pub mod json;
mod link;
mod macros;
#[cfg(any(feature = "json", feature = "wave"))]
mod notation;
mod shared_config;
#[cfg(not(target_arch = "wasm32"))]
mod unsatisfied;
#[cfg(all(feature = "http", not(target_arch = "wasm32")))]
pub mod wasi_http;
#[cfg(feature = "wasi")]
mod wasi_state;
#[cfg(feature = "wave")]
pub mod wave;

#[doc(hidden)]
pub use amphi_core::__flags;
#[cfg(any(feature = "compiler", not(target_arch = "wasm32")))]
pub use compile::compile;
pub use deserialize::deserialize;
#[cfg(all(feature = "wasi", not(target_arch = "wasm32")))]
pub use directory::Directory;
pub use engine::*;
pub use link::link;
pub use shared_config::shared_config;
