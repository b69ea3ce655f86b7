//! Whether the process lives, and whether it should get requests: what load balancers and
//! orchestrators ask.

use std::sync::atomic::{AtomicU8, Ordering};

use http::header::{ALLOW, HeaderValue};
use http::{Method, Request, Response, StatusCode};

use super::body::Body;
use super::request::plain;

/// Where it is asked whether the process lives.
pub const HEALTH: &str = "/healthz";

/// Where it is asked whether requests should come.
pub const READINESS: &str = "/readyz";

const STARTING: u8 = 0;
const READY: u8 = 1;
const DRAINING: u8 = 2;

/// Whether requests should come. It goes from starting to ready to draining, and never back.
#[derive(Debug, Default)]
pub struct Readiness(AtomicU8);

impl Readiness {
    /// Everything that is to be served is: requests may come.
    pub fn ready(&self) {
        self.0.fetch_max(READY, Ordering::Relaxed);
    }

    /// The process ends: requests should go elsewhere.
    pub fn drain(&self) {
        self.0.fetch_max(DRAINING, Ordering::Relaxed);
    }

    /// Whether requests may come.
    pub fn is_ready(&self) -> bool {
        self.0.load(Ordering::Relaxed) == READY
    }
}

/// Whether a request is for a probe.
pub fn is_one<B>(request: &Request<B>) -> bool {
    matches!(request.uri().path(), HEALTH | READINESS)
}

/// The answer of a probe, if `request` is for one.
pub fn answer<B>(request: &Request<B>, readiness: &Readiness) -> Option<Response<Body>> {
    if !is_one(request) {
        return None;
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "expected GET\n");
        let methods = HeaderValue::from_static("GET, HEAD");
        response.headers_mut().insert(ALLOW, methods);
        return Some(response);
    }
    if request.uri().path() == HEALTH {
        return Some(plain(StatusCode::OK, "ok\n"));
    }
    Some(match readiness.0.load(Ordering::Relaxed) {
        STARTING => plain(StatusCode::SERVICE_UNAVAILABLE, "starting\n"),
        READY => plain(StatusCode::OK, "ready\n"),
        _ => plain(StatusCode::SERVICE_UNAVAILABLE, "draining\n"),
    })
}
