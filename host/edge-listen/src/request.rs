//! One request: what is said of it whatever it asks for.

use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode, Version};
use http_body::Body as _;
use hyper::body::Incoming;
use tokio::sync::Notify;

use super::Handler;
use super::body::{Body, empty, full};
use super::connection::{Connection, Shared};
use super::context::RequestContext;
use super::error::{ListenError, ListenErrorKind};
use super::flight::Flight;
use super::forwarded::peer;
use super::probe::{self, HEALTH, READINESS, Readiness};
use super::received::{RequestBody, RequestBodyError};
use super::request_id::{REQUEST_ID, RequestId};
use super::streams::of_stream;
use super::target::settle;
use super::tracked_body::TrackedBody;

/// After what time it may be asked again where there were too many connections.
const RETRY: Duration = Duration::from_secs(1);

/// Answers `request`: with what is wrong with it, by a probe, by the handler, or with what became
/// of that.
pub async fn answer<H: Handler>(
    connection: Arc<Connection<H>>,
    mut request: Request<Incoming>,
) -> Response<TrackedBody> {
    let Connection {
        shared,
        activity,
        line,
        attached,
        ..
    } = &*connection;
    let version = request.version();
    let taking = of_stream().unwrap_or_else(|| Arc::clone(&activity.taking));
    let multiplexed = version == Version::HTTP_2;
    let activity = Arc::clone(activity);
    let mut flight = Flight::begin(&shared.flights, activity, taking, multiplexed);
    let proxies = &shared.settings.trusted_proxies;
    let peer = peer(line, proxies, request.headers_mut());
    let context = RequestContext::over(attached.clone(), peer, request.headers());
    request.extensions_mut().insert(context.clone());
    let (mut response, last) = match may_ask(&mut request, &connection, peer.encrypted) {
        Err(error) => (refuse(shared, request, &error), true),
        Ok(()) => match own(&request, &shared.settings.readiness) {
            Some(response) => (response, false),
            None => RequestId::within(Some(context.id().clone()), handle(shared, request)).await,
        },
    };
    response
        .headers_mut()
        .insert(REQUEST_ID, context.id().value().clone());
    let last = last || line.probes || shared.leaving.is_cancelled();
    if last && version < Version::HTTP_2 {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    flight.follower = context.follower();
    response.map(|body| TrackedBody::new(body, flight))
}

/// Whether a request is one that can be answered over its connection.
fn may_ask<H, B>(
    request: &mut Request<B>,
    connection: &Connection<H>,
    encrypted: bool,
) -> Result<(), ListenError> {
    let line = &connection.line;
    settle(request, line.local, encrypted, &connection.last)?;
    if line.probes && !probe::is_one(request) {
        let detail = format!(
            "there are too many connections; this one serves only `{HEALTH}` and `{READINESS}`"
        );
        let error = ListenError::new(ListenErrorKind::TooManyConnections, detail);
        return Err(error.retry_after_time(RETRY));
    }
    Ok(())
}

fn refuse<H: Handler, B>(
    shared: &Shared<H>,
    request: Request<B>,
    error: &ListenError,
) -> Response<Body> {
    shared.handler.refused(&request.into_parts().0, error);
    shared.handler.answer_to(error)
}

/// The answer to what is asked of the server itself, if `request` is such.
fn own<B>(request: &Request<B>, readiness: &Readiness) -> Option<Response<Body>> {
    if request.uri().path() != "*" {
        return probe::answer(request, readiness);
    }
    let mut response = Response::new(empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let methods = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    response.headers_mut().insert(ALLOW, methods);
    Some(response)
}

/// What the handler answers, and whether nothing should be asked over the connection after that.
async fn handle<H: Handler>(
    shared: &Shared<H>,
    request: Request<Incoming>,
) -> (Response<Body>, bool) {
    let late = (!request.body().is_end_stream()).then(Arc::<Notify>::default);
    let limit = shared.settings.timeouts.body;
    let request = request.map(|body| RequestBody::new(body, limit, late.clone()));
    // It is large: beside its connection it would be far from what the last call has used.
    let answer = AssertUnwindSafe(Box::pin(shared.handler.handle(request))).catch_unwind();
    let answer = tokio::select! {
        biased;
        answer = answer => answer,
        () = told(late.as_deref()) => {
            let error = ListenError::new(ListenErrorKind::BodyLate, RequestBodyError::Late);
            return (shared.handler.answer_to(&error), true);
        }
    };
    let answer = answer.unwrap_or_else(|_| {
        tracing::error!("a handler panicked");
        let error = ListenError::new(ListenErrorKind::HandlerFailed, "the host failed");
        shared.handler.answer_to(&error)
    });
    (answer, false)
}

/// When the rest of the body is late.
async fn told(late: Option<&Notify>) {
    match late {
        Some(late) => late.notified().await,
        None => pending().await,
    }
}

/// A text.
pub fn plain(status: StatusCode, text: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(full(text));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
