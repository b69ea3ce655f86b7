//! What can be a guest's standard streams.

use super::async_io::{AsyncReadStream, AsyncWriteStream};
use super::{InputStream, OutputStream};
use std::pin::Pin;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

/// Whether a standard stream is a terminal.
pub trait IsTerminal {
    /// Whether this stream is a terminal.
    fn is_terminal(&self) -> bool;
}

/// What can be a guest's standard input.
pub trait StdinStream: IsTerminal + Send {
    /// A new handle. All handles read from the same place.
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync>;

    /// As [`async_stream`](Self::async_stream), as WASI 0.2 has it.
    fn p2_stream(&self) -> Box<dyn InputStream> {
        Box::new(AsyncReadStream::new(Pin::from(self.async_stream())))
    }
}

/// What can be a guest's standard output or standard error.
pub trait StdoutStream: IsTerminal + Send {
    /// A new handle. All handles write to the same place.
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync>;

    /// As [`async_stream`](Self::async_stream), as WASI 0.2 has it.
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        let stream = Pin::from(self.async_stream());
        Box::new(AsyncWriteStream::new(WRITE_BUDGET, stream))
    }
}

/// How much an output takes at once that says nothing of that.
const WRITE_BUDGET: usize = 8192;

impl<T: IsTerminal + ?Sized> IsTerminal for &T {
    fn is_terminal(&self) -> bool {
        T::is_terminal(self)
    }
}

impl<T: StdinStream + Sync + ?Sized> StdinStream for &T {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        T::async_stream(self)
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        T::p2_stream(self)
    }
}

impl<T: StdoutStream + Sync + ?Sized> StdoutStream for &T {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        T::async_stream(self)
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        T::p2_stream(self)
    }
}

impl<T: IsTerminal + ?Sized> IsTerminal for Box<T> {
    fn is_terminal(&self) -> bool {
        T::is_terminal(self)
    }
}

impl<T: StdinStream + ?Sized> StdinStream for Box<T> {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        T::async_stream(self)
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        T::p2_stream(self)
    }
}

impl<T: StdoutStream + ?Sized> StdoutStream for Box<T> {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        T::async_stream(self)
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        T::p2_stream(self)
    }
}

impl<T: IsTerminal + ?Sized> IsTerminal for Arc<T> {
    fn is_terminal(&self) -> bool {
        T::is_terminal(self)
    }
}

impl<T: StdinStream + Sync + ?Sized> StdinStream for Arc<T> {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        T::async_stream(self)
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        T::p2_stream(self)
    }
}

impl<T: StdoutStream + Sync + ?Sized> StdoutStream for Arc<T> {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        T::async_stream(self)
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        T::p2_stream(self)
    }
}

/// The host's side of the resource `terminal-input`: nothing but the fact.
pub struct TerminalInput;

/// The host's side of the resource `terminal-output`: nothing but the fact.
pub struct TerminalOutput;
