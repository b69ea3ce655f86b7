//! What a command is given, and how it ends, by the functions of `wasi:cli`.

use crate::Outcome;
use crate::bindings::wasi::cli::{environment, exit, stderr, terminal_stderr};

/// Says what there is of arguments, environment and errors.
pub fn run() -> Outcome {
    println!("arguments: {:?}", environment::get_arguments());
    println!("environment: {:?}", environment::get_environment());
    println!("of the environment: {:?}", std::env::var("GREETING"));
    println!("working directory: {:?}", environment::initial_cwd());
    let errors = stderr::get_stderr();
    println!("errors may be written: {}", errors.check_write()? > 0);
    errors.blocking_write_and_flush(b"")?;
    println!(
        "a terminal for errors: {}",
        terminal_stderr::get_terminal_stderr().is_some()
    );
    Ok(())
}

/// Ends as the second argument says: `ok`, `err`, or a number.
pub fn exit() -> Outcome {
    let how = std::env::args().nth(2).unwrap_or_default();
    println!("ends with {how}");
    match how.as_str() {
        "ok" => exit::exit(Ok(())),
        "err" => exit::exit(Err(())),
        code => exit::exit_with_code(code.parse()?),
    }
    Err("the end is not the end".into())
}
