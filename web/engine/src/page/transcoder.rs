//! Transcoders on the page's engine.

use super::boot::page;
use super::glue;
use super::single_memory::add_accessors;
use wasm_bindgen::JsValue;
use wasmtime_environ::component::Transcode;
use wasmtime_environ::error::Result;

/// The function that does `op` from one memory to another; it calls `invalid` for a string that is
/// not valid.
pub fn transcoder(op: Transcode, from: JsValue, to: JsValue, invalid: JsValue) -> Result<JsValue> {
    let exports = page(|page| {
        let transcoder = page.transcoder(op)?;
        let values = [from, to, invalid];
        let names = [("m", "from"), ("m", "to"), ("e", "invalid")];
        let named = names.into_iter().zip(&values);
        let imports = glue::import_object(
            named.map(|((module, field), value)| (module, field, value.clone())),
        )?;
        add_accessors(&imports, &transcoder.accessors, &values)?;
        glue::instance_exports(&transcoder.module, &imports)
    })?;
    glue::export(&exports, "transcode")
}
