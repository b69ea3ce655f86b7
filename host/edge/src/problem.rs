//! What a client is told when there is no answer: a problem document (RFC 9457) with the status that fits.

use std::time::Duration;

use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde_json::{Map, Value};

use crate::body::{Body, full};
use crate::call::{Exceeded, Failure};
use crate::lanes::Chosen;

/// A problem document.
///
/// As `application/problem+json`: `status`, `title`, `detail`, and `kind`, a word that programs can go by; some kinds say more.
#[derive(Clone, Debug)]
pub struct Problem(Box<Document>);

#[derive(Clone, Debug)]
struct Document {
    status: StatusCode,
    kind: String,
    detail: String,
    retry_after: Option<Duration>,
    allow: Option<&'static str>,
    more: Map<String, Value>,
    headers: HeaderMap,
    /// Whether it is in the metrics: it is the end of a call that was let in.
    recorded: bool,
}

impl Problem {
    /// A problem of a kind, in words for a person.
    pub fn new(status: StatusCode, kind: impl Into<String>, detail: impl ToString) -> Self {
        Self(Box::new(Document {
            status,
            kind: kind.into(),
            detail: detail.to_string(),
            retry_after: None,
            allow: None,
            more: Map::new(),
            headers: HeaderMap::new(),
            recorded: false,
        }))
    }

    /// A body that did not come in time.
    pub(crate) fn body_late(detail: impl ToString) -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "body-late", detail)
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

    /// It is of a call that got this version.
    pub(crate) fn of_version(mut self, chosen: &Chosen) -> Self {
        chosen.tell(&mut self.0.headers);
        self
    }

    /// Whether it is in the metrics: it is the end of a call that was let in.
    pub(crate) fn is_recorded(&self) -> bool {
        self.0.recorded
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.0.kind
    }

    /// The response that tells it.
    #[must_use]
    pub fn into_response(self) -> Response<Body> {
        let this = *self.0;
        let mut document = Map::new();
        document.insert("status".into(), this.status.as_u16().into());
        document.insert(
            "title".into(),
            this.status.canonical_reason().unwrap_or("Problem").into(),
        );
        document.insert("kind".into(), this.kind.into());
        document.insert("detail".into(), this.detail.into());
        document.extend(this.more);
        let mut response = Response::new(full(Value::Object(document).to_string()));
        *response.status_mut() = this.status;
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

impl From<&Failure> for Problem {
    fn from(failure: &Failure) -> Self {
        let status = match failure {
            Failure::NoPlace { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Failure::Exceeded(Exceeded::Wall { .. } | Exceeded::Cpu { .. }) => {
                StatusCode::GATEWAY_TIMEOUT
            }
            Failure::Exceeded(
                Exceeded::Memory { .. }
                | Exceeded::Tables { .. }
                | Exceeded::Hostcall { .. }
                | Exceeded::Resources { .. }
                | Exceeded::Response { .. },
            )
            | Failure::Instantiation(_)
            | Failure::Trap { .. }
            | Failure::GivenUp => StatusCode::INTERNAL_SERVER_ERROR,
            Failure::Refused(_) | Failure::NoResponse => StatusCode::BAD_GATEWAY,
        };
        let detail = match failure {
            Failure::Exceeded(exceeded) => exceeded.to_string(),
            // A guest's frames are for the log.
            other => other.to_string(),
        };
        let mut problem = Self::new(status, failure.kind(), detail);
        problem.0.recorded = true;
        match failure {
            Failure::NoPlace { waited } => problem.retry_after(*waited),
            Failure::Trap { kind, .. } => problem.with("trap", kind.as_str()),
            Failure::Exceeded(_)
            | Failure::Instantiation(_)
            | Failure::Refused(_)
            | Failure::NoResponse
            | Failure::GivenUp => problem,
        }
    }
}
