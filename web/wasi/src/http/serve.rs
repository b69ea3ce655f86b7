//! A guest that answers requests: called with a `Request` of the page, it gives a `Response`.

use super::body::empty;
use super::fetch::ResponseBody;
use super::p2::bindings::Proxy;
use super::p2::bindings::http::types::Scheme;
use super::script::{Message, Response, headers_of, headers_to_script, internal, object};
use super::stream::{Broken, stream};
use super::{Error, WasiBody, WasiHttpView};
use amphi_web::{Local, Result, Store, format_err};
use http_body_util::BodyExt as _;
use js_sys::Uint8Array;
use tokio::sync::oneshot;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// The statuses of responses that have no body.
const WITHOUT_BODY: [u16; 4] = [101, 204, 205, 304];

/// Calls the guest's `wasi:http/incoming-handler` with a `Request`, and gives the `Response` as
/// soon as it begins.
///
/// The guest goes on while its body is read, and the store goes when it has ended.
///
/// # Errors
///
/// The guest ended without an answer, or answered with an error code; `request` is none.
pub async fn serve<T>(mut store: Store<T>, proxy: Proxy, request: &JsValue) -> Result<JsValue>
where
    T: WasiHttpView + 'static,
{
    let (scheme, request) = incoming(request.unchecked_ref())?;
    let (sender, mut answer) = oneshot::channel();
    let request = store
        .data_mut()
        .http()
        .new_incoming_request(scheme, request)?;
    let outparam = store.data_mut().http().new_response_outparam(sender)?;
    let (ended, end) = oneshot::channel();
    spawn_local(async move {
        let handler = proxy.wasi_http_incoming_handler();
        let result = handler.call_handle(&mut store, request, outparam).await;
        drop(store);
        let _ = ended.send(result);
    });
    match (&mut answer).await {
        Ok(Ok(response)) => outgoing(response).map_err(|code| format_err!("{code}")),
        Ok(Err(code)) => Err(format_err!("the guest returned an error: {code}")),
        Err(_) => match end.await {
            Ok(Err(error)) => Err(error),
            Ok(Ok(())) | Err(_) => Err(format_err!("the guest ended without a response")),
        },
    }
}

/// A request of the page as one for a guest.
fn incoming(request: &Message) -> Result<(Scheme, http::Request<WasiBody>)> {
    let uri: http::Uri = request.url().parse()?;
    let scheme = match uri.scheme_str() {
        Some("http") => Scheme::Http,
        Some("https") | None => Scheme::Https,
        Some(other) => Scheme::Other(other.to_owned()),
    };
    let failed = |code: Error| format_err!("a request of the page: {code}");
    let body = match request.body() {
        body if body.is_undefined() => whole(request)?,
        body if body.is_null() => empty(),
        body => ResponseBody::of(body.unchecked_ref(), None, None)
            .map_err(failed)?
            .boxed_unsync(),
    };
    let mut incoming = http::Request::new(body);
    *incoming.method_mut() = http::Method::from_bytes(request.method().as_bytes())?;
    *incoming.uri_mut() = uri;
    *incoming.headers_mut() = headers_of(request);
    Ok((scheme, incoming))
}

/// The body of a request in a browser whose requests have no stream (Firefox).
fn whole(request: &Message) -> Result<WasiBody> {
    let failed = |thrown: &JsValue| format_err!("{}", internal("a request's body", thrown));
    let bytes = request.array_buffer().map_err(|thrown| failed(&thrown))?;
    let bytes = Local::new(wasm_bindgen_futures::JsFuture::from(bytes));
    let read = async move {
        match bytes.await {
            Ok(buffer) => Ok(Uint8Array::new(&buffer).to_vec().into()),
            Err(_) => Err(Error::ConnectionTerminated),
        }
    };
    let frames = futures_util::stream::once(Local::new(read));
    let frames = futures_util::StreamExt::map(frames, |bytes| bytes.map(http_body::Frame::data));
    Ok(http_body_util::StreamBody::new(frames).boxed_unsync())
}

/// What a guest answers as a response of the page.
fn outgoing(response: http::Response<WasiBody>) -> Result<JsValue, Error> {
    let (parts, body) = response.into_parts();
    let status = parts.status.as_u16();
    let init = object([
        ("status", JsValue::from(status)),
        ("headers", headers_to_script(&parts.headers)?.into()),
    ]);
    let body = match WITHOUT_BODY.contains(&status) {
        true => JsValue::NULL,
        false => stream(None, body, Broken::default())?.into(),
    };
    let response = Response::new(&body, &init);
    Ok(response
        .map_err(|thrown| internal("a response", &thrown))?
        .into())
}
