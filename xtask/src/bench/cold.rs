//! What a visitor waits for: from the navigation to the first answer of a component, in browsers
//! that have nothing of the page, over lines that may be slow.

mod contender;
mod demand;
mod figure;
mod line;
mod link;
mod relay;
mod report;
mod server;
mod site;
mod visit;

use super::{browser, machine, write, write_figures};
use crate::web::{self, Profile};
use crate::workspace::Workspace;
use crate::{jco, test, tools};
use amphi_harness::Browser;
use anyhow::{Context, Result};
use figure::{Cold, Run};
use serde::Deserialize as _;
use serde_json::Value;
use site::{Site, Sizes};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The browsers that are measured unless others are named. An automated WebKit keeps nothing, so
/// that its second visit is like its first.
const BROWSERS: &str = "chromium,firefox";

/// The pages, and how they are visited.
#[derive(Debug)]
pub struct Visits {
    site: Arc<Site>,
    sizes: BTreeMap<String, Sizes>,
    quick: bool,
}

/// Makes the pages.
pub fn prepare(workspace: &Workspace, options: &super::Options) -> Result<Visits> {
    web::prepare(Profile::Web)?;
    tools::binaryen()?;
    tools::brotli()?;
    test::browsers()?;
    let (site, sizes) = site::build(workspace, options.before.as_deref())?;
    Ok(Visits {
        site: Arc::new(site),
        sizes,
        quick: options.quick,
    })
}

impl Visits {
    /// Visits the pages in each browser, and writes the figures of each when it is done, and then
    /// the report.
    pub fn measure(self, workspace: &Workspace, folder: &Path, document: &mut Value) -> Result<()> {
        let file = folder.join("report.json");
        let mut cold = read(document)?;
        for browser in browsers()? {
            let run = self.run(workspace, browser)?;
            cold.sizes.clone_from(&self.sizes);
            cold.browsers.insert(browser.name.to_owned(), run);
            document["cold"] = serde_json::to_value(&cold)?;
            write_figures(&file, document)?;
        }
        write_report(folder, &cold)
    }

    fn run(&self, workspace: &Workspace, browser: &'static Browser) -> Result<Run> {
        let mut run = Run {
            machine: machine::describe(workspace),
            quick: self.quick,
            browser: browser::version(browser)?,
            jco: jco::NAME.to_owned(),
            ..Run::default()
        };
        let rounds = if self.quick { 1 } else { 5 };
        visit::measure(&self.site, browser, rounds, &mut run)?;
        Ok(run)
    }
}

fn browsers() -> Result<Vec<&'static Browser>> {
    match std::env::var_os("AMPHI_BROWSERS") {
        Some(_) => amphi_harness::selected(),
        None => amphi_harness::named(BROWSERS),
    }
}

/// What is known so far.
fn read(document: &Value) -> Result<Cold> {
    match &document["cold"] {
        Value::Null => Ok(Cold::default()),
        known => Cold::deserialize(known).context("expected figures of first answers"),
    }
}

fn write_report(folder: &Path, cold: &Cold) -> Result<()> {
    for (browser, run) in &cold.browsers {
        for (name, picture) in report::pictures(browser, run) {
            write(&folder.join(name), &picture)?;
        }
        println!("{browser}:\n{}", report::verdicts(run, cold).join("\n"));
    }
    write(&folder.join("COLD.md"), &report::text(cold))
}
