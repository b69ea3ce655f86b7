//! `amphi componentize`: a core module to a component.

use std::fs;
use std::path::PathBuf;

use amphi::Error;
use amphi::error::Context;
use amphi_core::componentize;
use clap::{Args, ValueEnum};

use crate::outcome::Outcome;
use crate::{load, runnable};

/// Convert a core module to a component.
///
/// The module either imports WASI preview 1, as built by Go, C and older Rust toolchains, or
/// contains the world that it was built for.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The core module
    #[arg(value_name = "MODULE")]
    module: PathBuf,

    /// Where to write the component
    #[arg(short, long, value_name = "COMPONENT")]
    output: PathBuf,

    /// The kind of component; default: a command if the module exports `_start`, otherwise a
    /// reactor
    #[arg(long, value_enum)]
    adapter: Option<Adapter>,
}

const EXAMPLES: &str = "\
Examples:
  amphi componentize hello.p1.wasm -o hello.wasm && amphi run hello.wasm
  amphi componentize --adapter reactor library.p1.wasm -o library.wasm";

/// The world that stands in for WASI preview 1.
#[derive(Clone, Copy, ValueEnum)]
enum Adapter {
    /// A program that runs once
    Command,
    /// A library that can be called many times
    Reactor,
    /// An HTTP request handler
    Proxy,
}

impl From<Adapter> for componentize::Adapter {
    fn from(adapter: Adapter) -> Self {
        match adapter {
            Adapter::Command => Self::Command,
            Adapter::Reactor => Self::Reactor,
            Adapter::Proxy => Self::Proxy,
        }
    }
}

/// Runs the command.
pub fn componentize(options: &Options) -> Outcome {
    let module = load::read(&options.module)?;
    let component = componentize::componentize(&module, options.adapter.map(Into::into))
        .map_err(Error::new)
        .and_then(|component| runnable::component(&component).map(|()| component))
        .with_context(|| {
            format!(
                "cannot convert to a component: `{}`",
                options.module.display()
            )
        })?;
    fs::write(&options.output, component)
        .with_context(|| format!("cannot write `{}`", options.output.display()))?;
    Ok(())
}
