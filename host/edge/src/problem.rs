//! What a client is told when there is no answer: a problem document (RFC 9457) with the status
//! that fits.

mod kind;
mod listener;

use std::time::Duration;

use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde_json::{Map, Value};

use amphi_edge_listen::{Body, full};

pub use kind::{Fault, Kind, Scope};

pub(crate) use kind::kebab;
pub(crate) use listener::kind_of;

/// A problem document.
///
/// As `application/problem+json`: `status`, `title`, `detail`, and `kind`, a word that programs can
/// go by; some kinds say more.
#[derive(Clone, Debug)]
pub struct Problem(Box<Document>);

#[derive(Clone, Debug)]
struct Document {
    kind: Kind,
    detail: String,
    retry_after: Option<Duration>,
    allow: Option<&'static str>,
    more: Map<String, Value>,
    headers: HeaderMap,
}

impl Problem {
    /// A problem of a kind, in words for a person.
    pub fn new(kind: Kind, detail: impl ToString) -> Self {
        Self(Box::new(Document {
            kind,
            detail: detail.to_string(),
            retry_after: None,
            allow: None,
            more: Map::new(),
            headers: HeaderMap::new(),
        }))
    }

    /// It may work again after a time, which is said in whole seconds, one at least.
    #[must_use]
    pub fn retry_after(mut self, time: Duration) -> Self {
        self.0.retry_after = Some(time);
        self
    }

    /// Only `method` is understood.
    #[must_use]
    pub fn allow(mut self, method: &'static str) -> Self {
        self.0.allow = Some(method);
        self
    }

    /// Says more, for programs.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.more.insert(name.to_owned(), value.into());
        self
    }

    /// Says more in header fields.
    pub(crate) fn with_headers(mut self, add: impl FnOnce(&mut HeaderMap)) -> Self {
        add(&mut self.0.headers);
        self
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.kind.status()
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// How many bytes its document has.
    pub(crate) fn length(&self) -> u64 {
        self.text().len() as u64
    }

    fn text(&self) -> String {
        let this = &*self.0;
        let status = this.kind.status();
        let mut document = Map::new();
        document.insert("status".into(), status.as_u16().into());
        document.insert(
            "title".into(),
            status.canonical_reason().unwrap_or("Problem").into(),
        );
        document.insert("kind".into(), this.kind.word().into());
        document.insert("detail".into(), this.detail.clone().into());
        document.extend(this.more.clone());
        Value::Object(document).to_string()
    }

    /// The response that tells it; its [`Kind`] is among the extensions.
    #[must_use]
    pub fn into_response(self) -> Response<Body> {
        let text = self.text();
        let this = *self.0;
        let status = this.kind.status();
        let mut response = Response::new(full(text));
        *response.status_mut() = status;
        response.extensions_mut().insert(this.kind);
        let headers = response.headers_mut();
        headers.extend(this.headers);
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(time) = this.retry_after {
            let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        if let Some(method) = this.allow {
            headers.insert(ALLOW, HeaderValue::from_static(method));
        }
        response
    }
}
