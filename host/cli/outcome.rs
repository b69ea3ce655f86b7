//! What a command ends with: the one place that knows exit codes, and how an error is shown.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use amphi::{Error, Trap};

/// How much of a backtrace is shown: it may have many frames, and a frame a long name.
const LINES: usize = 12;
const COLUMNS: usize = 160;

/// The lines of a cause stand under its first.
const NEXT_LINE: &str = "\n     ";

/// How a command ended.
pub type Outcome = Result<(), Failure>;

/// Why a command did not end well.
pub enum Failure {
    /// The guest ended itself with this exit code, and has said why, if anybody is to know.
    Exit(i32),
    /// The guest trapped.
    Trap {
        /// What trapped, as a phrase.
        what: String,
        /// The engine's error.
        error: Error,
    },
    /// The answer is no, and is written already: a guest's result that is an error, or a check that
    /// has failed.
    Written,
    /// We could not do what was asked.
    Ours(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

/// Writes the result of a command to standard output.
pub fn print(text: &str) -> Outcome {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", text.trim_end())
        .and_then(|()| stdout.flush())
        .map_err(|error| Failure::Ours(Error::new(error).context("cannot write the result")))
}

/// Writes the result of a command that ends with `outcome`, whether anybody reads it or not.
pub fn print_and(text: &str, outcome: Outcome) -> Outcome {
    match print(text) {
        Err(Failure::Ours(error)) if is_broken_pipe(&error) => outcome,
        printed => printed.and(outcome),
    }
}

/// Shows the failure, if there is one, and gives the exit code.
pub fn conclude(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Written) => ExitCode::from(1),
        // Who reads our output, or the guest's, has seen enough.
        Err(Failure::Ours(error) | Failure::Trap { error, .. }) if is_broken_pipe(&error) => {
            ExitCode::SUCCESS
        }
        // As the system does it, which has a byte for it.
        Err(Failure::Exit(code)) => ExitCode::from(code.to_le_bytes()[0]),
        Err(Failure::Trap { what, error }) => {
            show_trap(&what, &error);
            ExitCode::from(1)
        }
        Err(Failure::Ours(error)) => {
            show_error(&error);
            ExitCode::from(2)
        }
    }
}

fn is_broken_pipe(error: &Error) -> bool {
    let pipe = error
        .chain()
        .find_map(|cause| cause.downcast_ref::<io::Error>());
    pipe.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn show_error(error: &Error) {
    let causes = error.chain().skip(1).map(|cause| {
        let cause = cause.to_string();
        cause.trim_end().replace('\n', NEXT_LINE)
    });
    show(&error.to_string(), causes);
}

/// What happened comes first, though in the chain it is the last: the engine adds the backtrace
/// around it.
fn show_trap(what: &str, error: &Error) {
    let reason = match error.downcast_ref::<Trap>() {
        Some(trap) => trap.to_string(),
        None => error.root_cause().to_string(),
    };
    let reason = reason.strip_prefix("wasm trap: ").unwrap_or(&reason);
    let causes = error.chain().count() - 1;
    let causes = error.chain().take(causes);
    let causes = causes.map(|cause| capped(&cause.to_string()));
    show(&format!("{what} trapped: {reason}"), causes);
}

/// `error:` and what happened, then its causes, numbered, if it has any.
fn show(message: &str, causes: impl Iterator<Item = String>) {
    let (red, plain) = match io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        true => ("\x1b[1;31m", "\x1b[0m"),
        false => ("", ""),
    };
    let mut text = format!("{red}error:{plain} {message}\n");
    for (index, cause) in causes.enumerate() {
        if index == 0 {
            text.push_str("caused by:\n");
        }
        text.push_str(&format!("  {}: {}\n", index + 1, cause));
    }
    // Without a standard error there is nobody to tell.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// The first lines of a backtrace.
fn capped(cause: &str) -> String {
    let lines: Vec<&str> = cause.trim_end().lines().collect();
    let mut shown: Vec<String> = lines.iter().take(LINES).map(|line| cut(line)).collect();
    if lines.len() > LINES {
        shown.push(format!("... and {} more lines", lines.len() - LINES));
    }
    shown.join(NEXT_LINE)
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(COLUMNS) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}
