//! The browser's half: the page of `benches/web`, built as users' pages are, in a browser that nobody sees.

use super::machine;
use crate::web::{self, Profile};
use crate::workspace::Workspace;
use crate::{demo, shell};
use amphi_harness::{Browser, Server, Session};
use anyhow::{Context, Result};
use serde_json::Value;
use std::process::Command;
use std::time::Duration;

/// How long the page may take to measure everything.
const DEADLINE: Duration = Duration::from_secs(600);

/// The headers under which a browser shows a page its fine clock.
const ISOLATED: &[(&str, &str)] = &[
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
];

/// The page's name, and its folder's.
const PAGE: &str = "bench";

/// Assembles the page.
pub fn prepare(workspace: &Workspace) -> Result<()> {
    web::prepare()?;
    web::build(workspace, web::page(PAGE)?, Profile::Web).map(drop)
}

/// Opens the page and takes down what it measured.
pub fn measure(workspace: &Workspace, quick: bool) -> Result<Value> {
    let browser = demo::browser()?;
    let machine = machine::describe(workspace);
    let echo = shell::long(&format!("measuring in {}", browser.name));
    let server = Server::start(&workspace.target("page").join(PAGE), ISOLATED)?;
    let session = Session::start(browser, DEADLINE)?;
    session.open(&server.url(if quick {
        "index.html?quick"
    } else {
        "index.html"
    }))?;
    let outcome = session.outcome()?;
    let text = outcome
        .as_str()
        .with_context(|| format!("expected JSON text from the page, found `{outcome}`"))?;
    let mut half: Value = serde_json::from_str(text).context("expected JSON from the page")?;
    half["quick"] = quick.into();
    half["machine"] = machine;
    half["browser"] = version(browser)?.into();
    echo.done();
    Ok(half)
}

fn version(browser: &Browser) -> Result<Option<String>> {
    let program = browser.program()?;
    Ok(machine::first_line(Command::new(program).arg("--version")))
}
