//! A command that uses WASI in every way, by Rust's standard library and by the interfaces
//! themselves, and says what it saw.
//!
//! `errand KIND` runs the errands of a kind: `clocks`, `command`, `exit`, `files`, `keep`,
//! `random`, `sockets`, `streams`, `sleep`, `poll`, `timers`, `stop TIMER`, and `odd KIND`. What it
//! prints is the same wherever it runs: nothing of the time, of random numbers or of the machine is
//! in it.

mod clocks;
mod command;
mod files;
mod keep;
mod poll;
mod random;
mod sockets;
mod streams;

use std::process::ExitCode;

mod bindings {
    wit_bindgen::generate!({
        path: [
            "../../wit/deps/io",
            "../../wit/deps/clocks",
            "../../wit/deps/random",
            "../../wit/deps/filesystem",
            "../../wit/deps/sockets",
            "../../wit/deps/cli",
        ],
        world: "wasi:cli/imports",
        generate_all,
    });
}

/// What an errand comes to.
type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let (kind, second) = (
        args.next().unwrap_or_default(),
        args.next().unwrap_or_default(),
    );
    let outcome = match kind.as_str() {
        "clocks" => clocks::run(),
        "command" => command::run(),
        "exit" => command::exit(),
        "files" => files::run(),
        "keep" => keep::run(),
        "random" => random::run(),
        "sockets" => sockets::run(),
        "streams" => streams::run(),
        "sleep" => poll::sleep(),
        "poll" => poll::run(),
        "timers" => poll::timers(),
        "stop" => poll::stop(&second),
        "odd" => files::odd::run(&second),
        _ => Err(format!("expected a kind of errand, found `{kind}`").into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("errand: {error}");
            ExitCode::FAILURE
        }
    }
}
