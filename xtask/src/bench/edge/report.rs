//! The report that people read, `docs/bench/EDGE.md`.

use super::super::machine;
use super::CONCURRENCY;
use super::instance::GUESTS;
use super::server::SERVERS;
use anyhow::{Context, Result};
use serde_json::Value;

/// The title, the server, what it is compared with, and how many times that it must be at least.
const BARS: [(&str, &str, &str, f64); 3] = [
    (
        "`wasi:http`, a fresh instance, ≥ 1.15 × `wasmtime serve`",
        "amphi",
        "wasmtime",
        1.15,
    ),
    (
        "`wasi:http`, a fresh instance, ≥ 45 % of plain hyper",
        "amphi",
        "plain",
        0.45,
    ),
    (
        "JSON `add`, a fresh instance, ≥ 40 % of plain hyper",
        "amphi-add",
        "plain-post",
        0.40,
    ),
];
/// How many times a bare instance one of the host's may take at most.
const INSTANCE: f64 = 1.2;

const HEAD: &str = "# The edge function host, measured

Written by `cargo xtask bench --edge`; [report.json](report.json) has the figures themselves.

";

const METHOD: &str = "
## How it is measured

`amphi` is built with the profile `dist`, `wasmtime` as `cargo install` does. Every server is a program of its own, pinned to one core; `wrk` sends from another, over connections that it keeps. All answer the same bytes: `plain
hyper` from a constant, `wasmtime serve` and `amphi serve` by the same component, `words`, a guest of WASI 0.2 in Rust (`respond-0-3` for WASI 0.3, `calc-1-1` for
JSON). Both have the pooling allocator with the same settings and write no line for a request. `amphi serve` has its limits on: a wall and a CPU deadline,
memory, tables, handles, bytes; `wasmtime serve` has none unless a row says so. WASI 0.3 in `wasmtime serve` reuses an instance for 128
calls, which is its default; in `amphi serve` every call of every row but one has an instance of its own. Servers are started anew for each sample and warmed up for
a second; a round takes one sample of each; a figure is the median of the rounds, and its latencies are those of the same sample.

An instance by the host is what a call gets: its state with everything granted and counted, its store with limits and deadlines, and the instance. A bare one is a store without
limits, whose context of WASI is made when the guest asks for it as the host's is, and an instance of an `InstancePre` in a pool with the same settings. Both are made and dropped in turn; a
figure is the median of 40 batches of 500. Memory is what the process grows by for each of 150 instances that live at once.
";

/// One figure: the sample in the middle.
#[derive(Clone, Copy)]
struct Sample {
    /// In a second.
    requests: f64,
    /// In microseconds.
    p50: f64,
    p99: f64,
}

/// The report, and a line for each bar.
pub fn text(edge: &Value) -> Result<(String, Vec<String>)> {
    let rows: Vec<[String; 3]> = bars(edge)?;
    let mut text = format!("{HEAD}- {}.", machine::line(&edge["machine"]));
    text += &format!(
        "\n- {}; samples of {} s, {} rounds.\n",
        edge["wasmtime"].as_str().unwrap_or("wasmtime"),
        edge["seconds"],
        edge["rounds"]
    );
    text += "\n## What is demanded\n\n| asked | measured | met |\n|---|---|---|\n";
    let mut verdicts = Vec::new();
    for [title, measured, met] in rows {
        text += &format!("| {title} | {measured} | {met} |\n");
        verdicts.push(format!("{title}: {measured} ({met})"));
    }
    for concurrency in CONCURRENCY {
        let calls = if concurrency == 1 {
            "request"
        } else {
            "requests"
        };
        text += &format!(
            "\n## {concurrency} {calls} at once\n\n{}",
            table(edge, concurrency)?
        );
    }
    text += &format!("\n## An instance\n\n{}", instances(edge)?);
    Ok((text + METHOD, verdicts))
}

fn bars(edge: &Value) -> Result<Vec<[String; 3]>> {
    let mut rows = Vec::new();
    for (title, server, against, least) in BARS {
        let mut ratios = Vec::new();
        for concurrency in CONCURRENCY {
            let ratio = |name| sample(edge, name, concurrency);
            ratios.push(ratio(server)?.requests / ratio(against)?.requests);
        }
        let words: Vec<_> = CONCURRENCY
            .iter()
            .zip(&ratios)
            .map(|(concurrency, ratio)| format!("{ratio:.2} at {concurrency}"))
            .collect();
        let met = ratios.iter().all(|ratio| *ratio >= least);
        rows.push([title.to_owned(), words.join(", "), verdict(met)]);
    }
    for guest in GUESTS {
        let [host, bare] = pair(edge, guest, "nanoseconds")?;
        rows.push([
            format!("an instance of `{guest}` ≤ {INSTANCE} × a bare `InstancePre`"),
            format!("{:.2}", host / bare),
            verdict(host / bare <= INSTANCE),
        ]);
    }
    Ok(rows)
}

fn verdict(met: bool) -> String {
    (if met { "yes" } else { "**no**" }).to_owned()
}

fn table(edge: &Value, concurrency: u32) -> Result<String> {
    let mut text = "| server | requests in a second | of plain hyper | p50, µs | p99, µs |\n|---|--:|--:|--:|--:|\n".to_owned();
    for kind in &SERVERS {
        let found = sample(edge, kind.name, concurrency)?;
        let ceiling = if kind.body.is_some() {
            "plain-post"
        } else {
            "plain"
        };
        let share = found.requests / sample(edge, ceiling, concurrency)?.requests;
        text += &format!(
            "| {} | {:.0} | {:.0} % | {:.0} | {:.0} |\n",
            kind.title,
            found.requests,
            share * 100.0,
            found.p50,
            found.p99
        );
    }
    Ok(text)
}

fn instances(edge: &Value) -> Result<String> {
    let mut text = "| guest | by the host, µs | bare, µs | by the host, kB | bare, kB |\n|---|--:|--:|--:|--:|\n".to_owned();
    for guest in GUESTS {
        let times = pair(edge, guest, "nanoseconds")?.map(|nanoseconds| nanoseconds / 1e3);
        let sizes = pair(edge, guest, "bytes")?.map(|bytes| bytes / 1e3);
        text += &format!(
            "| `{guest}` | {:.2} | {:.2} | {:.0} | {:.0} |\n",
            times[0], times[1], sizes[0], sizes[1]
        );
    }
    Ok(text)
}

/// By the host and bare.
fn pair(edge: &Value, guest: &str, what: &str) -> Result<[f64; 2]> {
    let found = &edge["instances"][guest][what];
    let number = |kind: &str| {
        found[kind]
            .as_f64()
            .with_context(|| format!("expected {what} of `{guest}`, {kind}"))
    };
    Ok([number("host")?, number("bare")?])
}

/// The sample in the middle, by how many requests were answered in a second.
fn sample(edge: &Value, name: &str, concurrency: u32) -> Result<Sample> {
    let key = format!("{name}-{concurrency}");
    let list = edge["samples"][&key].as_array();
    let list = list.with_context(|| format!("expected samples of `{key}`"))?;
    let number = |sample: &Value, field: &str| {
        let found = sample[field].as_f64();
        found.with_context(|| format!("expected a number `{field}` of `{key}`"))
    };
    let mut samples = Vec::new();
    for one in list {
        samples.push(Sample {
            requests: number(one, "requests")? / number(one, "micros")? * 1e6,
            p50: number(one, "p50")?,
            p99: number(one, "p99")?,
        });
    }
    samples.sort_by(|one, other| one.requests.total_cmp(&other.requests));
    let middle = samples.get(samples.len() / 2).copied();
    middle.with_context(|| format!("expected samples of `{key}`, found none"))
}
