//! The standard streams, by every function of `wasi:io/streams`.

use crate::Outcome;
use crate::bindings::wasi::cli::{stdin, stdout, terminal_stdin, terminal_stdout};
use crate::bindings::wasi::io::streams::{InputStream, OutputStream, StreamError};
use std::io::{Read as _, Write as _};

/// Reads the standard input to its end and writes to the standard output, in all ways.
pub fn run() -> Outcome {
    println!(
        "terminals: {} and {}",
        terminal_stdin::get_terminal_stdin().is_some(),
        terminal_stdout::get_terminal_stdout().is_some()
    );
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    // The standard library has read ahead, and keeps the rest.
    let mut rest = String::new();
    std::io::stdin().read_to_string(&mut rest)?;
    println!("a line {line:?}, then {rest:?}");
    let (input, output) = (stdin::get_stdin(), stdout::get_stdout());
    at_the_end(&input);
    written(&output, &input)?;
    print!("half a line, ");
    std::io::stdout().flush()?;
    println!("and the other half");
    Ok(())
}

fn at_the_end(input: &InputStream) {
    // What a new stream has before it was waited for is a matter of chance: a task of the host's
    // may fill it.
    input.subscribe().block();
    println!("read: {}", found(input.read(10)));
    println!("blocking read: {}", found(input.blocking_read(10)));
    println!("skip: {}", found(input.skip(10)));
    println!("blocking skip: {}", found(input.blocking_skip(10)));
    println!("ready: {}", input.subscribe().ready());
}

fn written(output: &OutputStream, end: &InputStream) -> Outcome {
    let permit = output.check_write()?;
    output.write(b"written, ")?;
    output.flush()?;
    output.blocking_flush()?;
    output.blocking_write_and_flush(b"written and flushed, ")?;
    output.subscribe().block();
    output.write_zeroes(3)?;
    output.subscribe().block();
    output.blocking_write_zeroes_and_flush(2)?;
    output.blocking_write_and_flush(b"\n")?;
    println!("some may be written: {}", permit > 0);
    println!("splice: {}", found(output.splice(end, 10)));
    println!(
        "blocking splice: {}",
        found(output.blocking_splice(end, 10))
    );
    Ok(())
}

fn found<T: std::fmt::Debug>(result: Result<T, StreamError>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(StreamError::Closed) => "closed".to_owned(),
        Err(StreamError::LastOperationFailed(error)) => error.to_debug_string(),
    }
}
