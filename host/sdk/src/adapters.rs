//! Compositions of which each call would exhaust the stack: refused natively as in the page.
//!
//! Wasmtime's translator is asked, which makes the adapters when the component is compiled. It is
//! reached by the name that the bindings which `bindgen!` writes reach it by, so that natively
//! Wasmtime alone depends on it.

use amphi_core::{adapters, features};
use wasmtime::component::__internal::wasmtime_environ::component::{
    ComponentTypesBuilder, Translator,
};
use wasmtime::component::__internal::wasmtime_environ::wasmparser::Validator;
use wasmtime::component::__internal::wasmtime_environ::{ScopeVec, Tunables};
use wasmtime::{Error, Result, WasmFeatures};

/// Refuses a component of which each call of some function between the components inside it would
/// exhaust the stack.
///
/// # Errors
///
/// A type passes from one component to another that has more fields, cases, names or elements than
/// an adapter takes. What is wrong otherwise is the engine's to say.
pub fn check(bytes: &[u8]) -> Result<()> {
    if !adapters::has_wide_type(bytes) {
        return Ok(());
    }
    let features = features::taken()
        | WasmFeatures::CM_ASYNC
        | WasmFeatures::CM_ERROR_CONTEXT
        | WasmFeatures::CM_MAP
        | WasmFeatures::CM_FIXED_LENGTH_LISTS;
    let scope = ScopeVec::new();
    let tunables = Tunables::default_u32();
    let mut validator = Validator::new_with_features(features);
    let mut types = ComponentTypesBuilder::new(&validator);
    let translator = Translator::new(&tunables, &mut validator, &mut types, &scope);
    let Ok((_, modules)) = translator.translate(bytes) else {
        return Ok(());
    };
    let translated = modules.values().map(|module| module.wasm);
    adapters::check(bytes, translated).map_err(Error::new)
}
