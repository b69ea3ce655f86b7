//! Run WebAssembly components natively and in the page, from the same host source.
//!
//! Natively this crate is [Wasmtime](https://docs.wasmtime.dev) 48 under another name; on
//! `wasm32-unknown-unknown` it is `amphi-web`, which offers the same names and signatures over the
//! browser's own engine. Host code written against Wasmtime's component API, `bindgen!` included,
//! compiles for both by writing `amphi` where it said `wasmtime`.
//!
//! What the two targets cannot share is spelled once: [`compile`] is asynchronous, since a browser
//! compiles off the main thread, and is ready at once natively; it takes bytes from anywhere, which
//! natively `Component::new`, being Wasmtime's own, does not. [`page_future`] wraps what a page
//! awaits; a `Directory` is a folder there and a tree in memory here; a `wasi::WasiState` is the
//! data of a store whose guest is given WASI. [`link`](link()) tells of every import that is
//! missing, not of the first. [`shared_config`](shared_config()) has an engine take the same
//! components on both.
//!
//! # Features
//!
//! - `wasi`, the one that is on by default: `wasi` and `Directory`
//! - `http`: `wasi_http`, for guests that send requests or answer them; brings `wasi`
//! - `json`: `json`, values and calls as JSON
//! - `wave`: `wave`, values as text, and `invoke`, calls by a line of text
//!
//! A native host with none of them has Wasmtime, with its compiler, and no HTTP or file library
//! besides.

#[cfg(not(target_arch = "wasm32"))]
mod adapters;
mod compile;
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
pub use compile::compile;
#[cfg(all(feature = "wasi", not(target_arch = "wasm32")))]
pub use directory::Directory;
pub use engine::*;
pub use link::link;
pub use shared_config::shared_config;
