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

use super::PART;

/// The body of a request, whose next part, or end, has to come in time. Only the time counts in
/// which somebody waits for it.
#[derive(Debug)]
pub struct RequestBody {
    incoming: Incoming,
    /// How long a part may take.
    limit: Duration,
    /// How long the next part may still take.
    left: Duration,
    /// How many bytes of it have come.
    come: usize,
    /// While somebody waits for the client, when that has been long enough.
    patience: Option<Pin<Box<Sleep>>>,
    late: Option<Arc<Notify>>,
}

impl RequestBody {
    pub(super) fn new(incoming: Incoming, limit: Duration, late: Option<Arc<Notify>>) -> Self {
        Self {
            incoming,
            limit,
            left: limit,
            come: 0,
            patience: None,
            late,
        }
    }

    /// So many bytes have come.
    fn comes(&mut self, bytes: usize) {
        if let Some(patience) = self.patience.take() {
            self.left = patience
                .deadline()
                .saturating_duration_since(Instant::now());
        }
        self.come += bytes;
        if self.come >= PART {
            (self.come, self.left) = (0, self.limit);
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
            let data = match &frame {
                Some(Ok(frame)) => frame.data_ref(),
                Some(Err(_)) | None => None,
            };
            this.comes(data.map_or(0, Bytes::len));
            return Poll::Ready(frame.map(|frame| frame.map_err(RequestBodyError::Connection)));
        }
        let left = this.left;
        let patience = this.patience.get_or_insert_with(|| Box::pin(sleep(left)));
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

impl fmt::Display for RequestBodyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Late => "the next part of the request body did not arrive in time",
            Self::Connection(_) => "the request body ended early",
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
