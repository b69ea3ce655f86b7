//! A body as a stream of the page: that of a guest's response and, where it can be sent so, that of
//! its request.

use super::script::{
    Controller, Message, ReadableStream, Request, entries, internal, object, with_getter,
};
use super::{Error, WasiBody};
use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http::uri::Scheme;
use http_body::Frame;
use http_body_util::BodyExt as _;
use js_sys::Uint8Array;
use std::cell::{Cell, OnceCell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

thread_local! {
    static STREAMS: OnceCell<bool> = const { OnceCell::new() };
}

/// Where it is left why a body broke off while it was read.
#[derive(Clone, Default)]
pub struct Broken(Arc<Mutex<Option<Error>>>);

impl Broken {
    /// Why the body broke off, if it did.
    pub fn take(&self) -> Option<Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn set(&self, error: Error) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}

/// What is left to read.
struct Source {
    first: Option<Bytes>,
    body: WasiBody,
    broken: Broken,
}

/// A body as a stream of the page, which is read as fast as somebody reads it. `first` comes before
/// it.
pub fn stream(
    first: Option<Bytes>,
    body: WasiBody,
    broken: Broken,
) -> Result<ReadableStream, Error> {
    let source = Source {
        first,
        body,
        broken,
    };
    let source = Rc::new(RefCell::new(Some(source)));
    let cancelled = Rc::clone(&source);
    let pull = move |controller: Controller| {
        let source = Rc::clone(&source);
        future_to_promise(async move {
            advance(&source, &controller).await?;
            Ok(JsValue::UNDEFINED)
        })
    };
    let cancel = move |_: JsValue| drop(cancelled.borrow_mut().take());
    let pull = Closure::<dyn FnMut(Controller) -> js_sys::Promise>::new(pull).into_js_value();
    let cancel = Closure::<dyn FnMut(JsValue)>::new(cancel).into_js_value();
    let source = object([("pull", pull), ("cancel", cancel)]);
    let strategy = object([("highWaterMark", JsValue::from(0))]);
    ReadableStream::new(&source, &strategy).map_err(|thrown| internal("a stream", &thrown))
}

/// Passes on the next piece of a body, or its end.
async fn advance(source: &RefCell<Option<Source>>, controller: &Controller) -> Result<(), JsValue> {
    let frame = poll_fn(|cx| match &mut *source.borrow_mut() {
        Some(Source { first, body, .. }) => match first.take() {
            Some(first) => Poll::Ready(Some(Ok(Frame::data(first)))),
            None => pin!(body.frame()).poll(cx),
        },
        None => Poll::Ready(None),
    });
    match frame.await {
        Some(Ok(frame)) => match frame.into_data() {
            Ok(bytes) => controller.enqueue(&Uint8Array::from(&*bytes)),
            Err(_) => controller.close(),
        },
        Some(Err(code)) => {
            let error = JsError::new(&code.to_string());
            if let Some(Source { broken, .. }) = &*source.borrow() {
                broken.set(code);
            }
            Err(error.into())
        }
        None => controller.close(),
    }
}

/// Whether the body of a request can be sent while the guest writes it.
///
/// Browsers do so over HTTP/2 and later, and fail elsewhere: a server has to be known to speak
/// that. One that is told how long the body is would not be told by a stream.
pub fn may_stream(request: &Parts) -> bool {
    request.uri.scheme() == Some(&Scheme::HTTPS)
        && !request.headers.contains_key(CONTENT_LENGTH)
        && STREAMS.with(|streams| *streams.get_or_init(has_streams))
        && speaks_http2(request.uri.authority().map_or("", |it| it.as_str()))
}

/// Whether the browser takes a stream as the body of a request: others make text of it, or do not
/// ask in which directions it goes.
fn has_streams() -> bool {
    let asked = Rc::new(Cell::new(false));
    let noted = Rc::clone(&asked);
    let duplex = Closure::<dyn FnMut() -> JsValue>::new(move || {
        noted.set(true);
        JsValue::from_str("half")
    });
    let Ok(body) = ReadableStream::new(&object([]), &object([])) else {
        return false;
    };
    let init = object([("method", "POST".into()), ("body", body.into())]);
    with_getter(&init, "duplex", duplex.as_ref());
    let request = Request::new("https://host.invalid/", &init);
    let text = |request: Request| {
        request
            .unchecked_ref::<Message>()
            .headers()
            .has("content-type")
    };
    request.is_ok_and(|request| !text(request)) && asked.get()
}

/// Whether the browser has told that it speaks HTTP/2 or later with a server: it does so of the
/// page's own, and of others that allow it.
fn speaks_http2(authority: &str) -> bool {
    let origin = format!("https://{authority}/");
    ["navigation", "resource"].into_iter().any(|kind| {
        entries(kind).into_iter().any(|entry| {
            matches!(entry.next_hop_protocol().as_deref(), Some("h2" | "h3"))
                && entry.name().starts_with(&origin)
        })
    })
}
