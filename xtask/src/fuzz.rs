//! Fuzzes the translate-and-plan stage: builds the fuzzer as a page's code is built, and runs it
//! natively. So it does with what the command and the server read components with. And what reads
//! JSON, whose types come from an engine: there a test runs for as long as it is told, with the
//! checks of a build for tests.

use crate::shell;
use crate::test::native_cargo;
use crate::workspace::{Workspace, cargo};
use anyhow::Result;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// What the fuzzer is called and compiled as.
const PACKAGE: &str = "amphi-fuzz";
const PROFILE: &str = "fuzz";

/// Where there are components to begin with.
const SEEDS: &[&str] = &[
    "tests/fuzz/seeds",
    "tests/corpus",
    "tests/conformance",
    "target/guests",
];

/// What mutated components are given to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// The page's translation.
    #[default]
    Page,
    /// The same for what was precompiled.
    File,
    /// What the command and the server read them with.
    Native,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Target::Page => "page",
            Target::File => "file",
            Target::Native => "native",
        }
    }
}

/// Feeds mutated components to what reads them, and keeps those that end it.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cargo xtask fuzz\n  cargo xtask fuzz --target native\n  cargo xtask fuzz --target file\n  cargo xtask fuzz --json --seconds 60\n  cargo xtask fuzz --seconds 60 --seed 7\n  cargo xtask fuzz --replay target/fuzz/0123456789abcdef.wasm"
)]
pub struct Options {
    /// For how many seconds.
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// What the random numbers begin with; the clock if it is left out.
    #[arg(long)]
    seed: Option<u64>,
    /// What the components are given to; `native` is built with Wasmtime, which takes long.
    #[arg(long, value_enum, default_value_t, conflicts_with = "json")]
    target: Target,
    /// Feeds changed texts in JSON to what reads them, by random types, instead.
    #[arg(long)]
    json: bool,
    /// Runs this input instead, and says what comes of it.
    #[arg(long, conflicts_with_all = ["seconds", "seed", "json"])]
    replay: Option<PathBuf>,
}

/// Builds and runs the fuzzer.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    match &options.replay {
        Some(file) => {
            let mut command = built(workspace, options.target)?;
            command.args(["replay", "--target", options.target.name()]);
            shell::shown(command.arg(file))
        }
        None if options.json => json(workspace, options),
        None => fuzz(workspace, options.target, options.seconds, options.seed),
    }
}

/// Runs the test that changes texts in JSON. Its last seed is that of a failure.
fn json(workspace: &Workspace, options: &Options) -> Result<()> {
    let name = "changed_texts_are_values_or_errors";
    let mut command = native_cargo(workspace, &["test", "--test", "values"]);
    command.args(["--", "--exact", name, "--nocapture"]);
    command.env("AMPHI_SECONDS", options.seconds.to_string());
    command.env("AMPHI_SEED", seed(options.seed)?.to_string());
    shell::shown(&mut command)
}

/// Fuzzes for some seconds.
pub fn fuzz(workspace: &Workspace, target: Target, seconds: u64, seed: Option<u64>) -> Result<()> {
    let seed = self::seed(seed)?;
    let mut command = built(workspace, target)?;
    command
        .args(["run", "--target", target.name()])
        .args(["--seconds", &seconds.to_string()])
        .args(["--seed", &seed.to_string()])
        .arg("--keep")
        .arg(workspace.target("fuzz"));
    let folders = SEEDS.iter().map(|folder| workspace.root.join(folder));
    shell::shown(command.args(folders.filter(|folder| folder.is_dir())))
}

/// The seed that was asked for, or else the clock's seconds.
fn seed(asked: Option<u64>) -> Result<u64> {
    match asked {
        Some(seed) => Ok(seed),
        None => Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs()),
    }
}

fn built(workspace: &Workspace, target: Target) -> Result<Command> {
    match target {
        Target::Page | Target::File => {
            let build = &["build", "-p", PACKAGE, "--profile", PROFILE];
            shell::quiet(&mut cargo(build))?;
        }
        Target::Native => build_with_wasmtime(workspace, &[PACKAGE])?,
    }
    Ok(program(workspace, PACKAGE))
}

/// Builds programs as the fuzzer is built for what is native: with a Wasmtime that is optimised so
/// far that it compiles megabytes in seconds.
pub fn build_with_wasmtime(workspace: &Workspace, programs: &[&str]) -> Result<()> {
    let mut build = native_cargo(workspace, &["build", "--profile", PROFILE]);
    build.args(["--features", "amphi-fuzz/native"]);
    for program in programs {
        build.args(["--bin", program]);
    }
    shell::quiet(&mut build)
}

/// A command that runs a program which is built so.
pub fn program(workspace: &Workspace, name: &str) -> Command {
    Command::new(workspace.native.join(PROFILE).join(name))
}
