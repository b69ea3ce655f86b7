//! `amphi componentize`: a core module to a component.

use std::fs;
use std::path::PathBuf;

use amphi::error::Context;
use amphi::{Error, Result};
use amphi_core::binary::{self, CoreModule};
use clap::{Args, ValueEnum};
use wasi_preview1_component_adapter_provider as provider;
use wit_component::ComponentEncoder;

use crate::load;
use crate::outcome::Outcome;

/// Make a component of a core module.
///
/// The module is one that was built for WASI preview 1, as Go, C and older Rust build them, or one that carries the
/// world that it was built for.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The core module
    #[arg(value_name = "MODULE")]
    module: PathBuf,

    /// Where to write the component
    #[arg(short, long, value_name = "COMPONENT")]
    output: PathBuf,

    /// What the module becomes; without this, a command if it exports `_start`, and else a reactor
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
    /// A program, run once
    Command,
    /// A library, called as often as one likes
    Reactor,
    /// A handler of HTTP requests
    Proxy,
}

impl Adapter {
    fn module(self) -> &'static [u8] {
        match self {
            Self::Command => provider::WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
            Self::Reactor => provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
            Self::Proxy => provider::WASI_SNAPSHOT_PREVIEW1_PROXY_ADAPTER,
        }
    }
}

/// Runs the command.
pub fn componentize(options: &Options) -> Outcome {
    let module = load::read(&options.module)?;
    let component = convert(&module, options.adapter)
        .with_context(|| format!("cannot make a component of `{}`", options.module.display()))?;
    fs::write(&options.output, component)
        .with_context(|| format!("cannot write `{}`", options.output.display()))?;
    Ok(())
}

fn convert(module: &[u8], adapter: Option<Adapter>) -> Result<Vec<u8>> {
    let facts = binary::core_module(module)?;
    if !facts.preview1 && !facts.world {
        return Err(Error::msg(
            "expected a module that imports `wasi_snapshot_preview1` or carries its world, found one that does neither",
        ));
    }
    let adapter = adapter.unwrap_or_else(|| choose(facts));
    ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|encoder| {
            encoder.adapter(
                provider::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
                adapter.module(),
            )
        })
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| Error::from_boxed(error.into_boxed_dyn_error()))
}

fn choose(facts: CoreModule) -> Adapter {
    match facts.program {
        true => Adapter::Command,
        false => Adapter::Reactor,
    }
}
