//! From a plan to a `Component`: its core modules compiled by the browser, and the wrappers by
//! which its guests call the application.

use super::arriving::arrivals;
use crate::component::component::{Component, Origin};
use crate::engine::Engine;
use crate::page::{self, Local};
use amphi_translate::codegen;
use amphi_translate::plan::Plan;
use js_sys::{Array, Promise, Uint8Array, WebAssembly};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use wasmtime_environ::error::{Result, format_err};

/// The compiled core modules of a plan, in its order.
type CompiledModules = Vec<Local<WebAssembly::Module>>;

/// Compiles core modules on the calling thread.
///
/// # Errors
///
/// The browser refuses one.
pub fn compiled<'a>(modules: impl Iterator<Item = &'a [u8]>) -> Result<CompiledModules> {
    modules
        .map(|wasm| page::compile(wasm).map(Local::new))
        .collect()
}

/// Compiles core modules off the main thread, side by side.
///
/// # Errors
///
/// The browser refuses one.
pub async fn compiled_async<'a>(
    modules: impl Iterator<Item = &'a [u8]>,
) -> Result<CompiledModules> {
    let compiling: Array = modules
        .map(|wasm| WebAssembly::compile(&Uint8Array::from(wasm)))
        .collect();
    let compiled = JsFuture::from(Promise::all(&compiling))
        .await
        .map_err(|error| {
            format_err!(
                "the browser cannot compile a core module: {}",
                page::caught_message(&error)
            )
        })?;
    let modules = Array::from(&compiled).into_iter();
    Ok(modules
        .map(|module| Local::new(module.unchecked_into()))
        .collect())
}

/// A component with these core modules, made from what `origin` keeps.
///
/// # Errors
///
/// The browser refuses the wrappers.
pub fn component(
    engine: &Engine,
    plan: Plan,
    modules: CompiledModules,
    origin: Origin,
) -> Result<Component> {
    let wrappers = page::page(|page| {
        page::compile(&codegen::wrappers(
            &plan.trampolines,
            page.host_entry(arrivals()),
        ))
    })?;
    let wrappers = Local::new(wrappers);
    Ok(Component::from_parts(
        engine, plan, modules, wrappers, origin,
    ))
}
