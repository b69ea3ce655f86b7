//! The body of a request, on its way to whoever reads it.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::Exchange;
use crate::body::BodyError;
use crate::listen::RequestBodyError;
use std::sync::atomic::Ordering;

/// A body whose bytes are counted, and what is waited for them.
pub(crate) struct Received<B> {
    body: Pin<Box<B>>,
    exchange: Exchange,
    waits: bool,
}

impl Exchange {
    /// The request's body, as this exchange has it read.
    pub(crate) fn receives<B>(&self, body: B) -> Received<B> {
        Received {
            body: Box::pin(body),
            exchange: self.clone(),
            waits: false,
        }
    }
}

impl<B> Received<B> {
    fn wait(&mut self, waits: bool) {
        if waits != self.waits {
            self.waits = waits;
            match waits {
                true => self.exchange.patience().begin(),
                false => self.exchange.patience().end(),
            }
        }
    }
}

impl<B> Body for Received<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BodyError>,
{
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        let polled = this.body.as_mut().poll_frame(context);
        this.wait(polled.is_pending());
        polled.map(|frame| {
            let frame = frame?.map_err(Into::into);
            match &frame {
                Ok(frame) => {
                    let size = frame.data_ref().map_or(0, |data| data.len() as u64);
                    this.exchange.0.received.fetch_add(size, Ordering::Relaxed);
                }
                Err(error) if matches!(error.downcast_ref(), Some(RequestBodyError::Late)) => {
                    this.exchange.is_late();
                }
                Err(_) => {}
            }
            Some(frame)
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for Received<B> {
    fn drop(&mut self) {
        self.wait(false);
    }
}
