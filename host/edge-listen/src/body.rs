//! What a request or a response carries, wherever it comes from.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Method, StatusCode};
use http_body::{Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty};

/// A body whose kind does not matter any more.
pub type Body = UnsyncBoxBody<Bytes, BodyError>;

/// Why a body ended before its end.
pub type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// The most bytes that are given away at once: what a client does not take is held here, and no
/// copy of it elsewhere.
const PART: usize = 64 << 10;

/// A body of `bytes`.
pub fn full(bytes: impl Into<Bytes>) -> Body {
    Parts(bytes.into()).boxed_unsync()
}

struct Parts(Bytes);

impl http_body::Body for Parts {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if self.0.is_empty() {
            return Poll::Ready(None);
        }
        let part = self.0.len().min(PART);
        Poll::Ready(Some(Ok(Frame::data(self.0.split_to(part)))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len() as u64)
    }
}

/// No body.
#[must_use]
pub fn empty() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// A body of which nothing is sent but how long it would be: what answers HEAD.
#[must_use]
pub fn unsent(length: SizeHint) -> Body {
    Unsent { length }.boxed_unsync()
}

struct Unsent {
    length: SizeHint,
}

impl http_body::Body for Unsent {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        false
    }

    fn size_hint(&self) -> SizeHint {
        self.length
    }
}

/// Whether an answer ends with its head, whatever body it has (RFC 9110, 6.4.1).
#[must_use]
pub fn bodiless(method: &Method, status: StatusCode) -> bool {
    method == Method::HEAD || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}
