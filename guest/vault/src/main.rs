//! A command that tries what it is granted, and says what came of it.
//!
//! `vault TRY...`, where a TRY is `NAME` or `NAME:ARGUMENT`: `open:IDENTIFIER` opens a store, which
//! those after it use: `get:KEY`, `set:KEY=VALUE`, `fill:KEY=BYTES`, `delete:KEY`, `exists:KEY`,
//! `keys`, `keys:CURSOR`, `increment:KEY=DELTA`, `get-many:KEY,KEY`,
//! `set-many:KEY=VALUE,KEY=VALUE`, `delete-many:KEY,KEY`. `config:KEY`, `config`,
//! `log:LEVEL=MESSAGE`, `fetch:URL`, `read:PATH`, `write:PATH=TEXT`, `env`, `args`, `clock`,
//! `random`, `connect:ADDRESS`.

mod fetch;
mod keyvalue;

use bindings::wasi::clocks::monotonic_clock;
use bindings::wasi::config::store as config;
use bindings::wasi::logging::logging::{Level, log};
use bindings::wasi::random::random::get_random_u64;
use keyvalue::Vault;
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
            "../../wit/deps/keyvalue",
            "../../wit/deps/config",
            "../../wit/deps/logging",
        ],
        inline: "
            package demo:vault;
            world vault {
                include wasi:http/imports@0.2.12;
                include wasi:keyvalue/imports@0.2.0-draft;
                include wasi:config/imports@0.2.0-rc.1;
                include wasi:logging/imports@0.1.0-draft;
            }
        ",
        generate_all,
    });
}

/// What came of a try, in words.
type Outcome = Result<String, String>;

fn main() -> ExitCode {
    let mut vault = Vault::default();
    for word in std::env::args().skip(1) {
        let (name, argument) = word.split_once(':').unwrap_or((&word, ""));
        match attempt(&mut vault, name, argument) {
            Ok(found) => println!("{name}: {found}"),
            Err(problem) => println!("{name} failed: {problem}"),
        }
    }
    ExitCode::SUCCESS
}

fn attempt(vault: &mut Vault, name: &str, argument: &str) -> Outcome {
    let told = |error: std::io::Error| error.kind().to_string();
    let (key, value) = argument.split_once('=').unwrap_or((argument, ""));
    match name {
        "config" if argument.is_empty() => Ok(format!("{:?}", config::get_all())),
        "config" => Ok(format!("{:?}", config::get(argument))),
        "log" => {
            log(level(key)?, "vault", value);
            Ok("done".to_owned())
        }
        "fetch" => fetch::fetch(argument),
        "read" => std::fs::read_to_string(argument).map_err(told),
        "write" => std::fs::write(key, value)
            .map_err(told)
            .map(|()| "done".to_owned()),
        "env" => Ok(format!("{:?}", std::env::vars().collect::<Vec<_>>())),
        "args" => Ok(std::env::args().count().to_string()),
        "clock" => Ok((monotonic_clock::now() > 0).to_string()),
        "random" => Ok((get_random_u64() != get_random_u64()).to_string()),
        "connect" => std::net::TcpStream::connect(argument)
            .map_err(told)
            .map(|_| "connected".to_owned()),
        _ => vault.attempt(name, argument),
    }
}

fn level(name: &str) -> Result<Level, String> {
    match name {
        "trace" => Ok(Level::Trace),
        "debug" => Ok(Level::Debug),
        "info" => Ok(Level::Info),
        "warn" => Ok(Level::Warn),
        "error" => Ok(Level::Error),
        "critical" => Ok(Level::Critical),
        _ => Err(format!("`{name}` is no level")),
    }
}
