//! The log: events as lines on standard error, as text for people or as JSON for machines.
//!
//! Three kinds of events: what the host does (target `amphi_edge`), a line for each request
//! (`request`), and what guests say (`guest`), which is limited in bytes per second by a
//! [`GuestLog`]. The environment variable `AMPHI_LOG` replaces the configured level, in the syntax
//! of `tracing`'s `EnvFilter`.
//!
//! Each event is one line, whatever guests, clients and files put into it: control characters are
//! escaped.
//!
//! Nothing waits for the reader of standard error: lines are queued, and those that do not fit are
//! dropped, counted and reported.

mod guest;
mod line;
mod queue;
mod rate;

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

pub use guest::{GuestLog, GuestStream, Output};

use crate::telemetry::metrics::Call;
use amphi_edge_config::{Log, LogFormat, LogLevel};
use line::Escaped;
use queue::Queue;

/// The environment variable that replaces the configured level.
const VARIABLE: &str = "AMPHI_LOG";

/// How long the process waits at its end for the last lines to be read.
const LAST: Duration = Duration::from_secs(2);

/// Starts writing events, and panics as events, to standard error, for the whole process. Drop the
/// returned guard at the end of the process.
///
/// # Errors
///
/// The environment variable is invalid, the process has another subscriber of `tracing`, or the
/// writing thread cannot be started.
pub fn start(log: &Log) -> Result<FlushGuard, LogError> {
    let filter = wanted(log)?;
    let tell = |lines| tracing::warn!(lines, "log lines were dropped, since nothing read them");
    let queue = Queue::start(io::stderr(), tell).map_err(LogError::Thread)?;
    subscriber(log.format, filter, Arc::clone(&queue))
        .try_init()
        .map_err(LogError::Taken)?;
    // Who writes to standard error itself waits for whoever reads it.
    std::panic::set_hook(Box::new(
        |panic| tracing::error!(%panic, "something panicked"),
    ));
    Ok(FlushGuard(queue))
}

/// Looks whether events could be written, without doing so.
///
/// # Errors
///
/// If the environment variable is not understood.
pub fn check(log: &Log) -> Result<(), LogError> {
    wanted(log).map(drop)
}

/// What is written, by the environment variable or else by the configuration.
fn wanted(log: &Log) -> Result<EnvFilter, LogError> {
    match std::env::var(VARIABLE) {
        Ok(text) => EnvFilter::try_new(text).map_err(LogError::Variable),
        Err(_) => Ok(filter(log.level)),
    }
}

/// Waits for the last lines to be written when it is dropped, but not for ever.
#[must_use = "lines are lost that come after it is dropped"]
pub struct FlushGuard(Arc<Queue>);

impl Drop for FlushGuard {
    fn drop(&mut self) {
        self.0.flush(LAST);
    }
}

/// What is written at a level: of libraries, only what should not happen.
fn filter(level: LogLevel) -> EnvFilter {
    let level = match level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
        LogLevel::Trace => "trace",
    };
    let others = if level == "error" { "error" } else { "warn" };
    let text = format!("{others},amphi={level},amphi_edge={level},request={level},guest={level}");
    EnvFilter::new(text)
}

/// What takes events and writes lines.
fn subscriber<W>(
    format: LogFormat,
    filter: EnvFilter,
    writer: W,
) -> Box<dyn tracing::Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(writer);
    match format {
        LogFormat::Text => Box::new(builder.fmt_fields(Escaped::default()).finish()),
        LogFormat::Json => Box::new(builder.json().flatten_event(true).finish()),
    }
}

/// A request that has ended.
#[derive(Clone, Copy, Debug)]
pub struct Access<'a> {
    /// The function's name; empty, if none was asked.
    pub function: &'a str,
    /// The version that answered; empty, if none did.
    pub version: &'a str,
    /// The request's method.
    pub method: &'a str,
    /// The request's path, without the query: that may have secrets.
    pub path: &'a str,
    /// The address that it came from, if from one.
    pub client: Option<IpAddr>,
    /// What the request is called.
    pub request: Option<&'a str>,
    /// The status that was answered; none, if the client was gone before.
    pub status: Option<u16>,
    /// What it was, as in the metrics.
    pub call: Call<'a>,
}

/// Writes the line of a request. Times are in microseconds, sizes in bytes.
pub fn access(access: &Access<'_>) {
    let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    let Call {
        outcome,
        wall,
        usage,
        received,
        sent,
    } = access.call;
    let usage = usage.unwrap_or_default();
    tracing::info!(
        target: "request",
        function = some(access.function),
        version = some(access.version),
        method = access.method,
        path = access.path,
        client = access.client.map(tracing::field::display),
        request = access.request,
        status = access.status,
        outcome,
        received,
        sent,
        wall_us = micros(wall),
        cpu_us = micros(usage.cpu),
        queued_us = micros(usage.queued),
        memory_peak = usage.memory_peak,
        "answered",
    );
}

/// Writes the line of what came from `client` and could not be read as a request.
pub(crate) fn unread(client: IpAddr, status: u16, outcome: &str) {
    tracing::info!(target: "request", %client, status, outcome, "answered");
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Why no events are written.
#[derive(Debug)]
#[non_exhaustive]
pub enum LogError {
    /// The environment variable is not understood.
    Variable(tracing_subscriber::filter::ParseError),
    /// Somebody else takes the events already.
    Taken(tracing_subscriber::util::TryInitError),
    /// There can be no thread that writes events.
    Thread(io::Error),
}

impl fmt::Display for LogError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(_) => write!(formatter, "cannot read the variable `{VARIABLE}`"),
            Self::Taken(_) => formatter.write_str("events are taken already"),
            Self::Thread(_) => formatter.write_str("nothing can write events"),
        }
    }
}

impl std::error::Error for LogError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Variable(error) => Some(error),
            Self::Taken(error) => Some(error),
            Self::Thread(error) => Some(error),
        }
    }
}

#[cfg(test)]
mod tests;
