//! Scripts in a browser: the page runs each in a worker and hands back its lines.

use crate::files::Script;
use crate::outcome::Run;
use amphi_conformance::Line;
use amphi_harness::{Browser, Server, Session};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// How much longer than a script the page may take, to start its worker and to answer.
const GRACE: Duration = Duration::from_secs(30);

const RUN: &str = "
    const done = arguments[arguments.length - 1];
    globalThis.conformance(arguments[0], arguments[1]).then(done, (error) => done({ lines: [], trouble: String(error) }));";

/// The page that runs scripts, in one browser.
#[derive(Debug)]
pub struct Page {
    /// Which browser.
    pub browser: &'static Browser,
    bound: Duration,
    server: Server,
    /// None before the first script, and after trouble with the browser itself.
    session: Option<Session>,
}

impl Page {
    /// Serves the page in `folder`; the browser starts with the first script, each of which may
    /// take as long as `bound`.
    pub fn new(browser: &'static Browser, folder: &Path, bound: Duration) -> Result<Self> {
        ensure!(
            folder.join("index.html").is_file(),
            "expected the page in `{}`: `cargo xtask web conformance` assembles it",
            folder.display()
        );
        browser.program()?;
        browser.driver()?;
        Ok(Self {
            browser,
            bound,
            server: Server::start(folder, &[])?,
            session: None,
        })
    }

    /// Runs `script`. After trouble with the browser itself, the next script gets a new one.
    pub fn run(&mut self, script: &Script) -> Run {
        match self.attempt(script) {
            Ok(run) => run,
            Err(error) => {
                self.session = None;
                Run {
                    lines: Vec::new(),
                    trouble: Some(format!("{error:#}")),
                }
            }
        }
    }

    fn attempt(&mut self, script: &Script) -> Result<Run> {
        let session = match &self.session {
            Some(session) => session,
            None => {
                let session = Session::start(self.browser, self.bound + GRACE)?;
                session.open(&self.server.url("index.html"))?;
                self.session.insert(session)
            }
        };
        let milliseconds = u64::try_from(self.bound.as_millis())?;
        let answer = session.run_async(RUN, json!([script.text, milliseconds]))?;
        let lines = answer["lines"]
            .as_array()
            .context("the page answers with lines")?;
        let lines = lines.iter().map(line).collect::<Result<Vec<_>>>()?;
        let trouble = answer["trouble"].as_str().map(str::to_owned);
        Ok(Run { lines, trouble })
    }
}

fn line(text: &Value) -> Result<Line> {
    let text = text.as_str().context("a line is JSON text")?;
    serde_json::from_str(text).with_context(|| format!("expected a line, found `{text}`"))
}
