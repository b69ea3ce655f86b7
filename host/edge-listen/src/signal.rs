//! What tells a process to end.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that tell the process to end; see [`terminate`].
#[derive(Debug)]
pub struct Terminate {
    terminate: Signal,
    interrupt: Signal,
}

/// SIGTERM and SIGINT, from now on: they do not end the process any more, whoever waits for them
/// decides.
///
/// # Errors
///
/// If the system does not let them be handled.
pub fn terminate() -> io::Result<Terminate> {
    Ok(Terminate {
        terminate: signal(SignalKind::terminate())?,
        interrupt: signal(SignalKind::interrupt())?,
    })
}

impl Terminate {
    /// The name of the next one.
    pub async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
