//! The traits behind a guest's streams, and how their functions fail.

use super::Pollable;
use amphi_web::component::ResourceTableError;
use amphi_web::{Result, format_err};
use bytes::Bytes;
use std::fmt;

/// How often a stream that says that it is ready is asked, as in Wasmtime.
const MOST_ATTEMPTS: usize = 11;

/// The host's side of the resource `wasi:io/error#error`.
pub type Error = amphi_web::Error;

/// The host's side of the resource `input-stream`.
pub type DynInputStream = Box<dyn InputStream>;

/// The host's side of the resource `output-stream`.
pub type DynOutputStream = Box<dyn OutputStream>;

/// What a stream's functions return.
pub type StreamResult<T> = Result<T, StreamError>;

/// Why a stream's function failed.
#[derive(Debug)]
pub enum StreamError {
    /// The stream is at its end; the guest sees that.
    Closed,
    /// The operation failed; the guest may read the error's text.
    LastOperationFailed(Error),
    /// The call fails; the guest sees nothing.
    Trap(Error),
}

impl StreamError {
    /// A trap with this message.
    pub fn trap(message: &str) -> Self {
        Self::Trap(format_err!("{message}"))
    }
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => write!(f, "closed"),
            Self::LastOperationFailed(error) => write!(f, "last operation failed: {error}"),
            Self::Trap(error) => write!(f, "trap: {error}"),
        }
    }
}

impl std::error::Error for StreamError {}

impl From<ResourceTableError> for StreamError {
    fn from(error: ResourceTableError) -> Self {
        Self::Trap(error.into())
    }
}

/// Bytes that a guest reads.
#[async_trait::async_trait]
pub trait InputStream: Pollable {
    /// At most `size` bytes, without waiting; none if none are there yet.
    fn read(&mut self, size: usize) -> StreamResult<Bytes>;

    /// At most `size` bytes, and at least one unless `size` is zero. A stream that is ready again
    /// and again and has none traps.
    async fn blocking_read(&mut self, size: usize) -> StreamResult<Bytes> {
        for _ in 0..MOST_ATTEMPTS {
            self.ready().await;
            let bytes = self.read(size)?;
            if !bytes.is_empty() || size == 0 {
                return Ok(bytes);
            }
        }
        Err(StreamError::trap("max blocking attempts exceeded"))
    }
}

/// Bytes that a guest writes.
#[async_trait::async_trait]
pub trait OutputStream: Pollable {
    /// Takes `bytes`, no more than [`check_write`](Self::check_write) allowed, without waiting.
    fn write(&mut self, bytes: Bytes) -> StreamResult<()>;

    /// Starts to pass on what was written, without waiting.
    fn flush(&mut self) -> StreamResult<()>;

    /// How many bytes may be written now. Zero means that the stream is not ready.
    fn check_write(&mut self) -> StreamResult<usize>;

    /// How many bytes may be written, at least one. A stream that is ready again and again and
    /// takes none traps.
    async fn write_ready(&mut self) -> StreamResult<usize> {
        for _ in 0..MOST_ATTEMPTS {
            self.ready().await;
            let permit = self.check_write()?;
            if permit > 0 {
                return Ok(permit);
            }
        }
        Err(StreamError::trap("max blocking attempts exceeded"))
    }

    /// Writes all of `bytes` and sees them flushed. A stream that closes after the last byte is no
    /// error.
    async fn blocking_write_and_flush(&mut self, mut bytes: Bytes) -> StreamResult<()> {
        loop {
            let permit = self.write_ready().await?;
            self.write(bytes.split_to(permit.min(bytes.len())))?;
            if bytes.is_empty() {
                break;
            }
        }
        match self.flush() {
            Ok(()) | Err(StreamError::Closed) => {}
            Err(error) => return Err(error),
        }
        match self.write_ready().await {
            Ok(_) | Err(StreamError::Closed) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

#[async_trait::async_trait]
impl Pollable for DynInputStream {
    async fn ready(&mut self) {
        (**self).ready().await;
    }

    fn awaits(&self) -> String {
        (**self).awaits()
    }
}

#[async_trait::async_trait]
impl Pollable for DynOutputStream {
    async fn ready(&mut self) {
        (**self).ready().await;
    }

    fn awaits(&self) -> String {
        (**self).awaits()
    }
}
