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
use contender::PACKAGE;
use demand::Scene;
use figure::{Cold, Figure, Run};
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
    /// Whether later runs are compared with what the package takes now.
    is_before: bool,
}

/// Makes the pages.
pub fn prepare(workspace: &Workspace, options: &super::Options) -> Result<Visits> {
    web::prepare(Profile::Web)?;
    tools::binaryen()?;
    tools::brotli()?;
    test::browsers()?;
    let (site, sizes) = site::build(workspace)?;
    Ok(Visits {
        site: Arc::new(site),
        sizes,
        quick: options.quick,
        is_before: options.before,
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
            let name = browser.name.to_owned();
            if self.is_before {
                let of_package = |figure: &&Figure| figure.page.contender == PACKAGE;
                let before = run.figures.iter().filter(of_package).cloned();
                cold.before.insert(name.clone(), before.collect());
            }
            cold.sizes.clone_from(&self.sizes);
            cold.browsers.insert(name, run);
            document["cold"] = serde_json::to_value(&cold)?;
            write_figures(&file, document)?;
        }
        write_report(folder, &cold)
    }

    fn run(&self, workspace: &Workspace, browser: &'static Browser) -> Result<Run> {
        let machine = machine::describe(workspace);
        let rounds = visit::rounds(self.quick);
        let (figures, accepts) = visit::measure(&self.site, browser, rounds)?;
        Ok(Run {
            machine,
            quick: self.quick,
            browser: browser::version(browser)?,
            accepts,
            jco: jco::NAME.to_owned(),
            figures,
        })
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
        let scene = Scene { browser, run, cold };
        println!("{browser}:\n{}", report::verdicts(&scene).join("\n"));
    }
    write(&folder.join("COLD.md"), &report::text(cold))
}
