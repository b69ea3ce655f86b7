//! The native half: criterion, and what it left behind.

use super::machine;
use crate::shell;
use crate::workspace::{Workspace, cargo};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Builds the benchmark.
pub fn prepare() -> Result<()> {
    shell::quiet(&mut cargo(&[
        "bench",
        "-p",
        "amphi-cli",
        "--bench",
        "native",
        "--no-run",
    ]))
}

/// Runs criterion and takes down what it measured: for each shape the median, the least and the
/// most of its samples.
pub fn measure(workspace: &Workspace, quick: bool) -> Result<Value> {
    let folder = workspace.target("criterion");
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot empty `{}`", folder.display()))?;
    }
    let machine = machine::describe(workspace);
    let mut command = cargo(&[
        "bench",
        "-p",
        "amphi-cli",
        "--bench",
        "native",
        "--",
        "--noplot",
    ]);
    if quick {
        command.args([
            "--warm-up-time",
            "0.3",
            "--measurement-time",
            "1",
            "--sample-size",
            "15",
        ]);
    }
    shell::quiet(command.env("CRITERION_HOME", &folder))?;
    let mut figures = serde_json::Map::new();
    for entry in
        fs::read_dir(&folder).with_context(|| format!("cannot read `{}`", folder.display()))?
    {
        let entry = entry?;
        let measured = entry.path().join("new");
        if measured.is_dir() {
            let name = entry.file_name().to_string_lossy().into_owned();
            figures.insert(name, figure(&measured)?);
        }
    }
    ensure!(
        !figures.is_empty(),
        "expected figures in `{}`, found none",
        folder.display()
    );
    Ok(json!({ "machine": machine, "quick": quick, "figures": figures }))
}

fn figure(folder: &Path) -> Result<Value> {
    let estimates = read(&folder.join("estimates.json"))?;
    let sample = read(&folder.join("sample.json"))?;
    let median = estimates["median"]["point_estimate"]
        .as_f64()
        .with_context(|| format!("expected a median in `{}`", folder.display()))?;
    let numbers = |name: &str| -> Vec<f64> {
        let list = sample[name]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        list.iter().filter_map(Value::as_f64).collect()
    };
    let each: Vec<f64> = numbers("times")
        .iter()
        .zip(numbers("iters"))
        .map(|(time, times)| time / times)
        .collect();
    Ok(json!({
        "median": median,
        "min": each.iter().copied().reduce(f64::min),
        "max": each.iter().copied().reduce(f64::max),
        "samples": each.len(),
    }))
}

fn read(file: &Path) -> Result<Value> {
    let bytes = fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("expected JSON in `{}`", file.display()))
}
