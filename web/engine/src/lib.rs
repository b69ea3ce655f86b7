//! `wasmtime::component` on the browser's own WebAssembly engine.

mod flags;
