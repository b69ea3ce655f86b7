//! What guests say, as events with the function's name, and no more of it than is allowed.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use amphi::wasi::cli::{IsTerminal, StdoutStream};
use amphi::wasi::p2::{OutputStream, Pollable, StreamError};
use bytes::Bytes;
use tokio::io::AsyncWrite;

use super::rate::Rate;
use crate::telemetry::metrics::FunctionMetrics;
use amphi_edge_capabilities::logging::{LogLine, LogSink, TracingSink};

/// The most bytes of a line; a longer one is several.
const LINE: usize = 16 << 10;

/// Where the output of a version's guests goes.
pub struct GuestLog {
    function: Arc<str>,
    version: Arc<str>,
    limit: u64,
    metrics: Arc<FunctionMetrics>,
    sink: TracingSink,
    state: Mutex<StreamState>,
}

struct StreamState {
    rate: Rate,
    /// Bytes that were dropped and not told of yet.
    dropped: u64,
}

/// A stream that a guest writes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuestStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl GuestStream {
    fn name(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }
}

impl GuestLog {
    /// Takes at most `limit` bytes in a second. What is dropped is counted in `metrics`.
    #[must_use]
    pub fn new(
        function: &str,
        version: &str,
        limit: u64,
        metrics: Arc<FunctionMetrics>,
    ) -> Arc<Self> {
        Arc::new(Self {
            function: function.into(),
            version: version.into(),
            limit,
            metrics,
            sink: TracingSink {
                function: function.into(),
                version: version.into(),
            },
            state: Mutex::new(StreamState {
                rate: Rate::new(limit, Instant::now()),
                dropped: 0,
            }),
        })
    }

    /// Whether `bytes` more may be written now. If not they are counted, and told of when there is
    /// room again.
    pub fn admit(&self, bytes: usize) -> bool {
        let bytes = bytes as u64;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let admitted = state.rate.take(bytes, Instant::now());
        let told = match admitted {
            true => std::mem::take(&mut state.dropped),
            false => {
                state.dropped += bytes;
                0
            }
        };
        drop(state);
        if !admitted {
            self.metrics.log_dropped(bytes);
        }
        self.tell(told);
        admitted
    }

    /// A stream for a guest to write to. What it writes becomes events line by line.
    #[must_use]
    pub fn output(self: &Arc<Self>, stream: GuestStream) -> Output {
        Output {
            log: Arc::clone(self),
            stream,
        }
    }

    fn tell(&self, dropped: u64) {
        if dropped > 0 {
            let (function, version, limit) = (&*self.function, &*self.version, self.limit);
            tracing::warn!(target: "guest", function, version, dropped, limit, "output over the limit was dropped");
        }
    }

    /// Writes a line, if there is room for it.
    fn line(&self, stream: GuestStream, line: &[u8]) {
        if !self.admit(line.len() + 1) {
            return;
        }
        let text = String::from_utf8_lossy(line);
        let (function, version, stream) = (&*self.function, &*self.version, stream.name());
        tracing::info!(target: "guest", function, version, stream, "{text}");
    }
}

/// Lines of `wasi:logging` count as output does.
impl LogSink for GuestLog {
    fn line(&self, line: LogLine<'_>) {
        if self.admit(line.context.len() + line.message.len()) {
            self.sink.line(line);
        }
    }
}

impl Drop for GuestLog {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let dropped = state.dropped;
        self.tell(dropped);
    }
}

/// One of a guest's streams. Each call has lines of its own: a line that is begun is not mixed with
/// that of another call.
#[derive(Clone)]
pub struct Output {
    log: Arc<GuestLog>,
    stream: GuestStream,
}

impl IsTerminal for Output {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Output {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(Lines::new(self.clone()))
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(Lines::new(self.clone()))
    }
}

/// Bytes that become lines. The last one is written when there will be no more.
struct Lines {
    output: Output,
    begun: Vec<u8>,
}

impl Lines {
    fn new(output: Output) -> Self {
        Self {
            output,
            begun: Vec::new(),
        }
    }

    fn take(&mut self, mut bytes: &[u8]) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.extend(&bytes[..end]);
            self.write();
            bytes = &bytes[end + 1..];
        }
        self.extend(bytes);
    }

    fn extend(&mut self, mut bytes: &[u8]) {
        while self.begun.len() + bytes.len() > LINE {
            let (now, later) = bytes.split_at(LINE - self.begun.len());
            self.begun.extend_from_slice(now);
            self.write();
            bytes = later;
        }
        self.begun.extend_from_slice(bytes);
    }

    fn write(&mut self) {
        let line = self.begun.strip_suffix(b"\r").unwrap_or(&self.begun);
        self.output.log.line(self.output.stream, line);
        self.begun.clear();
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        if !self.begun.is_empty() {
            self.write();
        }
    }
}

#[amphi::wasi::async_trait]
impl Pollable for Lines {
    async fn ready(&mut self) {}
}

impl OutputStream for Lines {
    fn write(&mut self, bytes: Bytes) -> Result<(), StreamError> {
        self.take(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StreamError> {
        Ok(())
    }

    fn check_write(&mut self) -> Result<usize, StreamError> {
        Ok(1 << 20)
    }
}

impl AsyncWrite for Lines {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.take(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
