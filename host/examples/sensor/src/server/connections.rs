//! The connections: how many there are, how long each may keep us waiting, and how they end.
//!
//! It is hyper's server itself, not axum's, which waits for the head of a request for as long as
//! the sender likes.

use super::Config;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How long to wait when the machine has no connection to give, as when all its file descriptors
/// are taken.
const PAUSE: Duration = Duration::from_millis(100);

/// Answers connections with `router` until `stop` is ready; then those that are open have
/// [`Config::grace`] to finish.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    config: &Config,
    stop: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(config.head);
    let graceful = GracefulShutdown::new();
    // Dropped, it closes what is still open.
    let mut open = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(_) = open.join_next() => {}
            accepted = listener.accept(), if open.len() < config.connections => match accepted {
                Ok((stream, _)) => {
                    let service = TowerToHyperService::new(router.clone());
                    open.spawn(graceful.watch(http.serve_connection(TokioIo::new(stream), service)));
                }
                Err(_) => sleep(PAUSE).await,
            },
        }
    }
    drop(listener);
    // Who has not finished by then has not sent a request, or does not read its answer.
    timeout(config.grace, graceful.shutdown()).await.ok();
}
