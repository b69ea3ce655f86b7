//! `amphi types`: TypeScript declarations of a component.

use std::fs;
use std::path::{Path, PathBuf};

use amphi::error::Context;
use amphi::{Error, Result};
use amphi_core::contract::{self, Contract};
use amphi_core::typescript::{self, Calls, Declarations};
use clap::Args;
use serde_json::json;

use crate::load;
use crate::outcome::{Outcome, print};
use crate::runnable;

/// Write TypeScript declarations of a component's exports and imports.
///
/// For `sensor.wasm`, writes a file `sensor.d.ts` with the type `Sensor`, for `load<Sensor>(…)` of
/// `amphi-web`, and a folder `sensor` with a file for each interface, and prints the list of files.
/// Existing files are only overwritten if this command has written them.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The component
    #[arg(value_name = "COMPONENT")]
    component: PathBuf,

    /// The folder to write to
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,

    /// The WIT that the component was built from, for doc comments, which a component does not
    /// contain
    #[arg(long, value_name = "PATH")]
    wit: Option<PathBuf>,

    /// Declare exports that return promises and imports that may, as with the options `async` and
    /// `worker` of `load`
    #[arg(long = "async")]
    promised: bool,

    /// Print the list of files as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  amphi types sensor.wasm -o types
  amphi types sensor.wasm -o types --wit wit/sensor && npx tsc --noEmit";

/// Runs the command.
pub fn types(options: &Options) -> Outcome {
    let bytes = load::read(&options.component)?;
    let declared = contract::decode(&bytes)
        .map_err(Error::new)
        .and_then(|contract| declare(contract, options));
    let declared = declared.and_then(|files| runnable::component(&bytes).map(|()| files));
    let declared = declared.with_context(|| {
        format!(
            "cannot write TypeScript declarations of `{}`",
            options.component.display()
        )
    })?;
    let files: Vec<(PathBuf, String)> = declared
        .into_iter()
        .map(|file| (options.output.join(file.path), file.text))
        .collect();
    files.iter().try_for_each(|(path, _)| expect_ours(path))?;
    files
        .iter()
        .try_for_each(|(path, text)| write(path, text))?;
    let names: Vec<String> = files
        .iter()
        .map(|(path, _)| path.display().to_string())
        .collect();
    match options.json {
        true => print(&format!("{:#}", json!({ "files": names }))),
        false => print(&names.join("\n")),
    }
}

fn declare(mut contract: Contract, options: &Options) -> Result<Vec<Declarations>> {
    if let Some(path) = &options.wit {
        contract.document(&load::wit(path)?.0);
    }
    let name = options.component.file_stem().unwrap_or_default();
    let name = name.to_string_lossy();
    let calls = match options.promised {
        true => Calls::Promised,
        false => Calls::Direct,
    };
    typescript::declarations(&contract.resolve, contract.world, &name, calls).map_err(Error::new)
}

/// Refuses to overwrite what somebody else has written.
fn expect_ours(path: &Path) -> Result<()> {
    match fs::read(path) {
        Ok(text) if !text.starts_with(typescript::FIRST_LINE.as_bytes()) => {
            Err(Error::msg(format!(
                "cannot write `{}`: expected no file, or one that this command has written, found another",
                path.display()
            )))
        }
        // Whatever else is wrong with it shows when it is written.
        Ok(_) | Err(_) => Ok(()),
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create the folder `{}`", folder.display()))?;
    }
    fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))
}
