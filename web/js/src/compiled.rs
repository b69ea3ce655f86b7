//! Compiled components, from precompiled files.

use crate::refusal;
use amphi_web::component::Component;
use amphi_web::{Engine, embed};
use js_sys::WebAssembly;
use wasm_bindgen::prelude::*;

thread_local! {
    static ENGINE: Engine = Engine::default();
}

/// The page's engine.
pub fn engine() -> Engine {
    ENGINE.with(Engine::clone)
}

/// A component that is compiled.
#[wasm_bindgen]
pub struct Compiled {
    pub(crate) component: Component,
}

/// Makes a component of a precompiled file, whose core modules JavaScript has compiled while they
/// arrived: `modules`, in the order of the file.
///
/// # Errors
///
/// The bytes are not what was written, or need something that this engine or this browser does not
/// have.
#[wasm_bindgen]
pub fn deserialize(bytes: &[u8], modules: Vec<WebAssembly::Module>) -> Result<Compiled, JsError> {
    embed::deserialize(&engine(), bytes, modules)
        .map(|component| Compiled { component })
        .map_err(refusal)
}
