//! The entry for a page: the files come by `fetch`, the report goes out as JSON.

use amphi::{Result, format_err};
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type Response;

    #[wasm_bindgen(catch, js_name = fetch)]
    async fn fetch(url: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn status(this: &Response) -> u16;

    #[wasm_bindgen(method, catch, js_name = arrayBuffer)]
    async fn array_buffer(this: &Response) -> Result<JsValue, JsValue>;
}

/// Runs the corpus whose files are below `base_url`, which ends in a slash, and returns the report as JSON.
///
/// # Errors
///
/// A file of the corpus is missing or not what its place says.
#[wasm_bindgen]
pub async fn run(base_url: String) -> Result<String, JsError> {
    let report = crate::run(async |path: &str| load(&format!("{base_url}{path}")).await);
    let report = report
        .await
        .map_err(|error| JsError::new(&format!("{error:#}")))?;
    Ok(serde_json::to_string(&report)?)
}

async fn load(url: &str) -> Result<Vec<u8>> {
    let failed = |error: JsValue| format_err!("file `{url}`: {error:?}");
    let response: Response = fetch(url).await.map_err(failed)?.unchecked_into();
    if response.status() != 200 {
        return Err(format_err!(
            "file `{url}`: expected status 200, found {}",
            response.status()
        ));
    }
    let buffer: ArrayBuffer = response
        .array_buffer()
        .await
        .map_err(failed)?
        .unchecked_into();
    Ok(Uint8Array::new(&buffer).to_vec())
}
