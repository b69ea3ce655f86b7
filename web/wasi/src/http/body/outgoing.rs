//! What a guest writes.

use super::HyperOutgoingBody;
use crate::http::Error;
use crate::io::{OutputStream, Pollable, StreamError, StreamResult};
use bytes::Bytes;
use http_body::{Body, Frame};
use http_body_util::BodyExt as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use tokio::sync::{mpsc, oneshot};

/// Whose body it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StreamContext {
    /// A request's.
    Request,
    /// A response's.
    Response,
}

impl StreamContext {
    /// The error of a body that is not as long as was said.
    pub fn as_body_size_error(&self, size: u64) -> Error {
        match self {
            Self::Request => Error::HttpRequestBodySize(Some(size)),
            Self::Response => Error::HttpResponseBodySize(Some(size)),
        }
    }

    /// The error of a body with trailers, which a page cannot send.
    fn trailers_error(self) -> Error {
        match self {
            Self::Request => Error::HttpRequestTrailerSectionSize(None),
            Self::Response => Error::HttpResponseTrailerSectionSize(None),
        }
    }
}

/// How many bytes were said to come, and how many have.
#[derive(Clone)]
struct Announced {
    expected: u64,
    written: Arc<AtomicU64>,
}

/// Whether a body ended as it should.
enum End {
    Whole,
    Broken,
}

/// The host's side of the resource `outgoing-body`.
pub struct HostOutgoingBody {
    context: StreamContext,
    stream: Option<BodyOutput>,
    announced: Option<Announced>,
    end: oneshot::Sender<End>,
}

impl HostOutgoingBody {
    /// A body for a guest to write, and the same for a host to send. `size` is what was announced.
    pub fn new(
        context: StreamContext,
        size: Option<u64>,
        buffer_chunks: usize,
        chunk_size: usize,
    ) -> (Self, HyperOutgoingBody) {
        let announced = size.map(|expected| Announced {
            expected,
            written: Arc::default(),
        });
        let (sender, chunks) = mpsc::channel(buffer_chunks + 1);
        let (end, ended) = oneshot::channel();
        let stream = Some(BodyOutput {
            context,
            sender,
            chunk_size,
            announced: announced.clone(),
        });
        let written = Self {
            context,
            stream,
            announced,
            end,
        };
        let sent = Written {
            chunks,
            ended: Some(ended),
        };
        (written, sent.boxed_unsync())
    }

    /// The stream to write it by; none the second time.
    pub fn take_output_stream(&mut self) -> Option<Box<dyn OutputStream>> {
        Some(Box::new(self.stream.take()?))
    }

    /// Ends the body.
    ///
    /// # Errors
    ///
    /// It is not as long as was announced, or has trailers: then it is broken off.
    pub fn finish(self, has_trailers: bool) -> Result<(), Error> {
        let written = self
            .announced
            .map(|it| (it.written.load(Ordering::Relaxed), it.expected));
        let result = match written {
            Some((written, expected)) if written != expected => {
                Err(self.context.as_body_size_error(written))
            }
            Some(_) | None if has_trailers => Err(self.context.trailers_error()),
            Some(_) | None => Ok(()),
        };
        let end = match result {
            Ok(()) => End::Whole,
            Err(_) => End::Broken,
        };
        // Nobody may be left who sends it.
        let _ = self.end.send(end);
        result
    }

    /// Breaks the body off.
    pub fn abort(self) {
        let _ = self.end.send(End::Broken);
    }
}

/// The body as it is sent.
struct Written {
    chunks: mpsc::Receiver<Bytes>,
    ended: Option<oneshot::Receiver<End>>,
}

impl Body for Written {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Poll::Ready(chunk) = self.chunks.poll_recv(cx) {
            if let Some(chunk) = chunk {
                return Poll::Ready(Some(Ok(Frame::data(chunk))));
            }
        } else {
            return Poll::Pending;
        }
        let Some(ended) = &mut self.ended else {
            return Poll::Ready(None);
        };
        let end = match Pin::new(ended).poll(cx) {
            Poll::Ready(end) => end,
            Poll::Pending => return Poll::Pending,
        };
        self.ended = None;
        Poll::Ready(match end {
            Ok(End::Whole) => None,
            Ok(End::Broken) | Err(_) => Some(Err(Error::HttpProtocolError)),
        })
    }
}

/// The stream by which a guest writes it.
struct BodyOutput {
    context: StreamContext,
    sender: mpsc::Sender<Bytes>,
    chunk_size: usize,
    announced: Option<Announced>,
}

#[async_trait::async_trait]
impl Pollable for BodyOutput {
    async fn ready(&mut self) {
        // Nobody else writes, so what is free now stays so. An error is told by `check_write`.
        let _ = self.sender.reserve().await;
    }
}

#[async_trait::async_trait]
impl OutputStream for BodyOutput {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let len = bytes.len() as u64;
        if bytes.len() > self.chunk_size {
            return Err(StreamError::trap(
                "more was written to a body than `check-write` allowed",
            ));
        }
        self.sender.try_send(bytes).map_err(|error| match error {
            mpsc::error::TrySendError::Closed(_) => StreamError::Closed,
            mpsc::error::TrySendError::Full(_) => {
                StreamError::trap("more was written to a body than `check-write` allowed")
            }
        })?;
        if let Some(announced) = &self.announced {
            let written = announced.written.fetch_add(len, Ordering::Relaxed) + len;
            if written > announced.expected {
                let error = self.context.as_body_size_error(written);
                return Err(StreamError::LastOperationFailed(error.into()));
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        match self.sender.is_closed() {
            true => Err(StreamError::Closed),
            false => Ok(()),
        }
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        if self.sender.is_closed() {
            return Err(StreamError::Closed);
        }
        Ok(match self.sender.capacity() {
            0 => 0,
            _ => self.chunk_size,
        })
    }
}
