//! Compiled components: from their own bytes, or from a precompiled file.

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

/// Compiles a component off the main thread.
///
/// # Errors
///
/// The bytes are not a valid component, or need something that this engine or this browser does not
/// have.
#[cfg(feature = "compiler")]
#[wasm_bindgen]
pub async fn compile(bytes: Vec<u8>) -> Result<Compiled, JsError> {
    let component = Component::new_async(&engine(), bytes).await;
    component
        .map(|component| Compiled { component })
        .map_err(refusal)
}

#[cfg(feature = "compiler")]
#[wasm_bindgen]
impl Compiled {
    /// What JavaScript needs to know of the component, as JSON.
    ///
    /// # Errors
    ///
    /// A type is one that JavaScript has no value for.
    pub fn plan(&self) -> Result<String, JsError> {
        amphi_precompile::describe(embed::plan(&self.component)).map_err(refusal)
    }
}
