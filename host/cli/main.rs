//! The command `amphi`: run, serve, inspect, check, describe, compile and make WebAssembly
//! components.
//!
//! One file per command; here is only which commands there are. Standard output carries a command's
//! result and nothing else. What a command ends with, and the exit code of that, is in [`outcome`].

mod check;
mod compile;
mod componentize;
mod inspect;
mod link;
mod load;
mod outcome;
mod run;
mod runnable;
#[cfg(all(unix, feature = "serve"))]
mod serve;
mod stream;
mod types;

use std::panic;
use std::process::ExitCode;

use amphi_core::contract;
use clap::{Parser, Subcommand};
#[cfg(target_os = "linux")]
use tikv_jemallocator::Jemalloc;

/// A call makes and drops some hundred pieces of memory, some of them of several kilobytes.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// Run, serve, inspect and check WebAssembly components.
#[derive(Parser)]
#[command(name = "amphi", version, after_help = EXIT_CODES, arg_required_else_help = true)]
struct Amphi {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Options),
    #[cfg(all(unix, feature = "serve"))]
    Serve(serve::Options),
    Inspect(inspect::Options),
    Check(check::Options),
    Types(types::Options),
    Compile(compile::Options),
    Componentize(componentize::Options),
}

const EXIT_CODES: &str = "\
Exit codes:
  0  success, also if the reader of the output is gone
  1  a negative result: the guest trapped or returned an error; the check found breaking changes; requests were cut off
  2  the command failed

If the guest exits with an exit code, `amphi run` exits with that code.";

fn main() -> ExitCode {
    // This program compiles components for itself, as a child within limits.
    #[cfg(all(unix, feature = "serve"))]
    if let Some(code) = amphi_edge::run_if_child() {
        return code;
    }
    tell_of_panics_that_end_it();
    let outcome = match Amphi::parse().command {
        Command::Run(options) => run::run(options),
        #[cfg(all(unix, feature = "serve"))]
        Command::Serve(options) => serve::serve(&options),
        Command::Inspect(options) => inspect::inspect(&options),
        Command::Check(options) => check::check(&options),
        Command::Types(options) => types::types(&options),
        Command::Compile(options) => compile::compile(&options),
        Command::Componentize(options) => componentize::componentize(&options),
    };
    outcome::conclude(outcome)
}

/// Leaves out panics that become errors.
fn tell_of_panics_that_end_it() {
    let tell = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if !contract::is_asserting() {
            tell(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Amphi::command().debug_assert();
    }
}
