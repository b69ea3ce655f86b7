//! Functions between guests and JavaScript, and between guests, with no Rust between them.

use super::boot::page;
use super::glue;
use amphi_translate::plan::Signature;
use js_sys::Function;
use wasm_bindgen::JsValue;
use wasmtime_environ::error::Result;

/// What a guest calls for `function`, which is JavaScript; see
/// [`script_call`](amphi_translate::codegen::script_call).
pub fn script_call(
    signature: &Signature,
    function: JsValue,
    failed: JsValue,
    flags: Option<JsValue>,
) -> Result<JsValue> {
    let exports = page(|page| {
        let module = page.script_call(signature, flags.is_some())?;
        let fixed = [
            ("f", "f", function),
            ("f", "failed", failed),
            ("s", "room", page.room.clone()),
        ];
        let flags = flags.map(|flags| ("f", "flags", flags));
        glue::instance_exports(
            &module,
            &glue::import_object(fixed.into_iter().chain(flags))?,
        )
    })?;
    glue::export::<Function>(&exports, "call").map(JsValue::from)
}

/// What JavaScript calls for a guest's function that may not leave its instance; see
/// [`fenced_call`](amphi_translate::codegen::fenced_call).
pub fn fenced_call(signature: &Signature, function: JsValue, flags: JsValue) -> Result<JsValue> {
    let exports = page(|page| {
        let module = page.fenced_call(signature)?;
        let imports = glue::import_object([("f", "f", function), ("f", "flags", flags)])?;
        glue::instance_exports(&module, &imports)
    })?;
    glue::export::<Function>(&exports, "call").map(JsValue::from)
}

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
