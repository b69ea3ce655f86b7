//! What happens, told line by line on standard error: for people as text, for machines as JSON.
//!
//! Three kinds of events: what the host does (target `amphi_edge`), a line for each request (`request`), and what guests say (`guest`), which is limited in bytes
//! per second by a [`GuestLog`]. The environment variable `AMPHI_LOG` replaces the configured level, in the syntax of `tracing`'s `EnvFilter`.

mod guest;
mod rate;

use std::fmt;
use std::io;
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

pub use guest::{GuestLog, GuestStream, Output};

use crate::config::{Log, LogFormat, LogLevel};

/// The environment variable that replaces the configured level.
const VARIABLE: &str = "AMPHI_LOG";

/// Begins to write events to standard error, for the whole process.
///
/// # Errors
///
/// If the environment variable is not understood, or somebody else takes the events already.
pub fn start(log: &Log) -> Result<(), LogError> {
    let filter = match std::env::var(VARIABLE) {
        Ok(text) => EnvFilter::try_new(text).map_err(LogError::Variable)?,
        Err(_) => filter(log.level),
    };
    subscriber(log.format, filter, io::stderr)
        .try_init()
        .map_err(LogError::Taken)
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
        LogFormat::Text => Box::new(builder.finish()),
        LogFormat::Json => Box::new(builder.json().flatten_event(true).finish()),
    }
}

/// A request that has ended.
#[derive(Clone, Copy, Debug)]
pub struct Access<'a> {
    /// The function's name.
    pub function: &'a str,
    /// The version that answered.
    pub version: &'a str,
    /// The request's method.
    pub method: &'a str,
    /// The request's path, without the query: that may have secrets.
    pub path: &'a str,
    /// The answer's status.
    pub status: u16,
    /// As in the metrics.
    pub outcome: &'a str,
    /// From the request's begin to the answer's end.
    pub wall: Duration,
    /// How long the guest has computed.
    pub cpu: Duration,
    /// How long the call has waited to run.
    pub queued: Duration,
    /// The most bytes of memory that the call had at once.
    pub memory_peak: u64,
}

/// Writes the line of a request. Times are in microseconds.
pub fn access(access: &Access<'_>) {
    let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(
        target: "request",
        function = access.function,
        version = access.version,
        method = access.method,
        path = access.path,
        status = access.status,
        outcome = access.outcome,
        wall_us = micros(access.wall),
        cpu_us = micros(access.cpu),
        queued_us = micros(access.queued),
        memory_peak = access.memory_peak,
        "answered",
    );
}

/// Why no events are written.
#[derive(Debug)]
#[non_exhaustive]
pub enum LogError {
    /// The environment variable is not understood.
    Variable(tracing_subscriber::filter::ParseError),
    /// Somebody else takes the events already.
    Taken(tracing_subscriber::util::TryInitError),
}

impl fmt::Display for LogError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(_) => write!(formatter, "cannot read the variable `{VARIABLE}`"),
            Self::Taken(_) => formatter.write_str("events are taken already"),
        }
    }
}

impl std::error::Error for LogError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Variable(error) => Some(error),
            Self::Taken(error) => Some(error),
        }
    }
}

#[cfg(test)]
mod tests;
