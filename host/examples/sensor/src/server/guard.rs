//! Who may ask: only the page that this server served, in a browser on this machine.
//!
//! A foreign site can make a browser send requests here. It cannot know the token, which is in the
//! page; it cannot read the page, since the page has another origin; and it cannot make its own
//! name point here, since the name is checked.

use super::{Refusal, Server};
use anyhow::anyhow;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use std::hint::black_box;
use std::sync::Arc;

/// The header that carries the token.
const TOKEN: HeaderName = HeaderName::from_static("x-amphi-token");

/// What is sent with every answer, besides the policy: the page keeps to itself.
pub const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    // With these two the page is isolated, and its clock is finer.
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-embedder-policy"),
        HeaderValue::from_static("require-corp"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// What a request is checked against.
pub struct Guard {
    hosts: [String; 2],
    token: String,
}

impl Guard {
    /// A guard for the server on `port`, with a fresh token.
    pub fn new(port: u16) -> anyhow::Result<Self> {
        let mut secret = [0; 16];
        getrandom::fill(&mut secret)
            .map_err(|error| anyhow!("no randomness for the token: {error}"))?;
        let hosts = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
        Ok(Self {
            hosts,
            token: secret.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }

    /// The token for the page.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Checks that a request comes from the page: its origin and its token.
    pub fn page(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let origin =
            single(headers, &header::ORIGIN).and_then(|origin| origin.strip_prefix("http://"));
        if !origin.is_some_and(|origin| self.hosts.iter().any(|host| host == origin)) {
            return Err(Refusal::stranger(
                "the request does not come from a page of this server",
            ));
        }
        let token = single(headers, &TOKEN).unwrap_or_default();
        if !same(token.as_bytes(), self.token.as_bytes()) {
            return Err(Refusal::stranger(
                "the token is not the one of this server: load the page again",
            ));
        }
        Ok(())
    }

    /// Checks that a request names this server as its host.
    fn host(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        match single(headers, &header::HOST) {
            Some(host) if self.hosts.iter().any(|ours| ours == host) => Ok(()),
            _ => Err(Refusal::stranger(format!(
                "this server is `{}` only",
                self.hosts[0]
            ))),
        }
    }
}

/// Lets through only requests to this server by its own name.
pub async fn host(
    State(server): State<Arc<Server>>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    server.guard.host(request.headers())?;
    Ok(next.run(request).await)
}

/// The value of a header that is there exactly once.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// Whether two secrets are equal, in a time that depends on their lengths alone.
fn same(one: &[u8], other: &[u8]) -> bool {
    let differing = one
        .iter()
        .zip(other)
        .fold(0, |seen, (a, b)| black_box(seen | (a ^ b)));
    one.len() == other.len() && differing == 0
}
