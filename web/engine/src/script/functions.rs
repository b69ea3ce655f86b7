//! Functions between guests and JavaScript, with no Rust between them.

use crate::page;
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
    let exports = page::page(|page| {
        let module = page.script_call(signature, flags.is_some())?;
        let fixed = [
            ("f", "f", function),
            ("f", "failed", failed),
            ("s", "room", page.room.clone()),
        ];
        let flags = flags.map(|flags| ("f", "flags", flags));
        page::instance_exports(
            &module,
            &page::import_object(fixed.into_iter().chain(flags))?,
        )
    })?;
    page::export::<Function>(&exports, "call").map(JsValue::from)
}

/// What JavaScript calls for a guest's function that may not leave its instance; see
/// [`fenced_call`](amphi_translate::codegen::fenced_call).
pub fn fenced_call(signature: &Signature, function: JsValue, flags: JsValue) -> Result<JsValue> {
    let exports = page::page(|page| {
        let module = page.fenced_call(signature)?;
        let imports = page::import_object([("f", "f", function), ("f", "flags", flags)])?;
        page::instance_exports(&module, &imports)
    })?;
    page::export::<Function>(&exports, "call").map(JsValue::from)
}
