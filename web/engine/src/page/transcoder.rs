//! Transcoders on the page's engine.

use super::boot::page;
use super::glue;
use wasm_bindgen::JsValue;
use wasmtime_environ::component::Transcode;
use wasmtime_environ::error::Result;

/// The function that does `op` from one memory to another; it calls `invalid` for a string that is not valid.
pub fn transcoder(op: Transcode, from: JsValue, to: JsValue, invalid: JsValue) -> Result<JsValue> {
    let exports = page(|page| {
        let imports = glue::import_object([
            ("m", "from", from),
            ("m", "to", to),
            ("e", "invalid", invalid),
        ])?;
        glue::instance_exports(&page.transcoder(op)?, &imports)
    })?;
    glue::export(&exports, "transcode")
}
