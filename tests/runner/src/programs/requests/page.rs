//! A request to a guest, in the page: a `Request` becomes a `Response`.

use amphi::wasi_http::p2::bindings::Proxy;
use amphi::wasi_http::serve;
use amphi::{Result, Store, Trap, format_err};
use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

use super::Reply;
use crate::host::State;

#[wasm_bindgen]
extern "C" {
    type Request;

    #[wasm_bindgen(constructor, catch)]
    fn new(url: &str, init: &Object) -> Result<Request, JsValue>;

    type Response;

    #[wasm_bindgen(method, getter)]
    fn status(this: &Response) -> u16;

    #[wasm_bindgen(method, getter)]
    fn headers(this: &Response) -> Headers;

    #[wasm_bindgen(method, catch)]
    async fn text(this: &Response) -> Result<JsValue, JsValue>;

    type Headers;

    #[wasm_bindgen(method)]
    fn get(this: &Headers, name: &str) -> Option<String>;
}

/// What the guest answers to a request.
pub async fn answer(
    store: Store<State>,
    proxy: Proxy,
    method: &str,
    path: &str,
    body: &str,
) -> Result<Reply> {
    let failed = |thrown: JsValue| format_err!("{thrown:?}");
    let init = Object::new();
    let headers = Object::new();
    set(&headers, "x-courier", "here");
    set(&init, "method", method);
    let _ = Reflect::set(&init, &"headers".into(), &headers);
    if !body.is_empty() {
        set(&init, "body", body);
    }
    let request = Request::new(&format!("http://guest.test{path}"), &init).map_err(failed)?;
    let response: Response = match serve(store, proxy, &request).await {
        Ok(response) => response.unchecked_into(),
        Err(error) => return Ok(Err(why(&error))),
    };
    let header = response.headers().get("x-path").unwrap_or_default();
    let text = response.text().await.map_err(failed)?;
    let text = text.as_string().unwrap_or_default();
    Ok(Ok((response.status(), header, text)))
}

fn set(object: &Object, name: &str, value: &str) {
    let _ = Reflect::set(object, &name.into(), &value.into());
}

fn why(error: &amphi::Error) -> &'static str {
    let text = error.to_string();
    match error.downcast_ref::<Trap>() {
        Some(_) => "a trap",
        None if text.starts_with("the guest returned an error") => "an error code",
        None => "no answer",
    }
}
