//! The body of an answer, handed over in parts, so that what a client has taken is known.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http_body::{Frame, SizeHint};

use super::PART;
use super::body::{Body, BodyError};
use super::flight::Flight;

/// The body of an answer, which is in flight until its last part is taken.
pub struct TrackedBody {
    body: Body,
    /// What was read of it and is not handed over yet.
    rest: Bytes,
    /// Why it breaks off, while what comes before goes out.
    broken: Option<BodyError>,
    flight: Arc<Flight>,
}

impl TrackedBody {
    pub fn new(body: Body, flight: Flight) -> Self {
        Self {
            body,
            rest: Bytes::new(),
            broken: None,
            flight: Arc::new(flight),
        }
    }

    /// The next part of what was read.
    ///
    /// The last byte goes by itself over HTTP/2: hyper hands over what it has as soon as the client
    /// has room for one byte, and forgets a stream whose last part was handed over. So it waits
    /// with that until there is room for all.
    fn part(&mut self) -> Part {
        let size = match self.rest.len() {
            length @ 2..=PART if self.flight.multiplexed => length - 1,
            length => length.min(PART),
        };
        self.flight.taking.hand();
        Part {
            bytes: self.rest.split_to(size),
            flight: Arc::clone(&self.flight),
        }
    }

    /// It breaks off, but what comes before goes out first: hyper does not write what it has where
    /// a body fails. Over HTTP/1 it writes while a body waits, over HTTP/2 in another task, of
    /// which an empty part behind all others tells.
    fn breaks(
        &mut self,
        error: BodyError,
        context: &Context<'_>,
    ) -> Poll<Option<Result<Frame<Part>, BodyError>>> {
        self.broken = Some(error);
        if self.flight.multiplexed {
            return Poll::Ready(Some(Ok(Frame::data(self.part()))));
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl http_body::Body for TrackedBody {
    type Data = Part;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Part>, BodyError>>> {
        let this = &mut *self;
        if this.broken.is_some() && this.flight.multiplexed {
            ready!(this.flight.taking.poll_taken(context));
        }
        if let Some(error) = this.broken.take() {
            return Poll::Ready(Some(Err(error)));
        }
        while this.rest.is_empty() {
            let Some(frame) = ready!(Pin::new(&mut this.body).poll_frame(context)) else {
                return Poll::Ready(None);
            };
            let frame = match frame {
                Ok(frame) => frame,
                Err(error) => return this.breaks(error, context),
            };
            match frame.into_data() {
                Ok(data) => this.rest = data,
                Err(other) => {
                    let trailers = other.into_trailers().ok().map(Frame::trailers);
                    return Poll::Ready(trailers.map(Ok));
                }
            }
        }
        Poll::Ready(Some(Ok(Frame::data(this.part()))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.broken.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        let body = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(body.lower().saturating_add(rest));
        if let Some(upper) = body.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint
    }
}

/// A part of an answer. When it is dropped, it is taken, or what is left of it never will be.
pub struct Part {
    bytes: Bytes,
    flight: Arc<Flight>,
}

impl Drop for Part {
    fn drop(&mut self) {
        self.flight.taking.taken();
        if let Some(follower) = &self.flight.follower
            && !self.bytes.is_empty()
        {
            follower.is_untaken();
        }
    }
}

impl Buf for Part {
    fn remaining(&self) -> usize {
        self.bytes.len()
    }

    fn chunk(&self) -> &[u8] {
        &self.bytes
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
    }

    fn copy_to_bytes(&mut self, length: usize) -> Bytes {
        self.bytes.copy_to_bytes(length)
    }
}
