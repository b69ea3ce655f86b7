//! Sockets: HTTP/1.1 and HTTP/2, encrypted or not, from the first byte of a connection to a drain that loses nothing.
//!
//! In goes a bound socket and a [`Handler`]; out comes what was lost, when all has ended. What a request means is not known here, but for `/healthz` and
//! `/readyz`, which are answered from a [`Readiness`].
//!
//! A client that is slow ends itself and nobody else: headers have a time to come in, so has every next part of a body, of 16 KiB or the rest (408 if nothing
//! was answered yet), and so has every next part of an answer to be taken. A client that goes away drops the future of its call. A handler that panics is answered with 500.
//!
//! When `shutdown` resolves: `/readyz` answers 503, for the drain's delay all goes on as before, then no connection is accepted any more; those that
//! wait to be are served; HTTP/1.1 answers say `connection: close`, HTTP/2 connections get GOAWAY, idle ones are closed; what is in flight has
//! until the drain's end.

mod accept;
mod activity;
mod answer;
mod body;
mod clock;
mod connection;
mod context;
mod descriptors;
mod flight;
mod forwarded;
mod places;
mod probe;
mod request;
mod signal;
mod streams;
mod target;
mod tls;

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use http::{Request, Response, StatusCode};
use ipnet::IpNet;
use tokio::net::TcpListener;

pub use body::{RequestBody, RequestBodyError};
pub use context::RequestContext;
pub(crate) use descriptors::raise as raise_limit_of_files;
pub(crate) use places::refused;
pub use probe::Readiness;
pub(crate) use target::authority_of;

pub use signal::{Terminate, terminate};
pub use tls::{Certificates, TlsError};

use crate::body::Body;
use crate::problem::Problem;
use amphi_edge_config::{Server, Timeouts};

/// How many bytes of a body a client has to send or to take within the time for a part: as many as a frame of HTTP/2 has, if nobody wants it otherwise.
const PART: usize = 16 << 10;

/// What answers requests.
pub trait Handler: Send + Sync + 'static {
    /// Answers one. The future is dropped when nobody waits for the answer any more; the request has a [`RequestContext`] among its extensions, and in its target
    /// the scheme and the authority that it is for.
    fn handle(&self, request: Request<RequestBody>) -> impl Future<Output = Response<Body>> + Send;

    /// Is told of a request that is answered with a problem before it gets here; its extensions are those of others.
    fn refused(&self, request: &Parts, problem: &Problem) {
        let _ = (request, problem);
    }

    /// Is told that what came over a connection from `address` is no request, and was answered with `status` and no more.
    fn unread(&self, address: SocketAddr, status: StatusCode) {
        let _ = (address, status);
    }
}

/// Who sends a request, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Where the connection comes from.
    pub address: SocketAddr,
    /// The address of the client: that of the connection, or what a trusted proxy says.
    pub client: IpAddr,
    /// Whether the client's connection is encrypted: this one, or as a trusted proxy says.
    pub encrypted: bool,
}

/// How connections are served.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long clients may take, and a drain.
    pub timeouts: Timeouts,
    /// How many connections are open at once; for those above, the longest idle one is closed, or they may ask for probes alone.
    pub connections: usize,
    /// How many of those one client has.
    pub connections_per_client: usize,
    /// How long a connection was idle that is closed to make room: less than that, its client may be about to ask for the next thing.
    pub spare: Duration,
    /// How long a connection lasts at most that may ask for probes alone.
    pub reserve: Duration,
    /// Where proxies are whose connections are many clients', and who say whose.
    pub trusted_proxies: Vec<IpNet>,
    /// The most bytes of a request's line and headers, from 8 KiB.
    pub headers: usize,
    /// The most bytes that are held in memory for one connection, but for what is held alone.
    pub buffer: u64,
    /// What encrypts connections, if they are.
    pub certificates: Option<Arc<Certificates>>,
    /// What `/readyz` answers; a drain changes it.
    pub readiness: Arc<Readiness>,
}

impl Settings {
    /// Those of a configuration, without encryption.
    #[must_use]
    pub fn new(server: &Server, readiness: Arc<Readiness>) -> Self {
        Self {
            timeouts: server.timeouts.clone(),
            connections: server.connections,
            connections_per_client: server.connections_per_client,
            spare: Duration::from_secs(1),
            reserve: Duration::from_secs(2),
            trusted_proxies: server.trusted_proxies.clone(),
            headers: usize::try_from(server.headers).unwrap_or(usize::MAX),
            buffer: server.buffers.connection,
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
    /// Requests that were in flight when the time was up, and were cut off; of a [`Server`](crate::Server), also guests that went on after their answers.
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
