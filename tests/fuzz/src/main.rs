//! Feeds mutated components to the translate-and-plan stage of the page's engine, natively; or,
//! with the feature `native`, to what the command and the server read them with. Nothing may panic,
//! however broken.
//!
//! In a page a panic ends the application, and natively an exhausted stack or memory ends the
//! process, so whatever ends a process here is a failure: a panic, an exhausted stack, too much
//! memory, a run without an end. That cannot be caught inside a process; so a `worker` process runs
//! the inputs, and this one watches it, makes the input smaller that ended it, keeps it, and starts
//! another.
//!
//! - `seeds`: the components to begin with
//! - `binary`, `mutate`: a component as a tree of sections and items, and what is done to it
//! - `target`: what is run on each input; `native`: the same for what reads them natively
//! - `worker`: the loop over inputs; `watch`: the process around it; `minimise`: smaller inputs
//!   that fail alike

mod binary;
mod minimise;
mod mutate;
#[cfg(feature = "native")]
mod native;
mod seeds;
mod target;
mod watch;
mod worker;

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use target::Target;

#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Mutates components for a while; fails if an input ended a worker.
    Run(watch::Options),
    /// Runs the inputs of one process. `run` starts it.
    Worker(worker::Options),
    /// Runs one input, and says what comes of it.
    Replay(Replay),
}

#[derive(Debug, Args)]
struct Replay {
    /// What it is given to.
    #[arg(long, value_enum, default_value_t)]
    target: Target,
    /// The input.
    file: PathBuf,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Action::Run(options) => watch::run(&options),
        Action::Worker(options) => worker::run(options),
        Action::Replay(replay) => worker::replay(replay.target, &replay.file),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
