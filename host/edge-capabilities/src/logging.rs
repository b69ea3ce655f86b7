//! `wasi:logging` 0.1.0-draft: lines that a guest writes to the host's log.
//!
//! Where they go is a [`LogSink`]'s to decide, which is also where their rate is limited.
//! [`TracingSink`] is the last of them.

use super::draft;
use amphi::component::{HasData, Linker};
use std::sync::Arc;

mod generated {
    amphi::component::bindgen!({
        path: "wit/logging",
        world: "wasi:logging/imports",
    });
}

use generated::wasi::logging::logging;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// What is going on, in every detail.
    Trace,
    /// What helps to find a fault.
    Debug,
    /// What is going on.
    Info,
    /// What might be wrong.
    Warn,
    /// What is wrong.
    Error,
    /// What ends more than this call.
    Critical,
}

impl LogLevel {
    /// The word for it, as the interface has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            LogLevel::Trace => "trace",
            LogLevel::Debug => "debug",
            LogLevel::Info => "info",
            LogLevel::Warn => "warn",
            LogLevel::Error => "error",
            LogLevel::Critical => "critical",
        }
    }
}

impl From<logging::Level> for LogLevel {
    fn from(level: logging::Level) -> LogLevel {
        match level {
            logging::Level::Trace => LogLevel::Trace,
            logging::Level::Debug => LogLevel::Debug,
            logging::Level::Info => LogLevel::Info,
            logging::Level::Warn => LogLevel::Warn,
            logging::Level::Error => LogLevel::Error,
            logging::Level::Critical => LogLevel::Critical,
        }
    }
}

/// A line of a guest's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogLine<'a> {
    /// How much it matters.
    pub level: LogLevel,
    /// What the guest says it is about.
    pub context: &'a str,
    /// What it says.
    pub message: &'a str,
}

/// Where lines of guests go. It must not block.
pub trait LogSink: Send + Sync {
    /// Takes a line.
    fn line(&self, line: LogLine<'_>);
}

/// The most bytes of a line that are logged; the rest of it is left out.
const MOST: usize = 16 << 10;

/// The host's own log: an event of `tracing` with the target `guest` and the fields `function`,
/// `version` and `context`.
#[derive(Clone, Debug)]
pub struct TracingSink {
    /// The function's name.
    pub function: Arc<str>,
    /// Which version of it speaks.
    pub version: Arc<str>,
}

impl LogSink for TracingSink {
    fn line(&self, line: LogLine<'_>) {
        let (function, version) = (&*self.function, &*self.version);
        let (context, message) = (short(line.context), short(line.message));
        match line.level {
            LogLevel::Trace => {
                tracing::trace!(target: "guest", function, version, context, "{message}");
            }
            LogLevel::Debug => {
                tracing::debug!(target: "guest", function, version, context, "{message}");
            }
            LogLevel::Info => {
                tracing::info!(target: "guest", function, version, context, "{message}");
            }
            LogLevel::Warn => {
                tracing::warn!(target: "guest", function, version, context, "{message}");
            }
            LogLevel::Error => {
                tracing::error!(target: "guest", function, version, context, "{message}");
            }
            LogLevel::Critical => {
                tracing::error!(target: "guest", function, version, context, critical = true, "{message}");
            }
        }
    }
}

fn short(text: &str) -> &str {
    &text[..text.floor_char_boundary(MOST)]
}

/// What the interface needs of the state of a call.
pub struct LoggingView<'a> {
    /// Where lines go.
    pub sink: &'a dyn LogSink,
}

impl logging::Host for LoggingView<'_> {
    fn log(&mut self, level: logging::Level, context: String, message: String) {
        self.sink.line(LogLine {
            level: level.into(),
            context: &context,
            message: &message,
        });
    }
}

struct HasLogging;

impl HasData for HasLogging {
    type Data<'a> = LoggingView<'a>;
}

/// Adds `logging` to a linker, by its version and without one.
///
/// # Errors
///
/// When the linker has it already.
pub fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> LoggingView<'_>,
) -> amphi::Result<()> {
    for name in draft("wasi:logging/logging", "0.1.0-draft") {
        logging::add_to_linker_instance::<T, HasLogging>(&mut linker.instance(&name)?, get)?;
    }
    Ok(())
}
