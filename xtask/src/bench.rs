//! Measures what things take, natively and in a browser, and writes one report.
//!
//! Figures go to `docs/bench/report.json`, and from there into a report that people read, `docs/bench/REPORT.md`, and its plots.
//! Each half of the JSON, native and browser, is replaced when it is measured and kept otherwise. No test asks for a time.

mod browser;
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
use std::path::Path;

/// Measures what loading and calling components take and writes `docs/bench/REPORT.md`; both hosts unless one is named.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cargo xtask bench\n  cargo xtask bench --browser --quick")]
pub struct Options {
    /// Measure natively, with criterion.
    #[arg(long)]
    native: bool,
    /// Measure in a browser.
    #[arg(long)]
    browser: bool,
    /// Measure for a short time; the report says so.
    #[arg(long)]
    quick: bool,
}

/// Measures, and writes the report.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let folder = workspace.root.join("docs/bench");
    let file = folder.join("report.json");
    let mut document = read(&file)?;
    let both = options.native == options.browser;
    guests::build(workspace)?;
    // Everything is built before anything is measured.
    if both || options.native {
        native::prepare()?;
    }
    if both || options.browser {
        browser::prepare(workspace)?;
        document["browser"] = browser::measure(workspace, options.quick)?;
    }
    if both || options.native {
        document["native"] = native::measure(workspace, options.quick)?;
    }
    fs::create_dir_all(&folder)?;
    write(&file, &format!("{}\n", serde_json::to_string(&document)?))?;
    write_report(&folder, &document)
}

fn write_report(folder: &Path, document: &Value) -> Result<()> {
    let echo = shell::long("docs/bench/REPORT.md");
    let figures = figure::read(document)?;
    for (name, picture) in plot::pictures(&figures) {
        write(&folder.join(name), &picture)?;
    }
    let text = report::text(document, &figures);
    write(&folder.join("REPORT.md"), &text)?;
    echo.done();
    println!("{}", report::verdicts(&figures).join("\n"));
    Ok(())
}

fn read(file: &Path) -> Result<Value> {
    match fs::read(file) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .with_context(|| format!("expected JSON in `{}`", file.display())),
        Err(_) => Ok(json!({})),
    }
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write `{}`", file.display()))
}
