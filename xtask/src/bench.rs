//! Measures what things take, natively and in a browser, and writes one report.
//!
//! Figures go to `docs/bench/report.json`, and from there into a report that people read,
//! `docs/bench/REPORT.md`, and its plots. Each part of the JSON, the native one, one for each
//! browser, the edge function host's (`docs/bench/EDGE.md`) and that of first answers
//! (`docs/bench/COLD.md`), is replaced when it is measured and kept otherwise. No test asks for a
//! time.

mod bar;
mod browser;
mod cold;
mod edge;
mod figure;
mod machine;
mod native;
mod plot;
mod report;

use crate::workspace::Workspace;
use crate::{guests, shell};
use anyhow::{Context, Result};
use clap::Args;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Measures what components take and writes `docs/bench/REPORT.md`, `docs/bench/COLD.md` and
/// `docs/bench/EDGE.md`; everything unless a part is named.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cargo xtask bench\n  cargo xtask bench --browser --quick\n  AMPHI_BROWSERS=chromium cargo xtask bench --cold --quick\n  cargo xtask bench --cold --before ../earlier/dist/amphi-web\n  cargo xtask bench --edge\n  cargo xtask bench --edge --against ../earlier/target/dist/amphi"
)]
pub struct Options {
    /// Measure natively, with criterion.
    #[arg(long)]
    native: bool,
    /// Measure in the browsers that `AMPHI_BROWSERS` names (separated by commas), or in all.
    #[arg(long)]
    browser: bool,
    /// Measure what a visitor waits for, from the navigation to a component's first answer, in
    /// Chromium and Firefox, or those that `AMPHI_BROWSERS` names: with an empty profile and once
    /// more, unthrottled and at 9 Mbit/s. Each page is visited five times, which takes about
    /// twenty minutes for each browser; with `--quick`, once.
    #[arg(long)]
    cold: bool,
    /// Visit pages with an older package too: a folder that `cargo xtask npm` has assembled.
    #[arg(long, value_name = "FOLDER", requires = "cold")]
    before: Option<PathBuf>,
    /// Measure the edge function host beside plain hyper and `wasmtime serve`, with wrk.
    #[arg(long)]
    edge: bool,
    /// Measure the edge function host beside another build of `amphi` (a program) instead, and
    /// write `docs/bench/CHANGE.md`.
    #[arg(long, value_name = "PROGRAM", requires = "edge")]
    against: Option<PathBuf>,
    /// Leave out jco, which comes from npm, and what is compared with it alone: `--cold`.
    #[arg(long, conflicts_with = "cold")]
    no_jco: bool,
    /// Measure for a short time; the report says so.
    #[arg(long)]
    quick: bool,
}

/// Measures, and writes the report.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let folder = workspace.root.join("docs/bench");
    let file = folder.join("report.json");
    fs::create_dir_all(&folder)?;
    let mut document = read(&file)?;
    let all = !(options.native || options.browser || options.cold || options.edge);
    guests::build(workspace)?;
    compose(workspace)?;
    if let Some(before) = &options.against {
        edge::prepare_change(workspace)?;
        document["change"] = edge::measure_change(workspace, before, options.quick)?;
        write_figures(&file, &document)?;
        return edge::write_change(&folder, &document["change"]);
    }
    // Everything is built before anything is measured.
    if all || options.native {
        native::prepare()?;
    }
    if all || options.edge {
        edge::prepare(workspace)?;
    }
    let cold = options.cold || all && !options.no_jco;
    let cold = cold
        .then(|| cold::prepare(workspace, options))
        .transpose()?;
    if all || options.browser {
        let page = browser::prepare(workspace, !options.no_jco)?;
        for browser in amphi_harness::selected()? {
            document["browsers"][browser.name] = page.measure(workspace, browser, options.quick)?;
            // What was measured stays, whatever comes next.
            write_figures(&file, &document)?;
        }
    }
    if let Some(visits) = cold {
        visits.measure(workspace, &folder, &mut document)?;
    }
    if all || options.native {
        document["native"] = native::measure(workspace, options.quick)?;
        write_figures(&file, &document)?;
    }
    if all || options.edge {
        document["edge"] = edge::measure(workspace, options.quick)?;
        write_figures(&file, &document)?;
        edge::write(&folder, &document)?;
    }
    if all || options.native || options.browser {
        write_report(&folder, &document)?;
    }
    Ok(())
}

/// Builds the composition, which is written as text, beside the guests.
fn compose(workspace: &Workspace) -> Result<()> {
    let source = workspace.root.join("benches/web/guest/composed.wat");
    let component = wat::parse_file(&source)?;
    let file = workspace.target("guests/composed.wasm");
    fs::write(&file, component).with_context(|| format!("cannot write `{}`", file.display()))
}

fn write_report(folder: &Path, document: &Value) -> Result<()> {
    let echo = shell::long("docs/bench/REPORT.md");
    let runs = figure::read(document)?;
    for (name, picture) in runs.iter().flat_map(plot::pictures) {
        write(&folder.join(name), &picture)?;
    }
    write(&folder.join("REPORT.md"), &report::text(document, &runs))?;
    echo.done();
    for run in &runs {
        println!("{}:\n{}", run.browser, report::verdicts(run).join("\n"));
    }
    Ok(())
}

/// What the machine is, for another report.
pub fn machine_line(workspace: &Workspace) -> String {
    machine::line(&machine::describe(workspace))
}

/// The figures in `file`; none if there is no such file.
pub fn read(file: &Path) -> Result<Value> {
    match fs::read(file) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .with_context(|| format!("expected JSON in `{}`", file.display())),
        Err(_) => Ok(json!({})),
    }
}

/// Writes figures as one line of JSON.
pub fn write_figures(file: &Path, document: &Value) -> Result<()> {
    write(file, &format!("{}\n", serde_json::to_string(document)?))
}

/// Writes a text.
pub fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write `{}`", file.display()))
}
