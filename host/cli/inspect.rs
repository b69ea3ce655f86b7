//! `amphi inspect`: what a component imports and exports, and what it is made of.

use std::path::PathBuf;

use amphi::Error;
use amphi::error::Context;
use amphi_core::contract::{self, Packages};
use clap::Args;

use crate::load;
use crate::outcome::{Outcome, print};
use crate::runnable;

/// Show what a component imports and exports.
///
/// Prints the component's world in WIT, preceded by comments with its size, its number of core
/// modules, its WASI version, and the reason if no host here supports it.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The component
    #[arg(value_name = "COMPONENT")]
    component: PathBuf,

    /// Print JSON
    #[arg(long)]
    json: bool,

    /// Include the WASI packages, so that the WIT is complete
    #[arg(long, conflicts_with = "json")]
    wasi: bool,
}

const EXAMPLES: &str = "\
Examples:
  amphi inspect calc.wasm
  amphi inspect --wasi calc.wasm > calc.wit
  amphi inspect --json calc.wasm";

/// Runs the command.
pub fn inspect(options: &Options) -> Outcome {
    let bytes = load::read(&options.component)?;
    let contract = contract::decode(&bytes)
        .map_err(Error::new)
        .with_context(|| format!("cannot inspect `{}`", options.component.display()))?;
    let refused = runnable::component(&bytes).err();
    let refused = refused.map(|error| format!("{error:#}"));
    if options.json {
        return print(&format!("{:#}", contract.inspected_json(refused)));
    }
    let packages = if options.wasi {
        Packages::All
    } else {
        Packages::Own
    };
    let text = contract.inspected(packages, refused);
    print(&text.map_err(Error::new)?)
}
