//! The wasm behind the package `amphi-web`: components for JavaScript.
//!
//! The package's modules (in `package/`) are what a page imports; they call this. Rust translates
//! and instantiates, and makes a plan of every function for JavaScript, which lifts, lowers and
//! calls guests by itself. Handles to resources, WASI and suspended guests are Rust's.
//!
//! Without the feature `compiler`, components are made of precompiled files alone: that is the wasm
//! of `amphi-runtime`.
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
