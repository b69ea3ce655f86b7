//! The body of a guest's response, from the guest that writes it to the client that takes it.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use amphi::wasi_http::WasiBody;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio_util::task::AbortOnDropHandle;

use crate::runtime::call::{Exceeded, Failure};
use amphi_edge_listen::{Body, BodyError, unsent};

/// What a guest has written and will write. Its store feeds it; when that goes, what was not
/// finished looks as if it was, so whoever drops the store says [when](Self::ends).
#[derive(Clone)]
pub(super) struct Written(Arc<Mutex<ResponseState>>);

struct ResponseState {
    /// What the guest writes to, until it has ended.
    body: Option<WasiBody>,
    /// What it had written when it ended.
    rest: VecDeque<Frame<Bytes>>,
    is_broken: bool,
    /// How it has failed if it did, until somebody asks.
    failure: Option<Failure>,
    /// Of who waits for more.
    waker: Option<Waker>,
}

impl Written {
    pub(super) fn new(body: WasiBody) -> Self {
        Self(Arc::new(Mutex::new(ResponseState {
            body: Some(body),
            rest: VecDeque::new(),
            is_broken: false,
            failure: None,
            waker: None,
        })))
    }

    /// The guest writes no more, since it has returned or has failed. Whether it has finished the
    /// body.
    pub(super) fn ends(&self, failure: Option<Failure>) -> bool {
        let mut state = self.state();
        let state = &mut *state;
        let Some(mut body) = state.body.take() else {
            return !state.is_broken;
        };
        let mut context = Context::from_waker(Waker::noop());
        state.is_broken = loop {
            match Pin::new(&mut body).poll_frame(&mut context) {
                Poll::Ready(Some(Ok(frame))) => state.rest.push_back(frame),
                Poll::Ready(None) => break false,
                Poll::Ready(Some(Err(_))) | Poll::Pending => break !body.is_end_stream(),
            }
        };
        state.failure = failure.filter(|_| state.is_broken);
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
        !state.is_broken
    }

    /// Why there is no end, if the guest has ended and has not finished it.
    pub(super) fn broken(&self) -> Option<Failure> {
        let mut state = self.state();
        let failure = state.failure.take();
        state
            .is_broken
            .then(|| failure.unwrap_or(Failure::Unfinished))
    }

    fn state(&self) -> MutexGuard<'_, ResponseState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl http_body::Body for Written {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let mut state = self.state();
        let state = &mut *state;
        let Some(body) = &mut state.body else {
            return Poll::Ready(match state.rest.pop_front() {
                Some(frame) => Some(Ok(frame)),
                None if state.is_broken => Some(Err("the guest left it unfinished".into())),
                None => None,
            });
        };
        match Pin::new(body).poll_frame(context) {
            Poll::Pending => {
                match &mut state.waker {
                    Some(waker) => waker.clone_from(context.waker()),
                    None => state.waker = Some(context.waker().clone()),
                }
                Poll::Pending
            }
            Poll::Ready(Some(Ok(frame))) => Poll::Ready(Some(Ok(frame))),
            Poll::Ready(Some(Err(error))) => {
                (state.body, state.is_broken) = (None, true);
                Poll::Ready(Some(Err(error.into())))
            }
            Poll::Ready(None) => {
                state.body = None;
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        let state = self.state();
        match &state.body {
            Some(body) => body.is_end_stream(),
            None => state.rest.is_empty() && !state.is_broken,
        }
    }

    fn size_hint(&self) -> SizeHint {
        let state = self.state();
        let body = state.body.as_ref().filter(|_| state.rest.is_empty());
        body.map_or_else(SizeHint::default, |body| body.size_hint())
    }
}

/// A body that counts its bytes, and ends its guest if it is dropped before its end.
pub(super) struct Guarded {
    body: Written,
    left: u64,
    limit: u64,
    task: Option<AbortOnDropHandle<()>>,
}

impl Guarded {
    pub(super) fn new(body: Written, limit: u64, task: AbortOnDropHandle<()>) -> Self {
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

    /// The body of an answer that ends with its head: what the guest writes all the same is read,
    /// as far as it may be long, and goes nowhere.
    pub(super) fn unsent(mut self) -> Body {
        let unsent = unsent(self.size_hint());
        if self.task.is_some() {
            tokio::spawn(async move { while let Some(Ok(_)) = self.frame().await {} });
        }
        unsent
    }

    /// The guest may go on: all that it had to say was said.
    fn let_go(&mut self) {
        if let Some(task) = self.task.take() {
            drop(task.detach());
        }
    }

    fn count(&mut self, frame: &Frame<Bytes>) -> Result<(), BodyError> {
        let size = frame.data_ref().map_or(0, |data| data.len() as u64);
        let left = self.left.checked_sub(size);
        let limit = self.limit;
        self.left = left.ok_or(Exceeded::Response { limit })?;
        Ok(())
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
            Some(Err(error)) => Poll::Ready(Some(Err(error))),
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
