//! Transcoders on the page's engine.

use super::boot::page;
use super::glue;
use super::single_memory::add_accessors;
use amphi_translate::rewrite::SingleMemory;
use wasm_bindgen::JsValue;
use wasmtime_environ::component::Transcode;
use wasmtime_environ::error::Result;

/// The function that does `op` from one memory to another; it calls `invalid` for a string that is
/// not valid. `single` is what does it in a browser that allows one memory.
pub fn transcoder(
    op: Transcode,
    single: Option<&SingleMemory>,
    from: JsValue,
    to: JsValue,
    invalid: JsValue,
) -> Result<JsValue> {
    let exports = page(|page| {
        let (module, accessors) = match single {
            None => (page.transcoder(op)?, &[][..]),
            Some(single) => {
                let module = page.single_memory_transcoder(&single.wasm)?;
                (module, single.accessors.as_slice())
            }
        };
        let values = [from, to, invalid];
        let names = [("m", "from"), ("m", "to"), ("e", "invalid")];
        let named = names.into_iter().zip(&values);
        let imports = glue::import_object(
            named.map(|((module, field), value)| (module, field, value.clone())),
        )?;
        add_accessors(&imports, accessors, &values)?;
        glue::instance_exports(&module, &imports)
    })?;
    glue::export(&exports, "transcode")
}
