//! Sending a request by `fetch`, and reading the response as it comes.

use super::body::empty;
use super::script::{
    AbortController, Chunk, Message, ReadableStream, Reader, fetch, headers_of, headers_to_script,
    ignore, internal, object,
};
use super::stream::{Broken, may_stream, stream};
use super::{Error, RequestOptions, WasiBody};
use crate::page;
use crate::timeout::wait_until;
use amphi_web::Local;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::request::Parts;
use http_body::{Body, Frame};
use http_body_util::BodyExt as _;
use js_sys::Uint8Array;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Sends a request, and waits until the response begins. Its body is sent while the guest writes it
/// where that can be, and otherwise once it is whole.
pub async fn send(
    request: http::Request<WasiBody>,
    options: Option<RequestOptions>,
) -> Result<http::Response<WasiBody>, Error> {
    let options = options.unwrap_or_default();
    let (parts, body) = request.into_parts();
    let outgoing = Outgoing::of(&parts, body).await?;
    let broken = Broken::default();
    let abort = Abort(Local::new(AbortController::new()));
    let started = {
        let body = outgoing.into_script(&broken)?;
        // What a browser would add of its own (cookies, a cache, a referrer) is not the guest's.
        let init = object([
            ("method", JsValue::from_str(parts.method.as_str())),
            ("headers", headers_to_script(&parts.headers)?.into()),
            ("body", body),
            ("duplex", JsValue::from_str("half")),
            ("signal", abort.0.signal()),
            ("credentials", JsValue::from_str("omit")),
            ("cache", JsValue::from_str("no-store")),
            ("referrerPolicy", JsValue::from_str("no-referrer")),
        ]);
        let promise = fetch(&parts.uri.to_string(), &init);
        let promise = promise.map_err(|thrown| internal("fetch", &thrown))?;
        Local::new(JsFuture::from(promise))
    };
    let response = match within(limit(&options), started).await? {
        Ok(response) => Local::new(response.unchecked_into::<Message>()),
        // The page is not told why, unless it was the guest.
        Err(_) => return Err(broken.take().unwrap_or(Error::DestinationUnavailable)),
    };
    answer(&response, abort, options.between_bytes_timeout)
}

/// The body of a request on its way out.
enum Outgoing {
    Nothing,
    Whole(Bytes),
    /// What has come of it already, and the rest.
    Streamed(Bytes, WasiBody),
}

impl Outgoing {
    async fn of(parts: &Parts, mut body: WasiBody) -> Result<Outgoing, Error> {
        let first = loop {
            match body.frame().await.transpose()?.map(Frame::into_data) {
                None => return Ok(Outgoing::Nothing),
                Some(Ok(bytes)) if !bytes.is_empty() => break bytes,
                Some(_) => {}
            }
        };
        if may_stream(parts) {
            return Ok(Outgoing::Streamed(first, body));
        }
        let rest = body.collect().await?.to_bytes();
        Ok(Outgoing::Whole([first, rest].concat().into()))
    }

    fn into_script(self, broken: &Broken) -> Result<JsValue, Error> {
        Ok(match self {
            Outgoing::Nothing => JsValue::UNDEFINED,
            Outgoing::Whole(bytes) => Uint8Array::from(&*bytes).into(),
            Outgoing::Streamed(first, body) => stream(Some(first), body, broken.clone())?.into(),
        })
    }
}

/// How long the response may take to begin: a page cannot tell connecting from waiting.
fn limit(options: &RequestOptions) -> Option<Duration> {
    let (connect, first) = (options.connect_timeout, options.first_byte_timeout);
    Some(first?.saturating_add(connect.unwrap_or_default()))
}

/// The result of `future`, unless it takes longer.
async fn within<T>(limit: Option<Duration>, future: impl Future<Output = T>) -> Result<T, Error> {
    let mut future = pin!(future);
    let Some(limit) = limit else {
        return Ok(future.await);
    };
    let mut late = pin!(wait_until(page::uptime().saturating_add(limit)));
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(result) => Poll::Ready(Ok(result)),
        Poll::Pending => late
            .as_mut()
            .poll(cx)
            .map(|()| Err(Error::ConnectionReadTimeout)),
    })
    .await
}

fn answer(
    response: &Message,
    abort: Abort,
    between: Option<Duration>,
) -> Result<http::Response<WasiBody>, Error> {
    let mut headers = headers_of(response);
    if headers.contains_key(CONTENT_ENCODING) {
        // The browser has undone it, so neither holds for what the guest reads.
        headers.remove(CONTENT_ENCODING);
        headers.remove(CONTENT_LENGTH);
    }
    let body = match response.body() {
        body if body.is_null() || body.is_undefined() => empty(),
        body => ResponseBody::of(body.unchecked_ref(), Some(abort), between)?.boxed_unsync(),
    };
    let mut answer = http::Response::new(body);
    *answer.status_mut() =
        http::StatusCode::from_u16(response.status()).map_err(|_| Error::HttpProtocolError)?;
    *answer.headers_mut() = headers;
    Ok(answer)
}

/// Ends a `fetch` when nobody wants it any more.
pub struct Abort(Local<AbortController>);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The body of a response of the page, or of a request to it.
pub struct ResponseBody {
    reader: Local<Reader>,
    reading: Option<Reading>,
    between: Option<Duration>,
    _abort: Option<Abort>,
}

/// A piece that is under way.
type Reading = Pin<Box<dyn Future<Output = Result<Result<JsValue, JsValue>, Error>> + Send>>;

impl ResponseBody {
    /// A stream of the page as a body.
    pub fn of(
        stream: &ReadableStream,
        abort: Option<Abort>,
        between: Option<Duration>,
    ) -> Result<ResponseBody, Error> {
        let reader = stream.get_reader();
        let reader = reader.map_err(|thrown| internal("a body", &thrown))?;
        Ok(ResponseBody {
            reader: Local::new(reader),
            reading: None,
            between,
            _abort: abort,
        })
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        loop {
            let this = &mut *self;
            let reading = this.reading.get_or_insert_with(|| {
                let read = JsFuture::from(this.reader.read());
                Box::pin(Local::new(within(this.between, read)))
            });
            let Poll::Ready(read) = reading.as_mut().poll(cx) else {
                return Poll::Pending;
            };
            this.reading = None;
            let chunk: Chunk = match read {
                Ok(Ok(chunk)) => chunk.unchecked_into(),
                Ok(Err(_)) => return Poll::Ready(Some(Err(Error::ConnectionTerminated))),
                Err(late) => return Poll::Ready(Some(Err(late))),
            };
            if chunk.done() {
                return Poll::Ready(None);
            }
            let bytes = match chunk.value().dyn_into::<Uint8Array>() {
                Ok(bytes) => bytes.to_vec(),
                Err(_) => return Poll::Ready(Some(Err(Error::HttpProtocolError))),
            };
            if !bytes.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(bytes.into()))));
            }
        }
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        ignore(self.reader.cancel());
    }
}
