//! What stands for the memories of a rewritten module behind its first.

use super::boot::page;
use super::glue;
use amphi_translate::rewrite::Accessor;
use js_sys::Object;
use wasm_bindgen::JsValue;
use wasmtime_environ::error::{Result, format_err};

/// Adds accessors to the imports of a rewritten module; `values` are what the original's imports
/// are bound to, in their order.
pub fn add_accessors(imports: &Object, accessors: &[Accessor], values: &[JsValue]) -> Result<()> {
    for accessor in accessors {
        let memory = values
            .get(accessor.import)
            .ok_or_else(|| format_err!("a rewritten module has no import {}", accessor.import))?;
        let exports = page(|page| {
            let module = page.memory_accessor(accessor)?;
            let imports = glue::import_object([("m", "memory", memory.clone())])?;
            glue::instance_exports(&module, &imports)
        })?;
        glue::add_module(imports, &accessor.module, &exports)?;
    }
    Ok(())
}
