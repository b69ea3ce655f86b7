//! Which features of WebAssembly a component may use on both hosts.

use wasmparser::WasmFeatures;

/// Core and component features that a component may use: what Wasmtime takes by default, but for
/// threads and garbage-collected values. A browser itself must have the core ones too; one that has
/// no exceptions is asked for none.
///
/// `MULTI_MEMORY` stays on whatever the browser has, since the page's translator validates its own
/// adapters with these features.
#[must_use]
pub fn taken() -> WasmFeatures {
    let left_out = WasmFeatures::GC | WasmFeatures::THREADS;
    (WasmFeatures::WASM3 | WasmFeatures::COMPONENT_MODEL) - left_out
}

/// What a component may use that some host runs: asynchronous ones run natively.
#[must_use]
pub fn anywhere() -> WasmFeatures {
    taken() | WasmFeatures::CM_ASYNC
}
