//! The page's console as a standard output: whole lines, printed when their newline comes.
//!
//! The console ends every message with a newline of its own, so flushing cannot print half a line:
//! what is left unfinished is printed when the last handle to the stream is gone.

use crate::io::{IsTerminal, OutputStream, Pollable, StdoutStream, StreamResult};
use crate::page;
use bytes::Bytes;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::AsyncWrite;

/// A line longer than this is printed in pieces, so that a guest cannot grow the buffer without
/// end.
const LONGEST_LINE: usize = 64 * 1024;

/// One of the console's two streams. Clones share the unfinished line.
#[derive(Clone)]
pub struct Console(Arc<Mutex<Lines>>);

struct Lines {
    unfinished: Vec<u8>,
    print: fn(&str),
}

impl Console {
    /// What is written becomes `console.log`.
    pub fn log() -> Self {
        Self::new(page::log)
    }

    /// What is written becomes `console.error`.
    pub fn error() -> Self {
        Self::new(page::error)
    }

    fn new(print: fn(&str)) -> Self {
        let unfinished = Vec::new();
        Self(Arc::new(Mutex::new(Lines { unfinished, print })))
    }

    fn print(&self, bytes: &[u8]) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.write(bytes);
    }
}

impl Lines {
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.unfinished.extend_from_slice(part);
            if self.unfinished.ends_with(b"\n") {
                self.unfinished.pop();
                self.print_up_to(self.unfinished.len());
            } else if self.unfinished.len() > LONGEST_LINE {
                self.print_up_to(whole_characters(&self.unfinished));
            }
        }
    }

    fn print_up_to(&mut self, end: usize) {
        (self.print)(&String::from_utf8_lossy(&self.unfinished[..end]));
        self.unfinished.drain(..end);
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        if !self.unfinished.is_empty() {
            self.print_up_to(self.unfinished.len());
        }
    }
}

/// How many of `bytes` come before a character that is cut off at their end.
fn whole_characters(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => error.valid_up_to(),
        Ok(_) | Err(_) => bytes.len(),
    }
}

impl IsTerminal for Console {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl AsyncWrite for Console {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.print(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl StdoutStream for Console {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Pollable for Console {
    async fn ready(&mut self) {}
}

#[async_trait::async_trait]
impl OutputStream for Console {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.print(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(LONGEST_LINE)
    }
}
