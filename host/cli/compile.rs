//! `amphi compile`: a component compiled ahead of time.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use amphi::error::Context;
use amphi::{Result, ensure};
use amphi_core::{binary, features};
use amphi_precompile::Files;
use clap::{Args, ValueEnum};

use crate::outcome::Outcome;
use crate::{load, runnable};

/// Compile a component ahead of time, so that loading it takes no compiler.
///
/// A file for the page is what `amphi-web/runtime` loads in JavaScript and `Component::deserialize`
/// in Rust. If a core module has several memories, FILE.single-memory is written too, for browsers
/// that allow one: serve it beside FILE, or append it.
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
  amphi compile sensor.wasm --target page -o sensor.page
  amphi compile hello.wasm --target native -o hello.cwasm && amphi run --allow-precompiled hello.cwasm Ada";

#[derive(Clone, Copy, ValueEnum)]
enum Target {
    /// Any browser: a plan of the component and its core modules, all of which is checked when it
    /// is loaded
    Page,
    /// Machine code for this version of `amphi` on this kind of machine: it is not checked when it
    /// is loaded, so load only files that you have made
    Native,
}

/// Runs the command.
pub fn compile(options: &Options) -> Outcome {
    let component = load::read(&options.component)?;
    let tail_output = beside(&options.output);
    for output in [&options.output, &tail_output] {
        expect_other(output, &options.component)?;
    }
    let compiled = match options.target {
        Target::Page => amphi_precompile::precompile(&component, features::taken()),
        Target::Native => native(&component),
    };
    let Files {
        file,
        single_memory,
    } = compiled.with_context(|| format!("cannot compile `{}`", options.component.display()))?;
    write(&options.output, &file)?;
    if let Some(tail) = single_memory {
        write(&tail_output, &tail)?;
    }
    Ok(())
}

fn native(component: &[u8]) -> Result<Files> {
    binary::anatomy(component)?;
    amphi::check_bytes(component)?;
    let file = runnable::engine()?.precompile_component(component)?;
    Ok(Files {
        file,
        single_memory: None,
    })
}

/// Where the tail for browsers goes that allow one memory.
fn beside(output: &Path) -> PathBuf {
    let mut name = OsString::from(output);
    name.push(".single-memory");
    name.into()
}

/// Refuses to write where the component is, which would be lost.
fn expect_other(output: &Path, component: &Path) -> Result<()> {
    let is_there = |path: &Path| fs::canonicalize(path).ok();
    ensure!(
        is_there(output).is_none_or(|there| is_there(component) != Some(there)),
        "cannot write `{}`: expected another file than the component",
        output.display()
    );
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write `{}`", path.display()))
}
