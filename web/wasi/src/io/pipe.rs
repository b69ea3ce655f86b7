//! Streams that are plain memory, closed, a sink, or what Tokio's traits read and write.

pub use super::async_io::{AsyncReadStream, AsyncWriteStream};

use super::{
    InputStream, IsTerminal, OutputStream, Pollable, StdinStream, StdoutStream, StreamError,
    StreamResult,
};
use bytes::{Bytes, BytesMut};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much a stream that takes anything offers to take at once.
const SINK_PERMIT: usize = 64 * 1024;

/// Input from memory. Clones read from the same place.
#[derive(Debug, Clone)]
pub struct MemoryInputPipe {
    buffer: Arc<Mutex<Bytes>>,
}

impl MemoryInputPipe {
    /// A pipe from which `bytes` can be read, and then nothing.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        let buffer = Arc::new(Mutex::new(bytes.into()));
        Self { buffer }
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        lock(&self.buffer).is_empty()
    }
}

#[async_trait::async_trait]
impl Pollable for MemoryInputPipe {
    async fn ready(&mut self) {}
}

#[async_trait::async_trait]
impl InputStream for MemoryInputPipe {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let mut buffer = lock(&self.buffer);
        if buffer.is_empty() {
            return Err(StreamError::Closed);
        }
        let size = size.min(buffer.len());
        Ok(buffer.split_to(size))
    }
}

impl AsyncRead for MemoryInputPipe {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut bytes = lock(&self.buffer);
        let size = buffer.remaining().min(bytes.len());
        buffer.put_slice(&bytes.split_to(size));
        Poll::Ready(Ok(()))
    }
}

impl IsTerminal for MemoryInputPipe {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdinStream for MemoryInputPipe {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        Box::new(self.clone())
    }
}

/// Output to memory, up to a capacity. Clones write to the same place.
#[derive(Debug, Clone)]
pub struct MemoryOutputPipe {
    capacity: usize,
    buffer: Arc<Mutex<BytesMut>>,
}

impl MemoryOutputPipe {
    /// A pipe that closes once it holds `capacity` bytes.
    pub fn new(capacity: usize) -> Self {
        let buffer = Arc::default();
        Self { capacity, buffer }
    }

    /// A copy of what was written so far.
    pub fn contents(&self) -> Bytes {
        lock(&self.buffer).clone().freeze()
    }

    /// What was written, if no clone is left that could write more.
    pub fn try_into_inner(self) -> Option<BytesMut> {
        let buffer = Arc::into_inner(self.buffer)?.into_inner();
        Some(buffer.unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait::async_trait]
impl Pollable for MemoryOutputPipe {
    async fn ready(&mut self) {}
}

#[async_trait::async_trait]
impl OutputStream for MemoryOutputPipe {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let mut buffer = lock(&self.buffer);
        if bytes.len() > self.capacity - buffer.len() {
            return Err(StreamError::trap(
                "write beyond capacity of MemoryOutputPipe",
            ));
        }
        buffer.extend_from_slice(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        match self.capacity - lock(&self.buffer).len() {
            0 => Err(StreamError::Closed),
            permit => Ok(permit),
        }
    }
}

impl AsyncWrite for MemoryOutputPipe {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut buffer = lock(&self.buffer);
        let size = bytes.len().min(self.capacity - buffer.len());
        buffer.extend_from_slice(&bytes[..size]);
        Poll::Ready(Ok(size))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl IsTerminal for MemoryOutputPipe {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for MemoryOutputPipe {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

/// Output that is dropped.
#[derive(Copy, Clone)]
pub struct SinkOutputStream;

#[async_trait::async_trait]
impl Pollable for SinkOutputStream {
    async fn ready(&mut self) {}
}

#[async_trait::async_trait]
impl OutputStream for SinkOutputStream {
    fn write(&mut self, _: Bytes) -> StreamResult<()> {
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(SINK_PERMIT)
    }
}

impl AsyncWrite for SinkOutputStream {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl IsTerminal for SinkOutputStream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for SinkOutputStream {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(*self)
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(*self)
    }
}

/// Input that is at its end.
#[derive(Copy, Clone)]
pub struct ClosedInputStream;

#[async_trait::async_trait]
impl Pollable for ClosedInputStream {
    async fn ready(&mut self) {}
}

#[async_trait::async_trait]
impl InputStream for ClosedInputStream {
    fn read(&mut self, _: usize) -> StreamResult<Bytes> {
        Err(StreamError::Closed)
    }
}

impl AsyncRead for ClosedInputStream {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl IsTerminal for ClosedInputStream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdinStream for ClosedInputStream {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        Box::new(*self)
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        Box::new(*self)
    }
}

impl IsTerminal for io::Empty {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdinStream for io::Empty {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        Box::new(ClosedInputStream)
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        Box::new(ClosedInputStream)
    }
}

impl StdoutStream for io::Empty {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(SinkOutputStream)
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(SinkOutputStream)
    }
}

/// Output that takes nothing any more.
#[derive(Copy, Clone)]
pub struct ClosedOutputStream;

#[async_trait::async_trait]
impl Pollable for ClosedOutputStream {
    async fn ready(&mut self) {}
}

#[async_trait::async_trait]
impl OutputStream for ClosedOutputStream {
    fn write(&mut self, _: Bytes) -> StreamResult<()> {
        Err(StreamError::Closed)
    }

    fn flush(&mut self) -> StreamResult<()> {
        Err(StreamError::Closed)
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Err(StreamError::Closed)
    }
}

impl AsyncWrite for ClosedOutputStream {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(0))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl IsTerminal for ClosedOutputStream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for ClosedOutputStream {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(*self)
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(*self)
    }
}

/// A panic while the lock was held left whole bytes behind: the buffer is good.
fn lock<T>(buffer: &Mutex<T>) -> MutexGuard<'_, T> {
    buffer.lock().unwrap_or_else(PoisonError::into_inner)
}
