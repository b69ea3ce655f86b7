//! The body of a request, on its way to whoever reads it.

use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::Exchange;
use super::waiting::Waiting;
use crate::problem::Kind;
use crate::problem::kind_of;
use amphi_edge_listen::BodyError;

/// A body whose bytes are counted, and what is waited for them.
pub(crate) struct Received<B> {
    /// None, if it has ended before anybody has read it.
    body: Option<Pin<Box<B>>>,
    exchange: Exchange,
    waiting: Waiting,
}

impl Exchange {
    /// The request's body, as this exchange has it read.
    pub(crate) fn receives<B: Body>(&self, body: B) -> Received<B> {
        let has_ended = body.is_end_stream();
        Received {
            body: (!has_ended).then(|| Box::pin(body)),
            exchange: self.clone(),
            waiting: Waiting::new(self),
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
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        let polled = body.as_mut().poll_frame(context);
        this.waiting.set(polled.is_pending());
        polled.map(|frame| {
            let frame = frame?.map_err(Into::into);
            match &frame {
                Ok(frame) => {
                    let size = frame.data_ref().map_or(0, |data| data.len() as u64);
                    this.exchange.0.received.fetch_add(size, Ordering::Relaxed);
                }
                Err(error) => {
                    let known = error.downcast_ref();
                    let kind = known.map_or(Kind::BodyIncomplete, kind_of);
                    this.exchange.body_fails(kind);
                }
            }
            Some(frame)
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(|body| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let body = self.body.as_ref();
        body.map_or(SizeHint::with_exact(0), |body| body.size_hint())
    }
}
