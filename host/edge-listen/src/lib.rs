//! Sockets: HTTP/1.1 and HTTP/2, encrypted or not, from the first byte of a connection to a drain
//! that loses nothing.
//!
//! It takes a bound socket and a [`Handler`], and returns what was lost when it has shut down. It
//! does not interpret requests, except `/healthz` and `/readyz`, which it answers from a
//! [`Readiness`]. A request that is invalid before a handler gets it is a [`ListenError`], from
//! which the handler makes the response.
//!
//! A slow client only affects itself: there are timeouts for the headers, for each next 16 KiB of a
//! body or its end (408 if there is no response yet), and for each next part of a response to be
//! read. When a client disconnects, the future of its call is dropped. A handler that panics
//! results in a 500.
//!
//! When `shutdown` resolves, `/readyz` responds with 503, and for the drain's delay everything else
//! goes on as before. Then no new connections are accepted, except those that the system has
//! accepted already; HTTP/1.1 responses say `connection: close`, HTTP/2 connections get GOAWAY,
//! idle ones are closed; requests in flight have until the end of the drain.

mod accept;
mod activity;
mod attach;
mod body;
mod client;
mod clock;
mod connection;
mod context;
mod descriptors;
mod error;
mod flight;
mod forwarded;
mod memo;
mod places;
mod probe;
mod received;
mod request;
mod request_id;
mod signal;
mod streams;
mod target;
mod tls;
mod tracked_body;

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use http::{Request, Response, StatusCode};
use ipnet::IpNet;
use tokio::net::TcpListener;

pub use attach::Attach;
pub use body::{Body, BodyError, bodiless, empty, full, unsent};
pub use client::Client;
pub use context::{Follower, RequestContext};
pub use descriptors::raise as raise_limit_of_files;
pub use error::{ListenError, ListenErrorKind};
pub use memo::Memo;
pub use places::NoPlace;
pub use probe::{HEALTH, READINESS, Readiness};
pub use received::{RequestBody, RequestBodyError};
pub use request_id::{REQUEST_ID, RequestId};
pub use signal::{Terminate, terminate};
pub use target::authority_of;
pub use tls::{Certificates, TlsError};

/// How many bytes of a body a client has to send or to read within the time for a part: the default
/// size of an HTTP/2 frame.
const PART: usize = 16 << 10;

/// Handles requests.
pub trait Handler: Send + Sync + 'static {
    /// Responds to a request. The future is dropped when the client has disconnected; the request
    /// has a [`RequestContext`] among its extensions, and its target has a scheme and an authority.
    fn handle(&self, request: Request<RequestBody>) -> impl Future<Output = Response<Body>> + Send;

    /// The response to a request that the listener rejects. By default, the error as text.
    fn answer_to(&self, error: &ListenError) -> Response<Body> {
        error.response()
    }

    /// Called for a request that is rejected before it gets here; it has the usual extensions.
    fn refused(&self, request: &Parts, error: &ListenError) {
        let _ = (request, error);
    }

    /// Called when the bytes of a connection from `address` are not a valid request; the response
    /// was `status` without a body.
    fn unread(&self, address: SocketAddr, status: StatusCode) {
        let _ = (address, status);
    }

    /// Called for a connection that is rejected by a limit.
    fn without_place(&self, why: NoPlace) {
        let _ = why;
    }
}

/// Which client sent a request, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Where the connection comes from.
    pub address: SocketAddr,
    /// The address of the client: that of the connection, or the one that a trusted proxy reports.
    pub client: IpAddr,
    /// Whether the client's connection is encrypted: this one, or as a trusted proxy reports.
    pub encrypted: bool,
}

/// How long clients may take, and how long a drain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// From the begin of a connection, or the first byte of a later request, to the end of the
    /// headers, TLS included; then the connection is closed.
    pub header: Duration,
    /// The longest wait for the next 16 KiB of a body, or its end, in (408) and out.
    pub body: Duration,
    /// How long a connection stays open without a request.
    pub idle: Duration,
    /// How long requests in flight have when the server shuts down.
    pub drain: Duration,
    /// How long connections are still accepted before that, while `/readyz` responds with 503.
    pub drain_delay: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(10),
            body: Duration::from_secs(30),
            idle: Duration::from_secs(60),
            drain: Duration::from_secs(30),
            drain_delay: Duration::ZERO,
        }
    }
}

/// How connections are served.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long clients may take, and a drain.
    pub timeouts: Timeouts,
    /// How many connections are open at once; for those above, the longest idle one is closed, or
    /// they may ask for probes alone.
    pub connections: usize,
    /// How many of those one client has.
    pub connections_per_client: usize,
    /// How long a connection was idle that is closed to make room: less than that, its client may
    /// be about to ask for the next thing.
    pub spare: Duration,
    /// How long a connection lasts at most that may ask for probes alone.
    pub reserve: Duration,
    /// Where proxies are whose connections are many clients', and who say whose.
    pub trusted_proxies: Vec<IpNet>,
    /// The most bytes of a request's line and headers, from 8 KiB.
    pub headers: usize,
    /// What each connection has besides, for the handler of its requests.
    pub attach: Option<Attach>,
    /// What encrypts connections, if they are.
    pub certificates: Option<Arc<Certificates>>,
    /// What `/readyz` answers; a drain changes it.
    pub readiness: Arc<Readiness>,
}

impl Settings {
    /// What is usual, without encryption.
    #[must_use]
    pub fn new(readiness: Arc<Readiness>) -> Self {
        Self {
            timeouts: Timeouts::default(),
            connections: 1024,
            connections_per_client: 256,
            spare: Duration::from_secs(1),
            reserve: Duration::from_secs(2),
            trusted_proxies: Vec::new(),
            headers: 64 << 10,
            attach: None,
            certificates: None,
            readiness,
        }
    }
}

/// How serving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Requests that came in, from the first on.
    pub requests: usize,
    /// Requests that were in flight when the time was up, and were cut off; of the server of a
    /// host, also guests that went on after their answers.
    pub lost: usize,
    /// How long it took, from the shutdown on.
    pub took: Duration,
}

/// Serves what connects to `listener` until `shutdown` resolves, then drains.
pub async fn serve<H: Handler>(
    listener: TcpListener,
    handler: Arc<H>,
    settings: Settings,
    shutdown: impl Future<Output = ()>,
) -> Drained {
    accept::serve(listener, handler, settings, shutdown).await
}

/// Whether `address` is in one of the networks of trusted proxies.
fn is_trusted(proxies: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    proxies.iter().any(|network| network.contains(&address))
}
