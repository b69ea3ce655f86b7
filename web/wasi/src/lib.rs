//! WASI 0.2 for components in the page, with the names and signatures of `wasmtime-wasi`.
//!
//! Host code says `amphi::wasi` and means `wasmtime-wasi` natively and this crate in the page. What
//! a guest built on Rust's standard library imports is always linked and denied by default: no
//! arguments, no environment, an empty standard input, discarded output, no files, no network.
//! Clocks and randomness are the page's own.
//!
//! A page must not stop, so a guest that has to wait (for a timer, for input that has not come) is
//! suspended: link by `p2::add_to_linker_async` and call by `call_async`. Linked by
//! `p2::add_to_linker_sync` it traps with an error that says for what it would wait.
//!
//! The crate is empty on every target but wasm32. Its unit tests run natively, with what needs no
//! page; Wasmtime, whose names the page's engine has, is the engine there.
#![cfg(any(target_arch = "wasm32", test))]
#![cfg_attr(
    not(target_arch = "wasm32"),
    allow(dead_code, reason = "what is used by what needs a page")
)]

#[cfg(not(target_arch = "wasm32"))]
extern crate wasmtime as amphi_web;

pub mod cli;
#[cfg(target_arch = "wasm32")]
pub mod clocks;
#[cfg(target_arch = "wasm32")]
mod console;
#[cfg(target_arch = "wasm32")]
mod ctx;
mod error;
pub mod filesystem;
pub mod http;
mod io;
pub mod p2;
#[cfg_attr(not(target_arch = "wasm32"), path = "page/native.rs")]
mod page;
#[cfg(target_arch = "wasm32")]
pub mod random;
pub mod sockets;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "wasm32")]
mod timeout;

pub use amphi_web::component::{ResourceTable, ResourceTableError};
#[doc(no_inline)]
pub use async_trait::async_trait;
#[cfg(target_arch = "wasm32")]
pub use clocks::{HostMonotonicClock, HostWallClock};
#[cfg(target_arch = "wasm32")]
pub use ctx::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
pub use error::{I32Exit, TrappableError};
#[cfg(target_arch = "wasm32")]
pub use filesystem::StoredDir;
pub use filesystem::{FsPerms, MemoryDir};
pub use rand_core::Rng;
#[cfg(target_arch = "wasm32")]
pub use random::Deterministic;
