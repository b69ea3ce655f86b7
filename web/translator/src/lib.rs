//! The translator, for JavaScript: what a page makes of a component's bytes before it runs them.
//!
//! It is a module of its own, which a page fetches while the component arrives, and not at all if
//! it knows the component already.
#![cfg(target_arch = "wasm32")]

use amphi_core::features;
use amphi_precompile::{Browser, precompile_for};
use wasm_bindgen::prelude::*;
use wasmparser::WasmFeatures;

/// The precompiled file of a component, with what stands for several memories behind it if that is
/// needed, for a browser that has exceptions, has several memories, and whose messages tell a
/// memory's bounds from a table's, or not.
///
/// # Errors
///
/// The bytes are no component, or one that this browser cannot run or that JavaScript cannot call.
#[wasm_bindgen]
pub fn translate(
    component: &[u8],
    has_exceptions: bool,
    has_multi_memory: bool,
    bounds_sound_alike: bool,
) -> Result<Vec<u8>, JsError> {
    let mut features = features::taken();
    features.set(WasmFeatures::EXCEPTIONS, has_exceptions);
    let browser = Browser {
        has_multi_memory,
        bounds_sound_alike,
    };
    precompile_for(browser, component, features)
        .map_err(|error| JsError::new(&format!("{error:#}")))
}
