//! The body of a response, whose parts may take only so long.

use bytes::Bytes;
use http_body::{Body, Frame};
use hyper::body::Incoming;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Sleep, sleep};
use wasmtime_wasi_http::Error;

/// A body that fails when a part of it takes too long.
pub struct Paced {
    body: Incoming,
    limit: Option<Duration>,
    /// Runs while a part is waited for.
    late: Option<Pin<Box<Sleep>>>,
}

impl Paced {
    /// A body of which each part may take `limit`.
    pub fn new(body: Incoming, limit: Option<Duration>) -> Paced {
        let late = None;
        Paced { body, limit, late }
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            this.late = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Error::from)));
        }
        let Some(limit) = this.limit else {
            return Poll::Pending;
        };
        let late = this.late.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(late.as_mut().poll(cx));
        Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
    }
}
