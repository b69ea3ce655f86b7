//! A command that sends HTTP requests, and waits for what comes back.
//!
//! `courier AUTHORITY KIND...` asks the server at AUTHORITY for what the kinds are about, and says
//! what it saw: the same wherever it runs.

mod errors;
mod exchange;
mod kinds;

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
            "../../wit/deps/http",
        ],
        world: "wasi:http/imports",
        generate_all,
    });
}

/// What an errand comes to.
type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let authority = args.next().unwrap_or_default();
    for kind in args {
        if let Err(problem) = kinds::run(&authority, &kind) {
            eprintln!("courier: {kind}: {problem}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
