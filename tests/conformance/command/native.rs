//! Scripts on the native host, each on a thread of its own: a panic or an endless loop is that
//! script's trouble alone.

use crate::files::Script;
use crate::outcome::Run;
use amphi_conformance::Reach;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Runs `script` for at most `bound`. A thread that does not end is left behind.
pub fn run(script: &Script, reach: Reach, bound: Duration) -> Run {
    let (sender, receiver) = channel();
    let text = script.text.clone();
    let running = thread::spawn(move || {
        amphi_conformance::run(&text, reach, |line| {
            // Nobody listens any more when the time is over.
            let _ = sender.send(line);
        });
    });
    let end = Instant::now() + bound;
    let mut lines = Vec::new();
    loop {
        match receiver.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(line) => lines.push(line),
            Err(RecvTimeoutError::Timeout) => {
                return Run {
                    lines,
                    trouble: Some(format!("no end within {bound:?}")),
                };
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let trouble = running
        .join()
        .err()
        .map(|panic| format!("panicked: {}", said(&*panic)));
    Run { lines, trouble }
}

fn said(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a message")
}
