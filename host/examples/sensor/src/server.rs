//! The server of the demo page, on 127.0.0.1: the page's files, and the native host's answer to
//! what the page ran.
//!
//! It runs components that a page sends, so it answers only the page that it served: requests must
//! name this server as their host and origin and carry the token that the page was given (`guard`).
//! What is sent is bounded in size, what runs in time, memory and number ([`limits`](Config)), and
//! so are connections; guests are granted nothing. One component of the page's own answers whoever
//! asks (`service`).

mod connections;
mod guard;
mod index;
mod refusal;
mod run;
mod service;

use crate::native::{Limits, NativeHost};
use anyhow::Context;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post};
use guard::Guard;
use refusal::Refusal;
use service::Service;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// What the server serves, and how much it takes on.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder with the page.
    pub page: PathBuf,
    /// What one run may take.
    pub limits: Limits,
    /// The size of a request's body, in bytes.
    pub body: usize,
    /// How long the head of a request may take, and how long a connection may be idle before it.
    pub head: Duration,
    /// How long a run may take from the end of its request's head to its answer; half of it is for
    /// waiting until other runs end.
    pub patience: Duration,
    /// How many runs there are at a time; more have to wait.
    pub runs: usize,
    /// How many connections are open at a time; more have to wait.
    pub connections: usize,
    /// How long what is in flight may take to finish once the server is to stop.
    pub grace: Duration,
}

impl Config {
    /// The usual limits.
    pub fn new(page: PathBuf) -> Self {
        let limits = Limits::default();
        Self {
            page,
            limits,
            body: 16 << 20,
            head: Duration::from_secs(15),
            patience: Duration::from_secs(30),
            runs: 2,
            connections: 64,
            grace: limits.time + Duration::from_secs(3),
        }
    }
}

/// What every request sees.
struct Server {
    config: Config,
    guard: Guard,
    native: NativeHost,
    places: Arc<Semaphore>,
    service: Service,
}

/// Serves the page on `listener` until `stop` is ready, then finishes what is in flight, within
/// [`Config::grace`].
///
/// A run goes on in its thread though its time to finish is over; [`Limits::time`] ends it.
///
/// # Errors
///
/// The folder has no page, or the machine cannot run the engine.
pub async fn serve(
    listener: TcpListener,
    config: Config,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let port = listener
        .local_addr()
        .context("the listener has no address")?
        .port();
    let page = config
        .page
        .canonicalize()
        .with_context(|| format!("no page in `{}`", config.page.display()))?;
    let server = Arc::new(Server {
        guard: Guard::new(port)?,
        native: NativeHost::new(config.limits)?,
        places: Arc::new(Semaphore::new(config.runs)),
        service: Service::default(),
        config: Config { page, ..config },
    });
    connections::serve(listener, router(server.clone()), &server.config, stop).await;
    Ok(())
}

fn router(server: Arc<Server>) -> Router {
    let absent = Router::new().fallback(async || Refusal::not_found());
    let files = amphi_site::files(&server.config.page, absent);
    let site = Router::new()
        .route("/api/run", post(run::run))
        .route("/service/words", any(service::words))
        .route("/", get(index::index))
        .route("/index.html", get(index::index))
        .route("/{*path}", files)
        .fallback(async || Refusal::not_found())
        .method_not_allowed_fallback(async || Refusal::method())
        .layer(from_fn_with_state(server.clone(), guard::host))
        .with_state(server);
    amphi_site::guarded(site, guard::HEADERS)
}
