//! One request: what is said of it whatever it asks for.

use std::error::Error;
use std::fmt;
use std::future::{Future, pending};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode, Version};
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep, sleep};

use super::activity::Activity;
use super::connection::Shared;
use super::probe;
use super::{Handler, Peer};
use crate::body::{Body, BodyError, full};
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
    let flight = Flight::begin(&shared.flights, activity, version == Version::HTTP_2);
    let mut response = match probe::answer(&request, &shared.settings.readiness) {
        Some(response) => response,
        None => handle(&shared, peer, request).await,
    };
    if version < Version::HTTP_2 && shared.leaving.is_cancelled() {
        close(&mut response);
    }
    response.map(|body| Answer { body, flight })
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

/// How many requests came in, and how many of them were answered to the end or given up.
#[derive(Debug, Default)]
pub struct Flights {
    begun: AtomicUsize,
    ended: AtomicUsize,
}

impl Flights {
    pub fn begun(&self) -> usize {
        self.begun.load(Ordering::Relaxed)
    }

    /// How many are in flight.
    pub fn count(&self) -> usize {
        let ended = self.ended.load(Ordering::Acquire);
        self.begun() - ended
    }
}

/// A request in flight, from its headers to the end of its answer.
struct Flight {
    flights: Arc<Flights>,
    activity: Arc<Activity>,
}

impl Flight {
    fn begin(flights: &Arc<Flights>, activity: Arc<Activity>, multiplexed: bool) -> Self {
        flights.begun.fetch_add(1, Ordering::Relaxed);
        activity.begin(multiplexed);
        Self {
            flights: Arc::clone(flights),
            activity,
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.flights.ended.fetch_add(1, Ordering::Release);
        self.activity.end();
    }
}

/// The body of an answer, which is in flight until it is dropped.
pub struct Answer {
    body: Body,
    #[expect(dead_code, reason = "what counts is when it is dropped")]
    flight: Flight,
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of a request, whose next part has to come in time.
#[derive(Debug)]
pub struct RequestBody {
    incoming: Incoming,
    limit: Duration,
    /// While somebody waits for the client, when that has been long enough.
    patience: Option<Pin<Box<Sleep>>>,
    late: Option<Arc<Notify>>,
}

impl RequestBody {
    fn new(incoming: Incoming, limit: Duration, late: Option<Arc<Notify>>) -> Self {
        Self {
            incoming,
            limit,
            patience: None,
            late,
        }
    }
}

impl http_body::Body for RequestBody {
    type Data = Bytes;
    type Error = RequestBodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, RequestBodyError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.incoming).poll_frame(context) {
            this.patience = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(RequestBodyError::Connection)));
        }
        let limit = this.limit;
        let patience = this.patience.get_or_insert_with(|| Box::pin(sleep(limit)));
        if patience.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        patience.as_mut().reset(Instant::now());
        if let Some(late) = &this.late {
            late.notify_one();
        }
        Poll::Ready(Some(Err(RequestBodyError::Late)))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// Why a request's body ended before its end.
#[derive(Debug)]
#[non_exhaustive]
pub enum RequestBodyError {
    /// The next part did not come in time. If nothing was answered yet, 408 is.
    Late,
    /// The connection failed, or what came over it was no body.
    Connection(hyper::Error),
}

impl fmt::Display for RequestBodyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Late => "the next part of the request's body did not come in time",
            Self::Connection(_) => "the request's body broke off",
        })
    }
}

impl Error for RequestBodyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Late => None,
            Self::Connection(error) => Some(error),
        }
    }
}
