//! The body of a guest's response, on its way to the client.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use amphi::wasi_http::WasiBody;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio_util::task::AbortOnDropHandle;

use crate::body::{Body, BodyError};
use crate::call::Exceeded;

/// A body that counts its bytes, and ends its guest if it is dropped before its end.
pub(super) struct Guarded {
    body: WasiBody,
    left: u64,
    limit: u64,
    task: Option<AbortOnDropHandle<()>>,
}

impl Guarded {
    pub(super) fn new(body: WasiBody, limit: u64, task: AbortOnDropHandle<()>) -> Self {
        let mut guarded = Self {
            body,
            left: limit,
            limit,
            task: Some(task),
        };
        if guarded.body.is_end_stream() {
            guarded.let_go();
        }
        guarded
    }

    pub(super) fn boxed(self) -> Body {
        self.boxed_unsync()
    }

    /// The guest may go on: all that it had to say was said.
    fn let_go(&mut self) {
        if let Some(task) = self.task.take() {
            drop(task.detach());
        }
    }

    fn count(&mut self, frame: &Frame<Bytes>) -> Result<(), BodyError> {
        let size = frame.data_ref().map_or(0, |data| data.len() as u64);
        match self.left.checked_sub(size) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.task = None;
                Err(Box::new(Exceeded::Response { limit: self.limit }))
            }
        }
    }
}

impl http_body::Body for Guarded {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        match ready!(Pin::new(&mut this.body).poll_frame(context)) {
            Some(Ok(frame)) => {
                this.count(&frame)?;
                if this.body.is_end_stream() {
                    this.let_go();
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Some(Err(error)) => Poll::Ready(Some(Err(error.into()))),
            None => {
                this.let_go();
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
