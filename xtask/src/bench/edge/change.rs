//! `amphi serve` beside another build of itself: what a change costs, and how far two runs of one
//! build are apart.

use super::super::machine;
use super::load::Load;
use super::server::{Kind, SERVERS, Server};
use super::{CONCURRENCY, Pace, progress};
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use std::path::Path;

/// How much slower than the other build may be, as a share, beyond what two runs of one build
/// differ by.
const WORSE: f64 = 0.05;

const HEAD: &str = "# The edge function host before and after a change

Written by `cargo xtask bench --edge --against PROGRAM`, where `PROGRAM` is `amphi` built of an earlier commit with the profile `dist`;
[report.json](report.json) has the figures themselves.

";

const METHOD: &str = "
A round takes a sample of each server with the build before, with this one and with this one again, one after the other; [EDGE.md](EDGE.md) says how a
sample is taken. A ratio is of two samples of one round; the table has the median of the rounds. The spread is that of this build against itself: half of the rounds
are within it. A row is worse if its ratio is below 0.95 by more than the spread.
";

/// Measures every kind of `amphi serve` with `before` and with this build, twice.
pub fn measure(workspace: &Workspace, before: &Path, pace: Pace) -> Result<Value> {
    let machine = machine::describe(workspace);
    let load = Load::new(workspace);
    let after = Server::amphi(workspace);
    let builds = [("before", before), ("after", &after), ("again", &after)];
    let bar = progress(kinds().count() * CONCURRENCY.len() * pace.rounds * builds.len())?;
    let mut samples: Map<String, Value> = Map::new();
    for round in 0..pace.rounds {
        for concurrency in CONCURRENCY {
            for kind in kinds() {
                // Whoever comes first has the machine as the server before left it: that is another
                // one in each round.
                for turn in 0..builds.len() {
                    let (name, program) = builds[(turn + round) % builds.len()];
                    bar.set_message(format!("{} at {concurrency}, {name}", kind.name));
                    let sample = load
                        .sample(workspace, kind, program, concurrency, pace.seconds)
                        .with_context(|| format!("the build {name}"))?;
                    let key = format!("{}-{concurrency}", kind.name);
                    let builds = samples.entry(key).or_insert_with(|| json!({}));
                    match builds[name].as_array_mut() {
                        Some(list) => list.push(sample),
                        None => builds[name] = json!([sample]),
                    }
                    bar.inc(1);
                }
            }
        }
    }
    bar.finish_and_clear();
    Ok(json!({
        "machine": machine,
        "before": machine::first_line(std::process::Command::new(before).arg("--version")),
        "seconds": pace.seconds,
        "rounds": pace.rounds,
        "samples": samples,
    }))
}

/// The report that people read, and what is worse.
pub fn text(change: &Value) -> Result<(String, Vec<String>)> {
    let mut text = format!(
        "{HEAD}- {}.\n- Samples of {} s, {} rounds.\n",
        machine::line(&change["machine"]),
        change["seconds"],
        change["rounds"]
    );
    text += "\n| server | at once | before, a second | after, a second | after ÷ before | spread | worse | p99 after ÷ before |\n|---|--:|--:|--:|--:|--:|---|--:|\n";
    let mut verdicts = Vec::new();
    for kind in kinds() {
        for concurrency in CONCURRENCY {
            let key = format!("{}-{concurrency}", kind.name);
            let builds = &change["samples"][&key];
            let rate = |build| numbers(builds, build, &key, rate);
            let (before, after, again) = (rate("before")?, rate("after")?, rate("again")?);
            let p99 = |build| numbers(builds, build, &key, |sample| sample["p99"].as_f64());
            // Both runs of this build are compared with the one before.
            let mut ratios = ratios(&after, &before);
            ratios.extend(self::ratios(&again, &before));
            let ratio = median(&ratios);
            let apart: Vec<f64> = self::ratios(&again, &after)
                .iter()
                .map(|ratio| (ratio - 1.0).abs())
                .collect();
            let spread = median(&apart);
            let worse = ratio < 1.0 - WORSE - spread;
            text += &format!(
                "| {} | {concurrency} | {:.0} | {:.0} | {ratio:.2} | ± {spread:.2} | {} | {:.2} |\n",
                kind.title,
                median(&before),
                median(&after),
                if worse { "**yes**" } else { "no" },
                median(&self::ratios(&p99("after")?, &p99("before")?)),
            );
            if worse {
                verdicts.push(format!(
                    "{key}: {ratio:.2} ± {spread:.2} of the other build"
                ));
            }
        }
    }
    Ok((text + METHOD, verdicts))
}

fn kinds() -> impl Iterator<Item = &'static Kind> {
    SERVERS.iter().filter(|kind| kind.is_amphi())
}

/// Requests in a second.
fn rate(sample: &Value) -> Option<f64> {
    Some(sample["requests"].as_f64()? / sample["micros"].as_f64()? * 1e6)
}

fn numbers(
    builds: &Value,
    build: &str,
    key: &str,
    number: impl Fn(&Value) -> Option<f64>,
) -> Result<Vec<f64>> {
    let list = builds[build].as_array().into_iter().flatten();
    let found: Option<Vec<f64>> = list.map(number).collect();
    let found = found.filter(|found| !found.is_empty());
    found.with_context(|| format!("expected samples of `{key}`, {build}"))
}

fn ratios(these: &[f64], those: &[f64]) -> Vec<f64> {
    these.iter().zip(those).map(|(a, b)| a / b).collect()
}

fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
