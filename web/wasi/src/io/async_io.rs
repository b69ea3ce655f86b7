//! Streams over Tokio's `AsyncRead` and `AsyncWrite`, which work without its runtime: whoever waits
//! for the stream polls them.

use super::{InputStream, OutputStream, Pollable, StreamError, StreamResult, poll_once};
use bytes::Bytes;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The most that is read at once.
const MOST_READ: usize = 64 * 1024;

/// Input from an [`AsyncRead`].
pub struct AsyncReadStream {
    reader: Pin<Box<dyn AsyncRead + Send>>,
    /// What was read last and is not taken yet.
    read: Option<StreamResult<Bytes>>,
    closed: bool,
}

impl AsyncReadStream {
    /// A stream of what `reader` reads.
    pub fn new<T: AsyncRead + Send + 'static>(reader: T) -> Self {
        Self {
            reader: Box::pin(reader),
            read: None,
            closed: false,
        }
    }

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.read.is_some() || self.closed {
            return Poll::Ready(());
        }
        let mut space = vec![0; MOST_READ];
        let mut buffer = ReadBuf::new(&mut space);
        let polled = ready!(self.reader.as_mut().poll_read(cx, &mut buffer));
        self.read = Some(match polled {
            Ok(()) if buffer.filled().is_empty() => Err(StreamError::Closed),
            Ok(()) => Ok(Bytes::copy_from_slice(buffer.filled())),
            Err(error) => Err(StreamError::LastOperationFailed(error.into())),
        });
        Poll::Ready(())
    }
}

#[async_trait::async_trait]
impl Pollable for AsyncReadStream {
    async fn ready(&mut self) {
        poll_fn(|cx| self.poll_ready(cx)).await;
    }
}

#[async_trait::async_trait]
impl InputStream for AsyncReadStream {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        // What is there is read at once.
        let _ = poll_once(self.ready());
        match self.read.take() {
            Some(Ok(mut bytes)) => {
                let rest = bytes.split_off(size.min(bytes.len()));
                if !rest.is_empty() {
                    self.read = Some(Ok(rest));
                }
                Ok(bytes)
            }
            Some(Err(error)) => {
                self.closed = true;
                Err(error)
            }
            None if self.closed => Err(StreamError::Closed),
            None => Ok(Bytes::new()),
        }
    }
}

/// Output to an [`AsyncWrite`].
pub struct AsyncWriteStream {
    writer: Pin<Box<dyn AsyncWrite + Send>>,
    /// How much it takes before it is written.
    budget: usize,
    /// What is not written yet.
    left: Bytes,
    flushes: bool,
    failure: Option<StreamError>,
    closed: bool,
}

impl AsyncWriteStream {
    /// A stream that `writer` writes, and that takes `write_budget` bytes at once.
    pub fn new<T: AsyncWrite + Send + 'static>(write_budget: usize, writer: T) -> Self {
        Self {
            writer: Box::pin(writer),
            budget: write_budget,
            left: Bytes::new(),
            flushes: false,
            failure: None,
            closed: false,
        }
    }

    /// Writes and flushes what is left.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.closed {
            return Poll::Ready(());
        }
        if let Err(error) = ready!(self.poll_left(cx)) {
            self.closed = true;
            self.failure = Some(StreamError::LastOperationFailed(error.into()));
        }
        Poll::Ready(())
    }

    fn poll_left(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.left.is_empty() {
            match ready!(self.writer.as_mut().poll_write(cx, &self.left))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => drop(self.left.split_to(written)),
            }
        }
        if self.flushes {
            ready!(self.writer.as_mut().poll_flush(cx))?;
            self.flushes = false;
        }
        Poll::Ready(Ok(()))
    }

    /// Goes on as far as that needs no waiting: whether all is done.
    fn advance(&mut self) -> StreamResult<bool> {
        let done = poll_once(self.ready()).is_some();
        match self.failure.take() {
            Some(failure) => Err(failure),
            None if self.closed => Err(StreamError::Closed),
            None => Ok(done),
        }
    }
}

#[async_trait::async_trait]
impl Pollable for AsyncWriteStream {
    async fn ready(&mut self) {
        poll_fn(|cx| self.poll_ready(cx)).await;
    }
}

#[async_trait::async_trait]
impl OutputStream for AsyncWriteStream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        if !self.advance()? {
            return Err(StreamError::trap("write not permitted while flush pending"));
        }
        if bytes.len() > self.budget {
            return Err(StreamError::trap("write exceeded budget"));
        }
        self.left = bytes;
        let _ = poll_once(self.ready());
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.flushes = true;
        self.advance().map(drop)
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(if self.advance()? { self.budget } else { 0 })
    }
}
