//! From a component's bytes to a `Component`: a plan, its core modules compiled by the browser, and
//! the wrappers by which its guests call the application.

use super::arriving::arrivals;
use crate::component::component::Component;
use crate::engine::Engine;
use crate::page::{self, Local};
use amphi_translate::codegen;
use amphi_translate::plan::Plan;
use js_sys::{Array, Promise, Uint8Array, WebAssembly};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use wasmtime_environ::error::{Result, format_err};

impl Component {
    /// Compiles a component on the calling thread.
    ///
    /// Browsers refuse to compile large modules on the main thread (8 MiB in Chromium):
    /// [`Component::new_async`] has no such limit.
    ///
    /// # Errors
    ///
    /// The bytes are not a valid component, need a feature that this engine does not have, or the
    /// browser refuses a core module.
    pub fn new(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Component> {
        let plan = plan(engine, bytes.as_ref())?;
        let modules = plan
            .modules
            .iter()
            .map(|module| page::compile(&module.wasm).map(Local::new))
            .collect::<Result<_>>()?;
        Component::with_modules(engine, plan, modules)
    }

    /// As [`Component::new`]; a component is always binary here.
    ///
    /// # Errors
    ///
    /// As [`Component::new`].
    pub fn from_binary(engine: &Engine, bytes: &[u8]) -> Result<Component> {
        Component::new(engine, bytes)
    }

    /// Compiles a component off the main thread, its core modules side by side.
    ///
    /// # Errors
    ///
    /// As [`Component::new`].
    pub async fn new_async(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Component> {
        let plan = plan(engine, bytes.as_ref())?;
        let compiling: Array = plan
            .modules
            .iter()
            .map(|module| WebAssembly::compile(&Uint8Array::from(module.wasm.as_slice())))
            .collect();
        let compiled = JsFuture::from(Promise::all(&compiling))
            .await
            .map_err(|error| {
                format_err!(
                    "the browser cannot compile a core module: {}",
                    page::caught_message(&error)
                )
            })?;
        let modules = Array::from(&compiled)
            .iter()
            .map(|module| Local::new(module.unchecked_into()))
            .collect();
        Component::with_modules(engine, plan, modules)
    }

    fn with_modules(
        engine: &Engine,
        mut plan: Plan,
        modules: Vec<Local<WebAssembly::Module>>,
    ) -> Result<Component> {
        let wrappers = page::page(|page| {
            page::compile(&codegen::wrappers(
                &plan.trampolines,
                page.host_entry(arrivals()),
            ))
        })?;
        // The browser has its own copy now. Ours is needed only where a trap's kind has to be
        // looked up in it.
        if !page::page(|page| Ok(page.bounds_sound_alike))? {
            for module in &mut plan.modules {
                module.wasm = Vec::new();
            }
        }
        Ok(Component::from_parts(engine, plan, modules, wrappers))
    }
}

/// A plan that this browser can follow.
fn plan(engine: &Engine, bytes: &[u8]) -> Result<Plan> {
    let mut plan = Plan::with_features(bytes, engine.features())?;
    if !page::page(|page| Ok(page.has_multi_memory()))? {
        plan.rewrite_for_single_memory()?;
    }
    if page::can_suspend() {
        plan.defer_starts()?;
    }
    Ok(plan)
}
