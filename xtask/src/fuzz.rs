//! Fuzzes the translate-and-plan stage: builds the fuzzer as a page's code is built, and runs it natively. And what reads JSON, whose types come
//! from an engine: there a test runs for as long as it is told, with the checks of a build for tests.

use crate::shell;
use crate::test::native_cargo;
use crate::workspace::{Workspace, cargo};
use anyhow::Result;
use clap::Args;
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

/// Feeds mutated components to the page's translation, natively, and keeps those that end it.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cargo xtask fuzz\n  cargo xtask fuzz --json --seconds 60\n  cargo xtask fuzz --seconds 60 --seed 7\n  cargo xtask fuzz --replay target/fuzz/0123456789abcdef.wasm"
)]
pub struct Options {
    /// For how many seconds.
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// What the random numbers begin with; the clock if it is left out.
    #[arg(long)]
    seed: Option<u64>,
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
        Some(file) => shell::shown(built(workspace)?.arg("replay").arg(file)),
        None if options.json => json(workspace, options),
        None => fuzz(workspace, options.seconds, options.seed),
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
pub fn fuzz(workspace: &Workspace, seconds: u64, seed: Option<u64>) -> Result<()> {
    let seed = self::seed(seed)?;
    let mut command = built(workspace)?;
    command
        .args(["run", "--seconds", &seconds.to_string()])
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

fn built(workspace: &Workspace) -> Result<Command> {
    shell::quiet(&mut cargo(&["build", "-p", PACKAGE, "--profile", PROFILE]))?;
    Ok(Command::new(workspace.native.join(PROFILE).join(PACKAGE)))
}
