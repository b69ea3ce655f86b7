//! The browsers' part: the page of `benches/web`, built as users' pages are, in browsers that
//! nobody sees.

use super::machine;
use crate::web::{self, Profile};
use crate::workspace::Workspace;
use crate::{guests, javascript, jco, shell, test, tools};
use amphi_harness::{Browser, POLICY_FOR_JCO, Server, Session};
use anyhow::{Context, Result};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// How long the page may take to measure everything.
const DEADLINE: Duration = Duration::from_secs(1200);

/// The headers under which a browser shows a page its fine clock.
const ISOLATED: [(&str, &str); 2] = [
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
];

/// The page's name, and its folder's.
const PAGE: &str = "bench";

/// The page, assembled.
#[derive(Debug)]
pub struct Page {
    folder: PathBuf,
    /// Which jco is in it.
    jco: Option<&'static str>,
}

/// Assembles the page, with jco if it is wanted.
pub fn prepare(workspace: &Workspace, with_jco: bool) -> Result<Page> {
    web::prepare(Profile::Web)?;
    tools::binaryen()?;
    let folder = web::build(workspace, web::page(PAGE)?, Profile::Web)?;
    web::build_into(
        workspace,
        &javascript::PACKAGE,
        Profile::Web,
        &folder.join("amphi-web"),
    )?;
    let alone = folder.join("guests/shapes-alone.wasm");
    fs::copy(guests::without_wasi(workspace, "shapes")?, &alone)
        .with_context(|| format!("cannot write `{}`", alone.display()))?;
    let jco = match with_jco {
        true => Some(jco::install(workspace, &folder.join("jco"))?),
        false => None,
    };
    test::browsers()?;
    Ok(Page { folder, jco })
}

impl Page {
    /// Opens the page and takes down what it measured.
    pub fn measure(
        &self,
        workspace: &Workspace,
        browser: &'static Browser,
        quick: bool,
    ) -> Result<Value> {
        let machine = machine::describe(workspace);
        let echo = shell::long(&format!("measuring in {}", browser.name));
        let headers: Vec<_> = ISOLATED
            .into_iter()
            .chain(self.jco.map(|_| POLICY_FOR_JCO))
            .collect();
        let server = Server::start(&self.folder, &headers)?;
        let session = Session::start(browser, DEADLINE)?;
        session.open(&server.url(&self.address(quick)))?;
        let outcome = session.outcome()?;
        let text = outcome
            .as_str()
            .with_context(|| format!("expected JSON text from the page, found `{outcome}`"))?;
        let mut part: Value = serde_json::from_str(text).context("expected JSON from the page")?;
        part["quick"] = quick.into();
        part["jco"] = self.jco.into();
        part["machine"] = machine;
        part["browser"] = version(browser)?.into();
        echo.done();
        Ok(part)
    }

    fn address(&self, quick: bool) -> String {
        let quick = if quick { "quick&" } else { "" };
        let jco = if self.jco.is_none() { "nojco" } else { "" };
        format!("index.html?{quick}{jco}")
    }
}

/// What a browser says that it is.
pub fn version(browser: &Browser) -> Result<Option<String>> {
    let program = browser.program()?;
    Ok(machine::first_line(Command::new(program).arg("--version")))
}
