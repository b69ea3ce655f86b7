//! One connection, from the handshake to the last answer.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, ready};

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::activity::{Activity, Phase, Watched};
use super::clock::Clock;
use super::flight::Flights;
use super::request;
use super::streams::Streams;
use super::{Handler, Peer, Settings};

/// What all connections of a server have in common.
pub struct Shared<H> {
    pub handler: Arc<H>,
    pub settings: Settings,
    pub builder: Builder<Streams>,
    /// Cancelled when connections should end as soon as they can.
    pub leaving: CancellationToken,
    pub flights: Arc<Flights>,
}

/// Serves one connection to its end.
pub async fn serve<H: Handler>(shared: Arc<Shared<H>>, stream: TcpStream, address: SocketAddr) {
    // Without it an answer waits for a full packet. A socket that cannot is served as well.
    let _ = stream.set_nodelay(true);
    let Some(certificates) = &shared.settings.certificates else {
        let peer = Peer {
            address,
            encrypted: false,
        };
        return speak(&shared, stream, peer).await;
    };
    let handshake = certificates.acceptor().accept(stream);
    match timeout(shared.settings.timeouts.header, handshake).await {
        Ok(Ok(stream)) => {
            let peer = Peer {
                address,
                encrypted: true,
            };
            speak(&shared, stream, peer).await;
        }
        Ok(Err(error)) => tracing::debug!(%address, %error, "a handshake failed"),
        Err(_) => tracing::debug!(%address, "a handshake took too long"),
    }
}

/// Speaks HTTP over `stream`.
async fn speak<H, S>(shared: &Arc<Shared<H>>, stream: S, peer: Peer)
where
    H: Handler,
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Arc::new(Activity::new());
    let service = service_fn({
        let (shared, activity) = (Arc::clone(shared), Arc::clone(&activity));
        move |request| {
            let answer = request::answer(Arc::clone(&shared), Arc::clone(&activity), peer, request);
            async move { Ok::<_, Infallible>(answer.await) }
        }
    });
    let watched = Watched {
        stream,
        activity: Arc::clone(&activity),
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
                    tracing::debug!(address = %peer.address, %error, "a connection failed");
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
                // Who has not said what it wants, or does not take what it wanted, is owed no answer.
                Some((_, Phase::New | Phase::Head | Phase::Busy | Phase::Closing)) => {
                    return Poll::Ready(());
                }
            }
        }
    })
    .await;
}
