//! The engine behind the package `amphi-web`, for components that import WASI.
//!
//! The package's modules (in `package/`) are what a page imports; they fetch this when such a
//! component is met, and give it what it has become as a precompiled file. JavaScript lifts, lowers
//! and calls guests by itself. Instances, handles to resources, WASI and suspended guests are
//! Rust's.
//!
//! Without the feature `http` this is the wasm of `amphi-runtime`.
#![cfg(target_arch = "wasm32")]

mod compiled;
mod core_functions;
mod directory;
mod host_functions;
mod instance;
mod linking;
#[cfg(feature = "http")]
mod serving;
mod wasi;

use amphi_web::Error;
use wasm_bindgen::JsError;

/// An error, with all its causes, as JavaScript has it.
fn refusal(error: Error) -> JsError {
    JsError::new(&format!("{error:#}"))
}
