//! From the first connection to the last.

use std::future::Future;
use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{AbortRegistration, Abortable};
use hyper_util::rt::TokioTimer;
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::connection::{self, Shared};
use super::flight::Flights;
use super::places::{Place, Places};
use super::streams::Streams;
use super::{Drained, Handler, Settings};

/// How long nothing is accepted after the system could not: of files, for example, there may be
/// some again.
const PAUSE: Duration = Duration::from_millis(250);

/// Streams that an HTTP/2 connection has open at once.
const STREAMS: u32 = 256;

/// Streams that a client resets before they are looked at, and streams that are reset since they
/// break the protocol: one that begins and resets them without end loses its connection.
const RESETS: usize = 20;
const ERRORS: usize = 1024;

/// How often an HTTP/2 client is asked whether it is still there, and how long it has to answer.
const PING: Duration = Duration::from_secs(20);

/// [`super::serve`].
pub async fn serve<H: Handler>(
    listener: TcpListener,
    handler: Arc<H>,
    settings: Settings,
    shutdown: impl Future<Output = ()>,
) -> Drained {
    let mut server = Server {
        places: Places::new(&settings),
        connections: JoinSet::new(),
        shared: Arc::new(Shared {
            handler,
            builder: builder(&settings),
            leaving: CancellationToken::new(),
            flights: Arc::new(Flights::default()),
            settings,
        }),
    };
    let mut shutdown = pin!(shutdown);
    server.accept_until(&listener, shutdown.as_mut()).await;
    let begun = Instant::now();
    let timeouts = server.shared.settings.timeouts.clone();
    server.shared.settings.readiness.drain();
    let delay = pin!(sleep(timeouts.drain_delay));
    server.accept_until(&listener, delay).await;
    server.accept_waiting(listener);
    server.shared.leaving.cancel();
    let flights = Arc::clone(&server.shared.flights);
    let lost = server.finish(timeouts.drain).await;
    Drained {
        requests: flights.begun(),
        lost,
        took: begun.elapsed(),
    }
}

fn builder(settings: &Settings) -> Builder<Streams> {
    let mut builder = Builder::new(Streams {
        patience: settings.timeouts.body,
    });
    // Connections have deadlines of their own, which tell a request's headers from the time between
    // requests.
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(settings.headers.max(8 << 10));
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .max_concurrent_streams(STREAMS)
        .max_pending_accept_reset_streams(RESETS)
        .max_local_error_reset_streams(ERRORS)
        .max_header_list_size(u32::try_from(settings.headers).unwrap_or(u32::MAX));
    builder
}

struct Server<H> {
    shared: Arc<Shared<H>>,
    places: Arc<Places>,
    connections: JoinSet<()>,
}

impl<H: Handler> Server<H> {
    /// Accepts connections until `end` resolves. Nothing else ends it.
    async fn accept_until<F: Future>(&mut self, listener: &TcpListener, mut end: Pin<&mut F>) {
        loop {
            while self.connections.try_join_next().is_some() {}
            let accepted = tokio::select! {
                biased;
                _ = end.as_mut() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, address)) => self.place(stream, address),
                Err(error) if is_of_client(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "cannot accept connections");
                    // Of files, for example, there is one more then.
                    self.places.make_room();
                    if timeout(PAUSE, end.as_mut()).await.is_ok() {
                        return;
                    }
                }
            }
        }
    }

    /// Has a connection begin, if it gets a place.
    fn place(&mut self, stream: TcpStream, address: SocketAddr) {
        let (got, refused) = self.places.take(address.ip());
        if let Some(why) = refused {
            self.shared.handler.without_place(why);
        }
        match got {
            Some((place, ends)) => self.begin(stream, address, place, ends),
            // Closed at once: its client asks elsewhere, or later.
            None => drop(stream),
        }
    }

    /// Accepts what has connected already: a closed socket would refuse it. The cap does not hold
    /// for these, or they would be lost.
    fn accept_waiting(&mut self, listener: TcpListener) {
        while let Some(accepted) = listener.accept().now_or_never() {
            match accepted {
                Ok((stream, address)) => {
                    let (place, ends) = self.places.last(address.ip());
                    self.begin(stream, address, place, ends);
                }
                Err(error) if is_of_client(&error) => {}
                Err(_) => return,
            }
        }
    }

    fn begin(
        &mut self,
        stream: TcpStream,
        address: SocketAddr,
        place: Place,
        ends: AbortRegistration,
    ) {
        let shared = Arc::clone(&self.shared);
        self.connections.spawn(async move {
            let served = connection::serve(shared, stream, address, &place);
            // Whether it was ended is not asked: it has.
            let _ = Abortable::new(served, ends).await;
        });
    }

    /// Waits for all connections to end, and cuts off what does not by the deadline. How many
    /// requests that were.
    async fn finish(mut self, drain: Duration) -> usize {
        let all = async { while self.connections.join_next().await.is_some() {} };
        if timeout(drain, all).await.is_ok() {
            return 0;
        }
        let lost = self.shared.flights.count();
        self.connections.shutdown().await;
        lost
    }
}

/// Whether a connection was given up by its client before it was accepted.
fn is_of_client(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
}
