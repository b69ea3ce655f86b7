//! The answer, on its way to the client.

use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::Response;
use http::header::CONTENT_LENGTH;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt;

use super::waiting::Waiting;
use super::{Exchange, Inner};
use crate::function::admission::Permit;
use crate::problem::Kind;
use crate::runtime::call::Exceeded;
use amphi_edge_listen::{Body, BodyError, bodiless, unsent};

impl Exchange {
    /// The response to the request.
    pub(crate) fn answers(&self, response: Response<Body>) -> Response<Body> {
        if let Some(context) = &self.0.line.context {
            let this: Weak<Inner> = Arc::downgrade(&self.0);
            context.is_followed(this);
        }
        let problem = response.extensions().get().copied();
        let bodiless = bodiless(&self.0.line.method, response.status());
        let is_whole = bodiless || response.body().is_end_stream();
        let place = {
            let mut state = self.state();
            state.problem = problem;
            state.status = Some(response.status());
            state.is_whole = is_whole;
            // A listener of ours has the exchange until the client has taken every part. Of others
            // nothing is known but the parts themselves.
            state
                .place
                .clone()
                .filter(|_| self.of_connection().is_none())
        };
        let length = response.headers().get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
        response.map(|body| {
            let sent = Sent {
                body: match bodiless {
                    true => unsent(body.size_hint()),
                    false => body,
                },
                exchange: self.clone(),
                left: length,
                waiting: Waiting::new(self),
                over: is_whole,
                place,
            };
            sent.boxed_unsync()
        })
    }
}

/// A body whose bytes are counted, and what is waited for the client to take them. It knows when it
/// came whole: with its end, or with as many bytes as were announced.
struct Sent {
    body: Body,
    exchange: Exchange,
    /// What is still to come of what was announced.
    left: Option<u64>,
    waiting: Waiting,
    over: bool,
    /// What its parts keep.
    place: Option<Arc<Permit>>,
}

impl Sent {
    /// It has come whole.
    fn is_whole(&mut self) {
        if !self.over {
            self.over = true;
            self.exchange.state().is_whole = true;
        }
    }

    /// It has broken off, by the guest's doing: that has failed before, or it has let go of what it
    /// had not finished.
    fn is_broken(&mut self, error: &BodyError) {
        if !self.over {
            self.over = true;
            let exceeded = error.downcast_ref().map(Exceeded::kind);
            self.exchange
                .state()
                .fails(exceeded.unwrap_or(Kind::AnswerBroken));
        }
    }

    /// Counts a part of the body; an error, if it is more than was announced.
    fn count(&mut self, frame: &Frame<Bytes>) -> Result<(), BodyError> {
        let size = frame.data_ref().map_or(0, |data| data.len() as u64);
        self.exchange.0.sent.fetch_add(size, Ordering::Relaxed);
        if let Some(left) = &mut self.left {
            *left = left.checked_sub(size).ok_or("more than was announced")?;
        }
        if self.left == Some(0) || frame.is_trailers() || self.body.is_end_stream() {
            self.is_whole();
        }
        Ok(())
    }
}

impl http_body::Body for Sent {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        this.waiting.set(false);
        let polled = match ready!(Pin::new(&mut this.body).poll_frame(context)) {
            Some(Ok(frame)) => {
                let counted = this.count(&frame);
                let place = this.place.as_ref();
                Some(counted.map(|()| frame.map_data(|bytes| placed(bytes, place))))
            }
            Some(Err(error)) => Some(Err(error)),
            None if this.left.is_some_and(|left| left > 0) => {
                Some(Err("less than was announced".into()))
            }
            None => None,
        };
        match &polled {
            Some(Ok(_)) => this.waiting.set(!this.over),
            Some(Err(error)) => this.is_broken(error),
            None => this.is_whole(),
        }
        Poll::Ready(polled)
    }

    /// Who is told that there is no more asks for no more, so that is its end.
    fn is_end_stream(&self) -> bool {
        let is_end = self.body.is_end_stream();
        if is_end && !self.over && self.left.is_none_or(|left| left == 0) {
            self.exchange.state().is_whole = true;
        }
        is_end
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A part of an answer, and the place of its call.
struct Placed {
    bytes: Bytes,
    _place: Arc<Permit>,
}

impl AsRef<[u8]> for Placed {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// `bytes` that keep a place until they are dropped.
fn placed(bytes: Bytes, place: Option<&Arc<Permit>>) -> Bytes {
    match place.cloned() {
        Some(_place) => Bytes::from_owner(Placed { bytes, _place }),
        None => bytes,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::time::Duration;

    use http::Request;

    use super::*;
    use crate::function::records::Records;

    /// A body whose only part is read before it is known that it is the last.
    struct Late {
        part: Option<Bytes>,
        is_over: Arc<AtomicBool>,
    }

    impl http_body::Body for Late {
        type Data = Bytes;
        type Error = BodyError;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
            Poll::Ready(self.part.take().map(|part| Ok(Frame::data(part))))
        }

        fn is_end_stream(&self) -> bool {
            self.is_over.load(Ordering::Relaxed)
        }
    }

    #[tokio::test]
    async fn who_is_told_that_there_is_no_more_has_all() {
        let records = Records::with(None, Duration::ZERO);
        let request = Request::get("/").body(()).expect("a request");
        let exchange = Exchange::begin(&records, &request);
        let is_over = Arc::<AtomicBool>::default();
        let body = Late {
            part: Some(Bytes::from("all")),
            is_over: Arc::clone(&is_over),
        };
        let response = exchange.answers(Response::new(body.boxed_unsync()));
        let mut body = response.into_body();
        body.frame().await.expect("a part").expect("it is whole");
        assert!(!body.is_end_stream() && !exchange.state().is_whole);
        is_over.store(true, Ordering::Relaxed);
        assert!(body.is_end_stream() && exchange.state().is_whole);
    }
}
