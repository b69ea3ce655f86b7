//! Requests that the listener rejects itself: invalid ones, those that their connection may not
//! send, and those without a response.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use http::header::{HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};

use super::body::Body;
use super::request::plain;

/// Why the listener rejects a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenError {
    kind: ListenErrorKind,
    detail: String,
    retry_after: Option<Duration>,
}

/// What is wrong with a request that the listener rejects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ListenErrorKind {
    /// It does not name its host, or names two.
    Authority,
    /// Its target is not valid for a server.
    Target,
    /// `transfer-encoding` names `chunked` more than once.
    TransferEncoding,
    /// `transfer-encoding` names a coding other than `chunked`.
    TransferCoding,
    /// Its method is CONNECT.
    Connect,
    /// `expect` is something other than `100-continue`.
    Expectation,
    /// There are too many connections; this one serves only health probes.
    TooManyConnections,
    /// The next part of its body did not arrive in time.
    BodyLate,
    /// The handler panicked.
    HandlerFailed,
}

impl ListenErrorKind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::Authority,
        Self::Target,
        Self::TransferEncoding,
        Self::TransferCoding,
        Self::Connect,
        Self::Expectation,
        Self::TooManyConnections,
        Self::BodyLate,
        Self::HandlerFailed,
    ];

    /// The status of its answer.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Authority | Self::Target | Self::TransferEncoding => StatusCode::BAD_REQUEST,
            Self::TransferCoding | Self::Connect => StatusCode::NOT_IMPLEMENTED,
            Self::Expectation => StatusCode::EXPECTATION_FAILED,
            Self::TooManyConnections => StatusCode::SERVICE_UNAVAILABLE,
            Self::BodyLate => StatusCode::REQUEST_TIMEOUT,
            Self::HandlerFailed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl ListenError {
    pub(crate) fn new(kind: ListenErrorKind, detail: impl ToString) -> Self {
        Self {
            kind,
            detail: detail.to_string(),
            retry_after: None,
        }
    }

    /// It may work again after a time.
    pub(crate) fn retry_after_time(self, time: Duration) -> Self {
        Self {
            retry_after: Some(time),
            ..self
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> ListenErrorKind {
        self.kind
    }

    /// After what time it may be asked again, if that helps.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The answer where a handler has no other: the status, and the error as text.
    #[must_use]
    pub fn response(&self) -> Response<Body> {
        let mut response = plain(self.kind.status(), format!("{self}\n"));
        if let Some(time) = self.retry_after {
            let seconds = HeaderValue::from(time.as_secs().max(1));
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        response
    }
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl Error for ListenError {}
