//! What takes too long for a test: the served program told to end under load, reloaded a thousand
//! times, killed in the middle, and called by slow, greedy and steering clients. Writes
//! `docs/bench/SOAK.md`.

use crate::shell::{self, Core};
use crate::test::build_dist;
use crate::workspace::{DIST, Workspace};
use crate::{bench, guests};
use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::fmt::Write;
use std::process::Stdio;

/// Runs `amphi serve` under load for long and writes `docs/bench/SOAK.md`: fails where a request is
/// lost, or bad clients are noticed by good ones.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cargo xtask soak\n  cargo xtask soak drain --rounds 5")]
pub struct Options {
    /// What to run; everything unless something is named. What is not run keeps its figures.
    parts: Vec<Part>,
    /// How often, of `clients` for how many seconds; each part has a number of its own.
    #[arg(long, value_name = "COUNT")]
    rounds: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// SIGTERM while clients call and stream, over HTTP/1.1 and HTTP/2.
    Drain,
    /// A component of 50 kB is replaced while clients call.
    Reload,
    /// SIGKILL while a component is compiled and kept.
    Kill,
    /// Slow, greedy and steering clients beside good ones.
    Clients,
}

const PARTS: [Part; 4] = [Part::Drain, Part::Reload, Part::Kill, Part::Clients];

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Drain => "drain",
            Self::Reload => "reload",
            Self::Kill => "kill",
            Self::Clients => "clients",
        }
    }

    fn rounds(self) -> u32 {
        match self {
            Self::Drain => 100,
            Self::Reload => 1000,
            Self::Kill => 100,
            Self::Clients => 25,
        }
    }

    /// The title of its section in the report, and what that says of what was found.
    fn section(self, found: &Value) -> (&'static str, String) {
        match self {
            Self::Drain => ("Told to end under load", drained(found)),
            Self::Reload => ("Reloaded under load", reloaded(found)),
            Self::Kill => ("Killed", killed(found)),
            Self::Clients => ("Slow, greedy and steering clients", beside(found)),
        }
    }
}

/// Runs the parts, and writes the report.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    guests::build(workspace)?;
    build_dist(workspace, &["amphi", "soak"])?;
    let folder = workspace.root.join("docs/bench");
    let file = folder.join("soak.json");
    let mut document = bench::read(&file)?;
    // Of before the first figures are written, which change the folder.
    let machine = bench::machine_line(workspace);
    for part in PARTS {
        if !options.parts.is_empty() && !options.parts.contains(&part) {
            continue;
        }
        let rounds = options.rounds.unwrap_or(part.rounds());
        document[part.name()] = json!({
            "machine": machine,
            "found": measure(workspace, part, rounds)?,
        });
        // What was found stays, whatever comes next.
        bench::write_figures(&file, &document)?;
    }
    let file = folder.join("SOAK.md");
    let text = report(&document);
    bench::write(&file, &text)?;
    print!("{text}");
    Ok(())
}

/// Runs the soak on a core of its own, the server on another.
fn measure(workspace: &Workspace, part: Part, rounds: u32) -> Result<Value> {
    let built = workspace.native.join(DIST);
    let output = shell::pinned(Core::Load, built.join("soak"))
        .arg(part.name())
        .arg(built.join("amphi"))
        .arg(workspace.target("guests"))
        .arg(rounds.to_string())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start `taskset`, which is of util-linux")?;
    ensure!(
        output.status.success(),
        "`{}` failed, see above",
        part.name()
    );
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("expected JSON from `{}`", part.name()))
}

fn report(document: &Value) -> String {
    let mut text = "# What was endured\n\nWritten by `cargo xtask soak`; [soak.json](soak.json) has the figures. The program `amphi serve` runs on one core, with its compiler; clients on another.\n".to_owned();
    for part in PARTS {
        let of = &document[part.name()];
        if of.is_object() {
            let machine = of["machine"].as_str().unwrap_or_default();
            let (title, found) = part.section(&of["found"]);
            write!(text, "\n## {title}\n\n{found}\n\n{machine}.\n").expect("a string takes it");
        }
    }
    text
}

fn drained(found: &Value) -> String {
    format!(
        "{} times SIGTERM, at any moment, while 16 clients call: half of them a JSON function, half stream 256 KiB there and back in 16 pieces; half of each over HTTP/1.1 with \
         connections that stay, half over HTTP/2. {} calls and {} streams were answered in full and right, {} of them with the word to leave; **{} were lost**. {} \
         more were turned away by GOAWAY, over which a client may send them again: the server counts as many requests as were answered, so none of these was begun. It ended by itself each time.",
        found["rounds"],
        found["answered"],
        found["streamed"],
        found["left"],
        found["lost"],
        found["turned-away"]
    )
}

fn reloaded(found: &Value) -> String {
    let p99 = &found["p99-micros"];
    let (quiet, busy) = (&p99["quiet"], &p99["reloading"]);
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let ratio = number(&busy["median"]) / number(&quiet["median"]);
    let memory: Vec<_> = found["resident"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|bytes| format!("{:.0}", number(bytes) / 1e6))
        .collect();
    format!(
        "{} times a component of 50 kB that nobody has compiled yet took the place of the one before, {} s in all, while 8 clients called it 800 times a second, half \
         over HTTP/1.1, half over HTTP/2, over one connection each: {} calls, **{} lost**, no connection closed.\n\n\
         | | windows of 1 s | p99, µs: median | the worst window |\n|---|--:|--:|--:|\n\
         | no reload | {} | {} | {} |\n| reloads without pause | {} | {} | {} |\n\n\
         The median of p99 while reloading is {ratio:.2} × that of before (at most 2 asked). Memory of the process after each tenth of the reloads: {} MB.",
        found["reloads"],
        found["seconds"],
        found["calls"],
        found["lost"],
        quiet["windows"],
        quiet["median"],
        quiet["worst"],
        busy["windows"],
        busy["median"],
        busy["worst"],
        memory.join(", ")
    )
}

fn killed(found: &Value) -> String {
    format!(
        "{} times SIGKILL between the start and the first answer: half at any moment, half as soon as a file appears in the folder of compiled components. In {} a half-written file \
         was left, in {} an entry was whole. Each time the next start served right answers, and left no half-written file behind.",
        found["kills"], found["in-write"], found["kept"]
    )
}

fn beside(found: &Value) -> String {
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let groups = [
        ("calls", "short calls"),
        ("streams", "256 KiB there and back in 16 pieces"),
        ("waits", "calls that wait 100 ms"),
    ];
    let mut table = String::new();
    for (group, what) in groups {
        let p99 = &found["p99-micros"][group];
        let ratio = number(&p99["beside"]) / number(&p99["alone"]);
        write!(
            table,
            "\n| {what} | {} | {} | {} | {ratio:.2} |",
            p99["before"], p99["beside"], p99["after"]
        )
        .expect("a string takes it");
    }
    let memory = &found["memory"];
    let (failing, trials) = (&found["failing"], &found["trials"]);
    let word = |value: &Value| value.as_str().unwrap_or("gone").to_owned();
    let list: String = found["bad"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(client, met)| format!("\n| {client} | {} |", list(met)))
        .collect();
    format!(
        "Four good clients alone for {} s, beside bad ones for as long, and alone again: {} + {} + {} calls over HTTP/1.1 and HTTP/2, **{} lost**. Each client has an address of its own.\n\n\
         | p99, µs | alone | beside bad clients | alone again | ratio |\n|---|--:|--:|--:|--:|{table}\n\n\
         The ratio is that to the 99th percentile of both times alone together (at most 2 asked). Memory of the process was at most {:.0} MB above that of an idle one, of {:.0} MB that the formula in \
         [edge.md](../edge.md#memory) allows for what was open.\n\n\
         Of the versions on trial, one that fails every second call was back after {} of its calls had failed, although a client hid that by keys (`{}`); one that is well did not go back, \
         although a client had its calls trap by keys (`{}`), and one was not promoted by a client that called it by keys (`{}`).\n\n\
         | bad clients | what they met |\n|---|---|{list}",
        found["seconds"],
        found["calls"][0],
        found["calls"][1],
        found["calls"][2],
        found["lost"],
        number(&memory["most"]) / 1e6,
        number(&memory["allowed"]) / 1e6,
        failing["failed"],
        word(&trials["failing"]),
        word(&trials["judged"]),
        word(&trials["eager"]),
    )
}

/// How often what was met.
fn list(met: &Value) -> String {
    let met = met.as_object().into_iter().flatten();
    let met: Vec<_> = met
        .map(|(what, times)| format!("{what}: {times}"))
        .collect();
    met.join(", ")
}
