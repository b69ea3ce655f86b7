//! The standard streams that a guest writes to.
//!
//! They differ from those of `wasmtime-wasi` in one thing: once nobody reads the stream, the next
//! write ends the guest, as the signal for a broken pipe ends a native command. The guest itself
//! would only panic about it.

use std::io::{self, Write};

use amphi::Error;
use amphi::wasi::async_trait;
use amphi::wasi::cli::{IsTerminal, StdoutStream};
use amphi::wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};
use bytes::Bytes;
use tokio::io::AsyncWrite;

/// How many bytes a guest may write at once.
const PERMIT: usize = 64 * 1024;

/// A stream of this process.
#[derive(Clone, Copy)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

impl Stream {
    fn with(self, work: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> StreamResult<()> {
        let done = match self {
            Self::Output => work(&mut io::stdout().lock()),
            Self::Error => work(&mut io::stderr().lock()),
        };
        done.map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => StreamError::Trap(Error::new(error)),
            _ => StreamError::LastOperationFailed(Error::new(error)),
        })
    }
}

impl IsTerminal for Stream {
    fn is_terminal(&self) -> bool {
        match self {
            Self::Output => IsTerminal::is_terminal(&io::stdout()),
            Self::Error => IsTerminal::is_terminal(&io::stderr()),
        }
    }
}

impl StdoutStream for Stream {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(*self)
    }

    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        match self {
            Self::Output => io::stdout().async_stream(),
            Self::Error => io::stderr().async_stream(),
        }
    }
}

impl OutputStream for Stream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.with(|stream| stream.write_all(&bytes))
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.with(|stream| stream.flush())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PERMIT)
    }
}

/// The streams block, so they are ready always.
#[async_trait]
impl Pollable for Stream {
    async fn ready(&mut self) {}
}
