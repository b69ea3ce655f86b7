//! The entry for a page: the script comes as text, what becomes of each directive goes out at once,
//! as JSON.

use crate::Reach;
use js_sys::Function;
use wasm_bindgen::prelude::*;

/// Runs the script `text` and calls `each` with the JSON text of a line for every directive, as
/// soon as it has ended.
///
/// # Errors
///
/// `each` throws.
#[wasm_bindgen]
pub fn run(text: &str, each: &Function) -> Result<(), JsValue> {
    let mut thrown = None;
    crate::run(text, Reach::Shared, |line| {
        let line =
            serde_json::to_string(&line).map_err(|error| JsError::new(&error.to_string()).into());
        let told = line.and_then(|line| each.call1(&JsValue::UNDEFINED, &line.into()));
        if let Err(error) = told {
            thrown.get_or_insert(error);
        }
    });
    thrown.map_or(Ok(()), Err)
}
