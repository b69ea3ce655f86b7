//! What the guests' server answers, and the same under TLS.

mod secure;

pub use secure::Secure;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use std::collections::HashMap;
use std::convert::Infallible;
use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

/// What answers have in common.
#[derive(Clone)]
struct Shared {
    /// What the second halves wait for, by name.
    halves: Arc<Mutex<HashMap<String, Arc<Notify>>>>,
    /// What has come of bodies, by name.
    uploads: Arc<Mutex<HashMap<String, Arc<watch::Sender<String>>>>>,
    /// How many answers never come, of those that somebody waits for.
    waiting: Arc<AtomicUsize>,
    patience: Duration,
}

impl Shared {
    fn half(&self, name: String) -> Arc<Notify> {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(halves.entry(name).or_default())
    }

    fn upload(&self, name: String) -> Arc<watch::Sender<String>> {
        let mut uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(uploads.entry(name).or_default())
    }
}

/// One answer that never comes, counted while somebody waits for it.
struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    fn of(shared: &Shared) -> Waiting {
        shared.waiting.fetch_add(1, Ordering::SeqCst);
        Waiting(Arc::clone(&shared.waiting))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// All answers. `patience` is how long to wait for the beginning of a body that may not be sent
/// before it is whole.
pub fn answers(patience: Duration) -> Router {
    let shared = Shared {
        halves: Arc::default(),
        uploads: Arc::default(),
        waiting: Arc::default(),
        patience,
    };
    Router::new()
        .route("/http/seen", get(seen))
        .route("/http/status/{status}", get(status))
        .route("/http/echo", post(echo))
        .route("/http/length", post(length))
        .route("/http/upload/{name}", post(upload))
        .route("/http/uploaded/{name}", get(uploaded))
        .route("/http/halves/{name}", get(halves))
        .route("/http/release/{name}", get(release))
        .route("/http/never", get(never))
        .route("/http/half", get(half))
        .route("/http/waiting", get(waiting))
        .with_state(shared)
}

async fn seen(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let courier = headers.get("x-courier").and_then(|it| it.to_str().ok());
    let cookies = headers.contains_key("cookie");
    let text = format!("{method} {uri} {courier:?} {cookies}");
    (
        AppendHeaders([("x-several", "a"), ("x-several", "b")]),
        text,
    )
        .into_response()
}

async fn status(Path(status): Path<u16>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    match status {
        StatusCode::NO_CONTENT => status.into_response(),
        _ => (status, format!("status {}", status.as_u16())).into_response(),
    }
}

async fn echo(request: Request) -> Body {
    request.into_body()
}

/// Answers when the whole of a body has come, and not before.
async fn length(body: Bytes) -> String {
    body.len().to_string()
}

/// Notes each piece of a body as it comes, and answers with all of it.
async fn upload(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    body: Body,
) -> Result<String, StatusCode> {
    let upload = shared.upload(name);
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| StatusCode::BAD_REQUEST)?;
        upload.send_modify(|text| text.push_str(&String::from_utf8_lossy(&piece)));
    }
    Ok(upload.borrow().clone())
}

/// What has come of a body, once there is something or it seems that nothing comes.
async fn uploaded(State(shared): State<Shared>, Path(name): Path<String>) -> String {
    let mut text = shared.upload(name).subscribe();
    // What is there counts, whether it came in time or not.
    let _ = timeout(shared.patience, text.wait_for(|text| !text.is_empty())).await;
    text.borrow().clone()
}

/// The first half at once, the second when it is released.
async fn halves(State(shared): State<Shared>, Path(name): Path<String>) -> Body {
    let released = shared.half(name);
    let first = stream::once(async { part("first half, ") });
    let second = stream::once(async move {
        released.notified().await;
        part("second half")
    });
    Body::from_stream(first.chain(second))
}

fn part(text: &'static str) -> Result<Bytes, Infallible> {
    Ok(Bytes::from_static(text.as_bytes()))
}

async fn release(State(shared): State<Shared>, Path(name): Path<String>) -> StatusCode {
    shared.half(name).notify_one();
    StatusCode::OK
}

async fn never(State(shared): State<Shared>) -> StatusCode {
    let _waiting = Waiting::of(&shared);
    pending().await
}

/// A half, and never another.
async fn half(State(shared): State<Shared>) -> Body {
    let waiting = Waiting::of(&shared);
    let first = stream::once(async { part("half") });
    let second = stream::once(async move {
        let _waiting = waiting;
        pending().await
    });
    Body::from_stream(first.chain(second))
}

async fn waiting(State(shared): State<Shared>) -> String {
    shared.waiting.load(Ordering::SeqCst).to_string()
}
