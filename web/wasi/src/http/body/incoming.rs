//! What a guest reads.

use super::HyperIncomingBody;
use crate::http::Error;
use crate::io::{InputStream, Pollable, StreamError, StreamResult, poll_once};
use bytes::Bytes;
use http::HeaderMap;
use http_body_util::BodyExt as _;
use std::mem;
use tokio::sync::oneshot;

/// The host's side of the resource `incoming-body`.
pub struct HostIncomingBody(Whereabouts);

/// Where a body is.
enum Whereabouts {
    Here(HyperIncomingBody),
    /// A stream has it, and gives back what is left of it.
    Streamed(oneshot::Receiver<Rest>),
}

/// What a stream leaves of a body.
enum Rest {
    Unread(HyperIncomingBody),
    Trailers(HeaderMap),
}

impl HostIncomingBody {
    /// A body for a guest to read.
    pub fn new(body: HyperIncomingBody) -> Self {
        Self(Whereabouts::Here(body))
    }

    /// The stream to read it by; none the second time.
    pub fn take_stream(&mut self) -> Option<Box<dyn InputStream>> {
        let (back, left) = oneshot::channel();
        match mem::replace(&mut self.0, Whereabouts::Streamed(left)) {
            Whereabouts::Here(body) => Some(Box::new(BodyInput {
                open: Some((body, back)),
                buffer: Bytes::new(),
                error: None,
            })),
            streamed @ Whereabouts::Streamed(_) => {
                self.0 = streamed;
                None
            }
        }
    }

    /// What comes after the body.
    pub fn into_future_trailers(self) -> HostFutureTrailers {
        HostFutureTrailers::Waiting(self)
    }
}

/// The stream by which a guest reads it.
struct BodyInput {
    open: Option<(HyperIncomingBody, oneshot::Sender<Rest>)>,
    buffer: Bytes,
    error: Option<Error>,
}

impl BodyInput {
    /// Waits for the next piece, or the end. A future that is dropped has lost nothing.
    async fn advance(&mut self) {
        let Some((body, _)) = &mut self.open else {
            return;
        };
        match body.frame().await {
            Some(Ok(frame)) => match frame.into_data() {
                Ok(bytes) => self.buffer = bytes,
                Err(frame) => {
                    if let (Ok(trailers), Some((_, back))) =
                        (frame.into_trailers(), self.open.take())
                    {
                        let _ = back.send(Rest::Trailers(trailers));
                    }
                }
            },
            Some(Err(error)) => {
                self.error = Some(error);
                self.open = None;
            }
            None => self.open = None,
        }
    }
}

#[async_trait::async_trait]
impl Pollable for BodyInput {
    async fn ready(&mut self) {
        while self.buffer.is_empty() && self.error.is_none() && self.open.is_some() {
            self.advance().await;
        }
    }
}

#[async_trait::async_trait]
impl InputStream for BodyInput {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        poll_once(self.ready());
        if !self.buffer.is_empty() {
            let size = size.min(self.buffer.len());
            return Ok(self.buffer.split_to(size));
        }
        if let Some(error) = self.error.take() {
            return Err(StreamError::LastOperationFailed(error.into()));
        }
        match self.open {
            Some(_) => Ok(Bytes::new()),
            None => Err(StreamError::Closed),
        }
    }
}

impl Drop for BodyInput {
    fn drop(&mut self) {
        if let Some((body, back)) = self.open.take() {
            let _ = back.send(Rest::Unread(body));
        }
    }
}

/// The host's side of the resource `future-trailers`.
pub enum HostFutureTrailers {
    /// The body is not at its end yet.
    Waiting(HostIncomingBody),
    /// It is.
    Done(Result<Option<HeaderMap>, Error>),
    /// The guest has them.
    Consumed,
}

#[async_trait::async_trait]
impl Pollable for HostFutureTrailers {
    async fn ready(&mut self) {
        let Self::Waiting(HostIncomingBody(whereabouts)) = self else {
            return;
        };
        if let Whereabouts::Streamed(left) = whereabouts {
            match left.await {
                Ok(Rest::Unread(body)) => *whereabouts = Whereabouts::Here(body),
                Ok(Rest::Trailers(trailers)) => {
                    *self = Self::Done(Ok(Some(trailers)));
                    return;
                }
                Err(_) => {
                    *self = Self::Done(Ok(None));
                    return;
                }
            }
        }
        let Whereabouts::Here(body) = whereabouts else {
            return;
        };
        let trailers = loop {
            match body.frame().await {
                None => break Ok(None),
                Some(Err(error)) => break Err(error),
                Some(Ok(frame)) => {
                    if let Ok(trailers) = frame.into_trailers() {
                        break Ok(Some(trailers));
                    }
                }
            }
        };
        *self = Self::Done(trailers);
    }
}
