//! What a command ends with: the one place that knows exit codes, and how an error is shown.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use amphi::Error;

/// How a command ended.
pub type Outcome = Result<(), Failure>;

/// Why a command did not end well.
pub enum Failure {
    /// The guest said no: it trapped, or exited with a code other than 0.
    Guest(Error),
    /// The guest returned an error as its result, which is written already.
    GuestResult,
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

/// Shows the failure, if there is one, and gives the exit code.
pub fn conclude(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::GuestResult) => ExitCode::from(1),
        Err(Failure::Guest(error)) => {
            show(&error);
            ExitCode::from(1)
        }
        // Who reads our output has seen enough.
        Err(Failure::Ours(error)) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(Failure::Ours(error)) => {
            show(&error);
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

/// `error:` and what happened, then its causes, numbered, if it has any.
fn show(error: &Error) {
    let (red, plain) = match io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        true => ("\x1b[1;31m", "\x1b[0m"),
        false => ("", ""),
    };
    let mut text = format!("{red}error:{plain} {error}\n");
    for (index, cause) in error.chain().skip(1).enumerate() {
        if index == 0 {
            text.push_str("caused by:\n");
        }
        let cause = cause.to_string().trim_end().replace('\n', "\n     ");
        text.push_str(&format!("  {}: {cause}\n", index + 1));
    }
    // Without a standard error there is nobody to tell.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
