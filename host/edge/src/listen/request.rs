//! One request: what is said of it whatever it asks for.

use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use http::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode, Version};
use http_body::Body as _;
use hyper::body::Incoming;
use tokio::sync::Notify;

use super::activity::Activity;
use super::answer::Answer;
use super::body::{RequestBody, RequestBodyError};
use super::connection::Shared;
use super::flight::Flight;
use super::probe;
use super::streams::of_stream;
use super::{Handler, Peer};
use crate::body::{Body, full};
use crate::client::Client;
use crate::exchange::PartTime;
use crate::problem::{Kind, Problem};

/// Answers `request`: by a probe, by the handler, or with what became of that.
pub async fn answer<H: Handler>(
    shared: Arc<Shared<H>>,
    activity: Arc<Activity>,
    peer: Peer,
    request: Request<Incoming>,
) -> Response<Answer> {
    let version = request.version();
    let taking = of_stream().unwrap_or_else(|| Arc::clone(&activity.taking));
    let multiplexed = version == Version::HTTP_2;
    let flight = Flight::begin(&shared.flights, activity, taking, multiplexed);
    let mut response = match probe::answer(&request, &shared.settings.readiness) {
        Some(response) => response,
        None => handle(&shared, peer, request).await,
    };
    if version < Version::HTTP_2 && shared.leaving.is_cancelled() {
        close(&mut response);
    }
    response.map(|body| Answer::new(body, flight))
}

async fn handle<H: Handler>(
    shared: &Shared<H>,
    peer: Peer,
    mut request: Request<Incoming>,
) -> Response<Body> {
    let version = request.version();
    let extensions = request.extensions_mut();
    extensions.insert(peer);
    extensions.insert(Client::at(peer.address.ip()));
    extensions.insert(PartTime(shared.settings.timeouts.body));
    let late = (!request.body().is_end_stream()).then(Arc::<Notify>::default);
    let limit = shared.settings.timeouts.body;
    let request = request.map(|body| RequestBody::new(body, limit, late.clone()));
    let answer = AssertUnwindSafe(async { shared.handler.handle(request).await }).catch_unwind();
    let answer = tokio::select! {
        biased;
        answer = answer => answer,
        () = told(late.as_deref()) => {
            let mut response = Problem::new(Kind::BodyLate, RequestBodyError::Late).into_response();
            if version < Version::HTTP_2 {
                close(&mut response);
            }
            return response;
        }
    };
    answer.unwrap_or_else(|_| {
        tracing::error!("a handler panicked");
        Problem::new(Kind::HostFailed, "the host failed").into_response()
    })
}

/// When the rest of the body is late.
async fn told(late: Option<&Notify>) {
    match late {
        Some(late) => late.notified().await,
        None => pending().await,
    }
}

/// The client of an HTTP/1 connection is told to leave.
fn close(response: &mut Response<Body>) {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
}

/// A text.
pub fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(full(text));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
