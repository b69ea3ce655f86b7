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
//! The crate is empty on every target but wasm32.
#![cfg(target_arch = "wasm32")]

pub mod cli;
pub mod clocks;
mod console;
mod ctx;
mod error;
pub mod filesystem;
pub mod http;
pub mod p2;
mod page;
pub mod random;
pub mod sockets;
mod timeout;

pub use amphi_web::component::{ResourceTable, ResourceTableError};
#[doc(no_inline)]
pub use async_trait::async_trait;
pub use clocks::{HostMonotonicClock, HostWallClock};
pub use ctx::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
pub use error::{I32Exit, TrappableError};
pub use filesystem::{FsPerms, MemoryDir, StoredDir};
pub use rand_core::Rng;
pub use random::Deterministic;
