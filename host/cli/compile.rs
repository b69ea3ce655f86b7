//! `amphi compile`: a component compiled ahead of time.

use std::fs;
use std::path::PathBuf;

use amphi::Result;
use amphi::error::Context;
use amphi_core::binary;
use clap::{Args, ValueEnum};

use crate::outcome::Outcome;
use crate::{load, runnable};

/// Compile a component ahead of time, so that loading it takes no compiler.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The component
    #[arg(value_name = "COMPONENT")]
    component: PathBuf,

    /// What the file is for
    #[arg(long, value_enum)]
    target: Target,

    /// Where to write the file
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  amphi compile hello.wasm --target native -o hello.cwasm && amphi run --allow-precompiled hello.cwasm Ada";

#[derive(Clone, Copy, ValueEnum)]
enum Target {
    /// Machine code for this version of `amphi` on this kind of machine: it is not checked when it
    /// is loaded, so load only files that you have made
    Native,
}

/// Runs the command.
pub fn compile(options: &Options) -> Outcome {
    let component = load::read(&options.component)?;
    let compiled = match options.target {
        Target::Native => native(&component),
    };
    let compiled =
        compiled.with_context(|| format!("cannot compile `{}`", options.component.display()))?;
    fs::write(&options.output, compiled)
        .with_context(|| format!("cannot write `{}`", options.output.display()))?;
    Ok(())
}

fn native(component: &[u8]) -> Result<Vec<u8>> {
    binary::anatomy(component)?;
    amphi::check_bytes(component)?;
    runnable::engine()?.precompile_component(component)
}
