//! A command: it greets by its arguments, and so uses all that a command may be granted.
//!
//! `hello [--read PATH] [--exit CODE] [NAME]...` greets every name, or the world, with the word in
//! the environment variable `GREETING`, or `Hello`; it then prints the file at PATH, and exits with
//! CODE.

use std::process::ExitCode;
use std::{env, fs};

fn main() -> ExitCode {
    match greet(env::args().skip(1)) {
        Ok(code) => ExitCode::from(code),
        Err(problem) => {
            eprintln!("hello: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn greet(mut args: impl Iterator<Item = String>) -> Result<u8, String> {
    let (mut names, mut file, mut code) = (Vec::new(), None, 0);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--read" => file = args.next(),
            "--exit" => {
                let text = args.next().unwrap_or_default();
                code = text
                    .parse()
                    .map_err(|_| format!("expected an exit code, found `{text}`"))?;
            }
            _ => names.push(arg),
        }
    }
    let greeting = env::var("GREETING").unwrap_or_else(|_| "Hello".to_owned());
    if names.is_empty() {
        names.push("world".to_owned());
    }
    for name in names {
        println!("{greeting}, {name}!");
    }
    if let Some(path) = file {
        print!(
            "{}",
            fs::read_to_string(&path).map_err(|error| format!("cannot read `{path}`: {error}"))?
        );
    }
    Ok(code)
}
