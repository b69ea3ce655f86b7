//! What answers at the admin address.

use std::sync::Arc;

use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use subtle::ConstantTimeEq;

use crate::body::Body;
use crate::host::Host;
use crate::listen::{Handler, RequestBody};
use crate::problem::Problem;

/// The admin API.
pub struct Admin {
    pub host: Arc<Host>,
    /// What callers must show, if anything.
    pub token: Option<Box<[u8]>>,
}

impl Handler for Admin {
    async fn handle(&self, request: Request<RequestBody>) -> Response<Body> {
        if !self.is_allowed(request.headers()) {
            let detail = "expected `authorization: Bearer` and the token";
            let problem = Problem::new(StatusCode::UNAUTHORIZED, "token", detail);
            let mut response = problem.into_response();
            let bearer = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(WWW_AUTHENTICATE, bearer);
            return response;
        }
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/metrics") => self.host.metrics().response(),
            (_, path) => {
                let detail = format!("the admin API has no `{path}` for {}", request.method());
                Problem::new(StatusCode::NOT_FOUND, "no-route", detail).into_response()
            }
        }
    }
}

impl Admin {
    /// Whether the token was shown. How long it takes does not depend on how much of it was right.
    fn is_allowed(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else {
            return true;
        };
        let shown = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
        let shown = shown.and_then(|shown| shown.strip_prefix(b"Bearer "));
        shown.is_some_and(|shown| shown.ct_eq(token).into())
    }
}
