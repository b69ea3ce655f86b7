//! The body of a request.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep, sleep};

use crate::problem::{Kind, Problem};

/// The body of a request, whose next part has to come in time.
#[derive(Debug)]
pub struct RequestBody {
    incoming: Incoming,
    limit: Duration,
    /// While somebody waits for the client, when that has been long enough.
    patience: Option<Pin<Box<Sleep>>>,
    late: Option<Arc<Notify>>,
}

impl RequestBody {
    pub(super) fn new(incoming: Incoming, limit: Duration, late: Option<Arc<Notify>>) -> Self {
        Self {
            incoming,
            limit,
            patience: None,
            late,
        }
    }
}

impl http_body::Body for RequestBody {
    type Data = Bytes;
    type Error = RequestBodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, RequestBodyError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.incoming).poll_frame(context) {
            this.patience = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(RequestBodyError::Connection)));
        }
        let limit = this.limit;
        let patience = this.patience.get_or_insert_with(|| Box::pin(sleep(limit)));
        if patience.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        patience.as_mut().reset(Instant::now());
        if let Some(late) = &this.late {
            late.notify_one();
        }
        Poll::Ready(Some(Err(RequestBodyError::Late)))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// Why a request's body ended before its end.
#[derive(Debug)]
#[non_exhaustive]
pub enum RequestBodyError {
    /// The next part did not come in time. If nothing was answered yet, 408 is.
    Late,
    /// The connection failed, or what came over it was no body.
    Connection(hyper::Error),
}

impl RequestBodyError {
    /// What is answered, if nothing is yet.
    pub(crate) fn problem(&self) -> Problem {
        let kind = match self {
            Self::Late => Kind::BodyLate,
            Self::Connection(_) => Kind::BodyIncomplete,
        };
        Problem::new(kind, self)
    }
}

impl fmt::Display for RequestBodyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Late => "the next part of the request's body did not come in time",
            Self::Connection(_) => "the request's body broke off",
        })
    }
}

impl Error for RequestBodyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Late => None,
            Self::Connection(error) => Some(error),
        }
    }
}
