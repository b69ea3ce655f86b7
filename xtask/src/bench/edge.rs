//! The edge function host beside a bare server and `wasmtime serve`: requests in a second and how
//! long each took, and what an instance takes.
//!
//! Servers and load share no core: servers are pinned to the first, the load to the second. All are
//! measured in one run, in turn, so that noise meets all alike.

mod change;
mod instance;
mod load;
mod report;
mod server;

use super::machine;
use crate::test::build_dist;
use crate::tools;
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use load::Load;
use serde_json::{Map, Value, json};
use server::{SERVERS, Server};
use std::path::Path;

/// How many requests are under way at once.
const CONCURRENCY: [u32; 3] = [1, 16, 128];

/// How long and how often is measured.
#[derive(Clone, Copy)]
struct Pace {
    /// Of each sample, in seconds; a part of it before, to warm up.
    seconds: u32,
    rounds: usize,
}

/// Builds what is measured, and installs what it is measured with and against.
pub fn prepare(workspace: &Workspace) -> Result<()> {
    tools::wasmtime()?;
    prepare_change(workspace)
}

/// The same for what is measured against an earlier build alone.
pub fn prepare_change(workspace: &Workspace) -> Result<()> {
    tools::wrk()?;
    build_dist(workspace, &["amphi", "bench-plain", "bench-instances"])
}

fn pace(quick: bool, rounds: usize) -> Result<Pace> {
    ensure!(
        std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1),
        "expected two cores, one for servers and one for the load, found one"
    );
    Ok(match quick {
        true => Pace {
            seconds: 1,
            rounds: 1,
        },
        false => Pace { seconds: 2, rounds },
    })
}

fn progress(samples: usize) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {msg}")?;
    Ok(ProgressBar::new(samples as u64).with_style(style))
}

/// Measures this build beside `before`, another one of `amphi`.
pub fn measure_change(workspace: &Workspace, before: &Path, quick: bool) -> Result<Value> {
    change::measure(workspace, before, pace(quick, 5)?)
}

/// Writes the report of a change, and says what is worse.
pub fn write_change(folder: &Path, change: &Value) -> Result<()> {
    let (text, worse) = change::text(change)?;
    super::write(&folder.join("CHANGE.md"), &text)?;
    match worse.is_empty() {
        true => println!("no server is slower than before"),
        false => println!("slower than before:\n{}", worse.join("\n")),
    }
    Ok(())
}

/// Measures every server at every concurrency, and instances.
pub fn measure(workspace: &Workspace, quick: bool) -> Result<Value> {
    let pace = pace(quick, 3)?;
    let machine = machine::describe(workspace);
    let load = Load::new(workspace);
    let bar = progress(SERVERS.len() * CONCURRENCY.len() * pace.rounds)?;
    let amphi = Server::amphi(workspace);
    let mut samples: Map<String, Value> = Map::new();
    for _ in 0..pace.rounds {
        for concurrency in CONCURRENCY {
            for kind in &SERVERS {
                bar.set_message(format!("{} at {concurrency}", kind.name));
                let sample = load.sample(workspace, kind, &amphi, concurrency, pace.seconds)?;
                let name = format!("{}-{concurrency}", kind.name);
                let list = samples.entry(name).or_insert_with(|| json!([]));
                list.as_array_mut()
                    .context("a list of samples")?
                    .push(sample);
                bar.inc(1);
            }
        }
    }
    bar.finish_and_clear();
    Ok(json!({
        "machine": machine,
        "quick": quick,
        "seconds": pace.seconds,
        "rounds": pace.rounds,
        "wasmtime": machine::first_line(std::process::Command::new("wasmtime").arg("--version")),
        "samples": samples,
        "instances": instance::measure(workspace)?,
    }))
}

/// Writes the report that people read, and says what came of each bar.
pub fn write(folder: &Path, document: &Value) -> Result<()> {
    let edge = &document["edge"];
    if !edge.is_object() {
        return Ok(());
    }
    let file = folder.join("EDGE.md");
    let (text, verdicts) = report::text(edge)?;
    super::write(&file, &text)?;
    println!("edge:\n{}", verdicts.join("\n"));
    Ok(())
}
