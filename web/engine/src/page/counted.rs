//! Calls from one guest to another that are counted.

use super::boot::page;
use super::glue;
use amphi_translate::plan::Signature;
use js_sys::Function;
use wasm_bindgen::JsValue;
use wasmtime_environ::error::Result;

/// What an adapter calls for a guest's function whose calls are counted at the address `count`; see
/// [`counted_call`](amphi_translate::codegen::counted_call).
pub fn counted_call(signature: &Signature, function: JsValue, count: u32) -> Result<JsValue> {
    let exports = page(|page| {
        let module = page.counted_call(signature)?;
        let imports = glue::import_object([
            ("m", "app", page.memory.clone()),
            ("f", "f", function),
            ("i", "count", JsValue::from(count)),
        ])?;
        glue::instance_exports(&module, &imports)
    })?;
    glue::export::<Function>(&exports, "call").map(JsValue::from)
}
