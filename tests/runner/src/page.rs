//! The entry for a page: the files come by `fetch`, the report goes out as JSON.

use amphi::{Result, format_err};
use js_sys::{ArrayBuffer, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::Form;
use crate::lifecycle::Visitors;
use crate::values::Request;

#[wasm_bindgen]
extern "C" {
    type Response;

    #[wasm_bindgen(catch, js_name = fetch)]
    async fn fetch(url: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(handler: &JsValue, millis: i32) -> JsValue;

    #[wasm_bindgen(method, getter)]
    fn status(this: &Response) -> u16;

    #[wasm_bindgen(method, catch, js_name = arrayBuffer)]
    async fn array_buffer(this: &Response) -> Result<JsValue, JsValue>;
}

/// Runs the corpus whose files are below `base_url`, which ends in a slash, and returns the report
/// as JSON; on components that are precompiled first, or are not.
///
/// # Errors
///
/// A file of the corpus is missing or not what its place says.
#[wasm_bindgen]
pub async fn run(base_url: String, precompiled: bool) -> Result<String, JsError> {
    let form = match precompiled {
        true => Form::Precompiled,
        false => Form::Component,
    };
    let load = async |path: &str| load(&format!("{base_url}{path}")).await;
    let report = crate::run(form, load);
    let report = report
        .await
        .map_err(|error| JsError::new(&format!("{error:#}")))?;
    Ok(serde_json::to_string(&report)?)
}

/// Lets guests speak HTTP with the server at `authority`, and returns the report as JSON. The
/// components are below `base_url`.
///
/// # Errors
///
/// A component is missing.
#[wasm_bindgen]
pub async fn requests(base_url: String, authority: String) -> Result<String, JsError> {
    let load = async |path: &str| load(&format!("{base_url}{path}")).await;
    let report = crate::run_requests(load, &authority).await;
    let report = report.map_err(|error| JsError::new(&format!("{error:#}")))?;
    Ok(serde_json::to_string(&report)?)
}

/// Runs the steps of the component that others have published and the list calls `name`, and
/// returns the report as JSON. The files are below `base_url`.
///
/// # Errors
///
/// A file is missing or not what its place says.
#[wasm_bindgen]
pub async fn wild(base_url: String, name: String) -> Result<String, JsError> {
    let load = async |path: &str| load(&format!("{base_url}{path}")).await;
    let report = crate::wild::run(load, &name).await;
    let report = report.map_err(|error| JsError::new(&format!("{error:#}")))?;
    Ok(serde_json::to_string(&report)?)
}

/// What the page holds after some rounds of [`lifecycle`].
#[derive(Serialize)]
struct Sample {
    rounds: u32,
    /// Slots of the dispatcher's table, and those that are taken.
    slots: u32,
    taken: u32,
    /// Generated modules that are kept.
    modules: usize,
    /// Pages of the application's memory.
    pages: usize,
    /// References to JavaScript.
    references: u32,
}

/// Lets components come and go for `rounds` rounds, and returns what the page holds after each
/// `stride` of them, as JSON.
///
/// # Errors
///
/// A file of the corpus is missing, or a round ends otherwise than it has to.
#[wasm_bindgen]
pub async fn lifecycle(base_url: String, rounds: u32, stride: u32) -> Result<String, JsError> {
    let failed = |error: amphi::Error| JsError::new(&format!("{error:#}"));
    let load = async |path: &str| load(&format!("{base_url}{path}")).await;
    let visitors = Visitors::new(&load).await.map_err(failed)?;
    let mut samples = Vec::new();
    for number in 0..rounds {
        if let Err(error) = visitors.round(number).await {
            return Err(failed(error.context(format!("in round {number}"))));
        }
        if (number + 1) % stride == 0 {
            samples.push(sample(number + 1).map_err(failed)?);
        }
    }
    Ok(serde_json::to_string(&samples)?)
}

fn sample(rounds: u32) -> Result<Sample> {
    let held = amphi_web::gauge::held()?;
    Ok(Sample {
        rounds,
        slots: held.slots,
        taken: held.taken,
        modules: held.modules,
        pages: core::arch::wasm32::memory_size(0),
        references: wasm_bindgen::externref_heap_live_count(),
    })
}

/// Lets a guest find and leave files in the directory of the origin's private file system that is
/// called `kept`, and returns what it says. The components are below `base_url`.
///
/// # Errors
///
/// A component is missing, or the browser has no such file system.
#[wasm_bindgen]
pub async fn keep(base_url: String) -> Result<String, JsError> {
    let load = async |path: &str| load(&format!("{base_url}{path}")).await;
    let said = crate::kept::run(load, "tests/kept").await;
    said.map_err(|error| JsError::new(&format!("{error:#}")))
}

/// Has a guest call a function of the host that throws what JavaScript does, in a component that
/// catches whatever is thrown.
///
/// # Errors
///
/// The component cannot be made or run. What the function throws is thrown.
#[wasm_bindgen]
pub fn call_what_throws() -> Result<String, JsError> {
    if !crate::programs::throws() {
        return Ok("no guest catches anything".to_owned());
    }
    let caught = crate::programs::catches_all(|| wasm_bindgen::throw_str("thrown by the page"));
    let caught = caught.map_err(|error| JsError::new(&format!("{error:#}")))?;
    Ok(format!("caught: {caught}"))
}

/// Echoes the random values of a seed, and returns the lines as JSON; the line at the place `shown`
/// has its values too.
///
/// # Errors
///
/// A component cannot be made or run, or `seed` is no number.
#[wasm_bindgen]
pub async fn values(seed: String, shown: Option<String>) -> Result<String, JsError> {
    let request = Request {
        seed: seed.parse()?,
        shown,
        batches: None,
    };
    let lines = crate::values::run(&request).await;
    let lines = lines.map_err(|error| JsError::new(&format!("{error:#}")))?;
    Ok(serde_json::to_string(&lines)?)
}

/// Calls a function by a timer of the page.
pub fn later(function: impl FnOnce() + 'static) {
    set_timeout(&Closure::once_into_js(function), 20);
}

/// The bytes of the file at a URL, which may be relative to the page.
pub async fn load(url: &str) -> Result<Vec<u8>> {
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
