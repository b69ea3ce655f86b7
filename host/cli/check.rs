//! `amphi check`: whether a component can take another's place.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use amphi::error::Context;
use amphi::{Error, Result};
use amphi_core::abi::{self, Change, Effect, Report, Side, Unstable, Verdict};
use amphi_core::contract::{self, ContractError};
use clap::Args;
use semver::Version;
use serde_json::{Value, json};
use wit_parser::{PackageId, Resolve, WorldId};

use crate::outcome::{Failure, Outcome, print_and};
use crate::{load, runnable};

/// Check whether a component can replace another, and list all differences.
///
/// Each is a component, a binary WIT package, or a WIT file or folder. Everything that callers of
/// the old one use must be unchanged, and the new one may not import more. Components that no host
/// supports are not compared. Items that WIT marks as unstable are left out and listed.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The component or WIT to replace
    #[arg(value_name = "OLD")]
    old: PathBuf,

    /// Its replacement
    #[arg(value_name = "NEW")]
    new: PathBuf,

    /// The world, if the WIT has several
    #[arg(long, value_name = "NAME")]
    world: Option<String>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Exit codes:
  0  compatible: the new one can replace the old one
  1  breaking: it would break callers, or imports more
  2  the comparison failed

Examples:
  amphi check calc-1.0.0.wasm calc-1.1.0.wasm
  amphi check wit/calc-1.0.0 target/calc.wasm
  amphi check --json old.wasm new.wasm | jq .changes";

/// Runs the command.
pub fn check(options: &Options) -> Outcome {
    let world = options.world.as_deref();
    let (old, new) = (
        world_of(&options.old, world)?,
        world_of(&options.new, world)?,
    );
    let report = abi::compare(old.side(), new.side());
    let version = abi::exported_version(old.side());
    let left_out = LeftOut {
        old: &old.unstable,
        new: &new.unstable,
    };
    let text = match options.json {
        true => format!("{:#}", to_json(&report, version, &left_out)),
        false => to_text(&report, version, &left_out),
    };
    let outcome = match report.verdict() {
        Verdict::Breaking => Err(Failure::Written),
        Verdict::Same | Verdict::Compatible => Ok(()),
    };
    print_and(&text, outcome)
}

/// A world that was read.
struct Found {
    resolve: Resolve,
    world: WorldId,
    /// What is not in it.
    unstable: Vec<Unstable>,
}

/// What is not compared, since it is unstable.
struct LeftOut<'a> {
    old: &'a [Unstable],
    new: &'a [Unstable],
}

impl Found {
    fn side(&self) -> Side<'_> {
        Side {
            resolve: &self.resolve,
            world: self.world,
        }
    }
}

fn world_of(path: &Path, world: Option<&str>) -> Result<Found> {
    read(path, world).with_context(|| format!("cannot read a world from `{}`", path.display()))
}

fn read(path: &Path, world: Option<&str>) -> Result<Found> {
    let is_text = path.extension().is_some_and(|extension| extension == "wit");
    if is_text || path.is_dir() {
        let (resolve, package) = load::wit(path)?;
        let mut found = runnable_one(select(resolve, package, world)?)?;
        let name = &found.resolve.worlds[found.world].name;
        let (resolve, package) = load::whole_wit(path)?;
        let whole = select(resolve, package, Some(name))?;
        found.unstable = abi::unstable(found.side(), whole.side());
        return Ok(found);
    }
    let bytes = load::read(path)?;
    match contract::decode(&bytes) {
        Ok(contract) => {
            runnable::component(&bytes)?;
            Ok(Found {
                resolve: contract.resolve,
                world: contract.world,
                unstable: Vec::new(),
            })
        }
        Err(ContractError::Package { .. }) => {
            let (resolve, package) = contract::package(&bytes)?;
            runnable_one(select(resolve, package, world)?)
        }
        Err(error) => Err(Error::new(error)),
    }
}

/// The world, if there is a host here that runs its components.
fn runnable_one(found: Found) -> Result<Found> {
    runnable::world(&found.resolve, found.world)?;
    Ok(found)
}

fn select(resolve: Resolve, package: PackageId, world: Option<&str>) -> Result<Found> {
    let world = resolve
        .select_world(&[package], world)
        .map_err(|error| Error::from_boxed(error.into_boxed_dyn_error()))?;
    Ok(Found {
        resolve,
        world,
        unstable: Vec::new(),
    })
}

fn to_text(report: &Report, version: Option<&Version>, left_out: &LeftOut<'_>) -> String {
    let mut text = report.verdict().to_string();
    if let Some(next) = next(report, version) {
        write!(text, ": raise the version to {next} at least").expect("a string takes it");
    }
    text.push('\n');
    for (effect, title) in [
        (Effect::Breaking, "breaks"),
        (Effect::Compatible, "adds"),
        (Effect::Invisible, "does not affect others"),
    ] {
        let changes = report.changes.iter().filter(|c| c.effect() == effect);
        for (index, change) in changes.enumerate() {
            if index == 0 {
                write!(text, "\n{title}:\n").expect("a string takes it");
            }
            writeln!(text, "  {change}").expect("a string takes it");
        }
    }
    let old = left_out.old.iter().map(|unstable| (unstable, "old"));
    let new = left_out.new.iter().map(|unstable| (unstable, "new"));
    for (index, (Unstable { path, feature }, which)) in old.chain(new).enumerate() {
        if index == 0 {
            text.push_str("\nleft out as unstable:\n");
        }
        write!(text, "  `{path}` of the {which} one").expect("a string takes it");
        if let Some(feature) = feature {
            write!(text, ", with the feature `{feature}`").expect("a string takes it");
        }
        text.push('\n');
    }
    text
}

/// The version that the change asks for.
fn next(report: &Report, version: Option<&Version>) -> Option<String> {
    let raised = report.bump().applied_to(version?);
    (Some(&raised) != version).then(|| raised.to_string())
}

fn to_json(report: &Report, version: Option<&Version>, left_out: &LeftOut<'_>) -> Value {
    let unstable = |unstable: &[Unstable]| -> Value {
        let each = unstable.iter();
        each.map(|Unstable { path, feature }| json!({ "path": path, "feature": feature }))
            .collect()
    };
    json!({
        "verdict": report.verdict().as_str(),
        "bump": report.bump().as_str(),
        "version": version.map(ToString::to_string),
        "next": next(report, version),
        "changes": report.changes.iter().map(change).collect::<Vec<_>>(),
        "unstable": { "old": unstable(left_out.old), "new": unstable(left_out.new) },
    })
}

fn change(change: &Change) -> Value {
    let effect = match change.effect() {
        Effect::Breaking => "breaking",
        Effect::Compatible => "compatible",
        Effect::Invisible => "invisible",
    };
    json!({
        "class": change.class.as_str(),
        "effect": effect,
        "path": change.path,
        "expected": change.expected,
        "found": change.found,
    })
}
