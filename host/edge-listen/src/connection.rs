//! One connection, from the handshake to the last answer.

use std::convert::Infallible;
use std::error::Error;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, ready};

use futures_util::FutureExt;
use http::Request;
use http::StatusCode;
use http::uri::Authority;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::activity::{Activity, Phase, Watched};
use super::attach::{Attach, Attached};
use super::clock::Clock;
use super::flight::Flights;
use super::memo::Memo;
use super::places::Place;
use super::request;
use super::streams::Streams;
use super::{Handler, Settings};

/// What all connections of a server have in common.
pub struct Shared<H> {
    pub handler: Arc<H>,
    pub settings: Settings,
    pub builder: Builder<Streams>,
    /// Cancelled when connections should end as soon as they can.
    pub leaving: CancellationToken,
    pub flights: Arc<Flights>,
}

/// What is known of a connection before anything is asked over it.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Where it comes from.
    pub address: SocketAddr,
    /// Where it has come to, if the system knows.
    pub local: Option<SocketAddr>,
    pub encrypted: bool,
    /// Whether it may ask for probes alone.
    pub probes: bool,
}

/// A connection over which HTTP is spoken.
pub struct Connection<H> {
    pub shared: Arc<Shared<H>>,
    pub activity: Arc<Activity>,
    pub line: Line,
    pub attached: Option<Attached>,
    /// The authority that was asked for last.
    pub last: Memo<Authority>,
}

/// Serves one connection to its end.
pub async fn serve<H: Handler>(
    shared: Arc<Shared<H>>,
    stream: TcpStream,
    address: SocketAddr,
    place: &Place,
) {
    // Without it an answer waits for a full packet. A socket that cannot is served as well.
    let _ = stream.set_nodelay(true);
    let mut line = Line {
        address,
        local: stream.local_addr().ok(),
        encrypted: false,
        probes: place.reserve,
    };
    let Some(certificates) = &shared.settings.certificates else {
        return speak(&shared, stream, line, &place.activity).await;
    };
    let handshake = certificates.acceptor().accept(stream);
    let until = place.activity.deadline(&shared.settings.timeouts);
    let until = until.map_or_else(Instant::now, |(until, _)| until);
    match timeout_at(until, handshake).await {
        Ok(Ok(stream)) => {
            line.encrypted = true;
            speak(&shared, stream, line, &place.activity).await;
        }
        Ok(Err(error)) => tracing::debug!(%address, %error, "a handshake failed"),
        Err(_) => tracing::debug!(%address, "a handshake took too long"),
    }
}

/// Speaks HTTP over `stream`.
async fn speak<H, S>(shared: &Arc<Shared<H>>, stream: S, line: Line, activity: &Arc<Activity>)
where
    H: Handler,
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let connection = Arc::new(Connection {
        shared: Arc::clone(shared),
        activity: Arc::clone(activity),
        line,
        attached: shared.settings.attach.as_ref().map(Attach::make),
        last: Memo::default(),
    });
    let service = service_fn(move |request: Request<Incoming>| {
        request::answer(Arc::clone(&connection), request).map(Ok::<_, Infallible>)
    });
    let watched = Watched {
        stream,
        activity: Arc::clone(activity),
    };
    let connection = shared
        .builder
        .serve_connection(TokioIo::new(watched), service);
    let mut connection = pin!(connection);
    let mut leaving = pin!(shared.leaving.child_token().cancelled_owned());
    let mut left = false;
    let mut clock = Clock::default();
    let timeouts = &shared.settings.timeouts;
    poll_fn(|context| {
        loop {
            if let Poll::Ready(result) = connection.as_mut().poll(context) {
                if let Err(error) = result {
                    tracing::debug!(address = %line.address, %error, "a connection failed");
                    if let Some(status) = unread(&*error) {
                        shared.handler.unread(line.address, status);
                    }
                }
                return Poll::Ready(());
            }
            if !left && leaving.as_mut().poll(context).is_ready() {
                left = true;
                activity.leave();
                if activity.is_multiplexed() {
                    connection.as_mut().graceful_shutdown();
                    continue;
                }
            }
            let deadline = activity.deadline(timeouts);
            // Without one it is looked again after a while: requests end in tasks of their own.
            let look = deadline.map_or_else(
                || Instant::now() + timeouts.header,
                |(deadline, _)| deadline,
            );
            ready!(clock.poll(look, context));
            match deadline {
                None => {}
                Some((_, Phase::Idle)) => {
                    activity.close();
                    connection.as_mut().graceful_shutdown();
                }
                // Who has not said what it wants, or does not take what it wanted, is owed no
                // answer.
                Some((_, Phase::New | Phase::Head | Phase::Busy | Phase::Closing)) => {
                    return Poll::Ready(());
                }
            }
        }
    })
    .await;
}

/// What hyper has answered by itself to what is no request of HTTP/1, if `error` is of that.
fn unread(error: &(dyn Error + 'static)) -> Option<StatusCode> {
    let error = error.downcast_ref::<hyper::Error>()?;
    match error.is_parse() {
        true if error.is_parse_too_large() => Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
        true => Some(StatusCode::BAD_REQUEST),
        false => None,
    }
}
