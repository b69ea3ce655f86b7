//! What of JavaScript HTTP needs: `fetch`, its headers and bodies, and streams.

use super::Error;
use js_sys::{Array, Object, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

#[wasm_bindgen]
extern "C" {
    /// What ends a `fetch`.
    pub type AbortController;

    #[wasm_bindgen(constructor)]
    pub fn new() -> AbortController;

    #[wasm_bindgen(method, getter)]
    pub fn signal(this: &AbortController) -> JsValue;

    #[wasm_bindgen(method)]
    pub fn abort(this: &AbortController);

    /// Headers of a request or a response.
    pub type Headers;

    #[wasm_bindgen(constructor)]
    pub fn new() -> Headers;

    #[wasm_bindgen(method)]
    pub fn has(this: &Headers, name: &str) -> bool;

    #[wasm_bindgen(method, catch)]
    pub fn append(this: &Headers, name: &str, value: &str) -> Result<(), JsValue>;

    /// A request or a response: what both have.
    pub type Message;

    #[wasm_bindgen(method, getter)]
    pub fn headers(this: &Message) -> Headers;

    /// A stream, or null.
    #[wasm_bindgen(method, getter)]
    pub fn body(this: &Message) -> JsValue;

    #[wasm_bindgen(method, getter)]
    pub fn status(this: &Message) -> u16;

    #[wasm_bindgen(method, getter)]
    pub fn method(this: &Message) -> String;

    #[wasm_bindgen(method, getter)]
    pub fn url(this: &Message) -> String;

    #[wasm_bindgen(method, catch, js_name = arrayBuffer)]
    pub fn array_buffer(this: &Message) -> Result<Promise, JsValue>;

    pub type Request;

    #[wasm_bindgen(constructor, catch)]
    pub fn new(url: &str, init: &Object) -> Result<Request, JsValue>;

    pub type Response;

    #[wasm_bindgen(constructor, catch)]
    pub fn new(body: &JsValue, init: &Object) -> Result<Response, JsValue>;

    /// A stream of bytes.
    pub type ReadableStream;

    #[wasm_bindgen(constructor, catch)]
    pub fn new(source: &Object, strategy: &Object) -> Result<ReadableStream, JsValue>;

    #[wasm_bindgen(method, catch, js_name = getReader)]
    pub fn get_reader(this: &ReadableStream) -> Result<Reader, JsValue>;

    /// Who reads a stream.
    pub type Reader;

    #[wasm_bindgen(method)]
    pub fn read(this: &Reader) -> Promise;

    #[wasm_bindgen(method)]
    pub fn cancel(this: &Reader) -> Promise;

    /// What was read.
    pub type Chunk;

    #[wasm_bindgen(method, getter)]
    pub fn done(this: &Chunk) -> bool;

    #[wasm_bindgen(method, getter)]
    pub fn value(this: &Chunk) -> JsValue;

    /// Where the source of a stream puts what comes.
    pub type Controller;

    #[wasm_bindgen(method, catch)]
    pub fn enqueue(this: &Controller, chunk: &Uint8Array) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    pub fn close(this: &Controller) -> Result<(), JsValue>;

    #[wasm_bindgen(method)]
    pub fn error(this: &Controller, error: &JsValue);

    /// What the browser tells of something that it has loaded.
    pub type Loaded;

    #[wasm_bindgen(method, getter)]
    pub fn name(this: &Loaded) -> String;

    #[wasm_bindgen(method, getter, js_name = nextHopProtocol)]
    pub fn next_hop_protocol(this: &Loaded) -> Option<String>;

    #[wasm_bindgen(js_namespace = performance, js_name = getEntriesByType)]
    fn get_entries_by_type(kind: &str) -> Array;

    #[wasm_bindgen(catch)]
    pub fn fetch(url: &str, init: &Object) -> Result<Promise, JsValue>;
}

/// An object with these fields.
pub fn object(fields: impl IntoIterator<Item = (&'static str, JsValue)>) -> Object {
    let entries: Array = fields
        .into_iter()
        .map(|(name, value)| Array::of2(&JsValue::from_str(name), &value))
        .collect();
    Object::from_entries(&entries).unwrap_or_else(|_| Object::new())
}

/// Gives an object a property that `getter` is called for.
pub fn with_getter(target: &Object, name: &str, getter: &JsValue) {
    let descriptor = object([("get", getter.clone())]);
    Object::define_property(target, &JsValue::from_str(name), &descriptor);
}

/// What the browser tells of what it has loaded, by the kind: `navigation` or `resource`.
pub fn entries(kind: &str) -> Vec<Loaded> {
    let entries = get_entries_by_type(kind).into_iter();
    entries.map(JsCast::unchecked_into).collect()
}

/// Headers of Rust as headers of the page. Their values are bytes here and Latin-1 there.
pub fn headers_to_script(map: &http::HeaderMap) -> Result<Headers, Error> {
    let headers = Headers::new();
    for (name, value) in map {
        let value: String = value.as_bytes().iter().map(|byte| *byte as char).collect();
        headers
            .append(name.as_str(), &value)
            .map_err(|thrown| internal("a header", &thrown))?;
    }
    Ok(headers)
}

/// Headers of the page as headers of Rust; what can be none is left out.
pub fn headers_of(message: &Message) -> http::HeaderMap {
    let mut map = http::HeaderMap::new();
    let headers = message.headers();
    let entries = js_sys::try_iter(&headers).ok().flatten();
    for entry in entries.into_iter().flatten().flatten() {
        let entry: Array = entry.unchecked_into();
        let text = |index| entry.get(index).as_string().unwrap_or_default();
        let value: Option<Vec<u8>> = text(1).chars().map(|c| u8::try_from(c).ok()).collect();
        let name = http::HeaderName::try_from(text(0));
        let value = value.map(http::HeaderValue::try_from);
        if let (Ok(name), Some(Ok(value))) = (name, value) {
            let _ = map.try_append(name, value);
        }
    }
    map
}

/// The error of what the page threw where it should not have.
pub fn internal(what: &str, thrown: &JsValue) -> Error {
    let text = js_sys::Reflect::get(thrown, &JsValue::from_str("message")).ok();
    let text = text.and_then(|text| text.as_string()).unwrap_or_default();
    Error::InternalError(Some(format!("{what}: {text}")))
}

/// Lets a promise that nobody waits for fail in silence.
pub fn ignore(promise: Promise) {
    spawn_local(async move {
        let _ = JsFuture::from(promise).await;
    });
}
