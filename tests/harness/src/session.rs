//! A browser that is running, and one page in it.

use crate::browser::Browser;
use crate::driver::Driver;
use crate::scratch::Scratch;
use crate::server::Server;
use crate::wire;
use anyhow::{Context, Error, Result, anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// How long anything but the page's own work may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How much longer than the deadline the driver is given to say that the deadline has passed.
const GRACE: Duration = Duration::from_secs(10);

/// Awaits `globalThis.outcome`. The page's rejection comes back as a value, so that it is not mistaken for the driver's error.
const AWAIT_OUTCOME: &str = "
    const done = arguments[arguments.length - 1];
    if (globalThis.outcome === undefined) {
        done({ missing: true });
    } else {
        Promise.resolve(globalThis.outcome).then(
            (value) => done({ value: value === undefined ? null : value }),
            (error) => done({ refused: String(error && error.stack || error) }),
        );
    }";

/// A running browser with one window. Dropping it ends browser and driver.
#[derive(Debug)]
pub struct Session {
    /// Which browser it is.
    pub browser: &'static Browser,
    id: String,
    deadline: Duration,
    driver: Driver,
    // Declared last: the profile is removed after the driver has gone.
    _scratch: Scratch,
}

/// What a page said.
#[derive(Debug)]
pub struct Visit {
    /// What the page's promise resolved to.
    pub outcome: Value,
    /// The lines of the page's console, where the driver hands them out.
    pub console: Vec<String>,
}

/// Serves `folder`, opens `page` of it in `browser` and awaits its outcome for at most `deadline`.
pub fn visit(
    browser: &'static Browser,
    folder: &Path,
    page: &str,
    deadline: Duration,
) -> Result<Visit> {
    let server = Server::start(folder, &[])?;
    let session = Session::start(browser, deadline)?;
    session.open(&server.url(page))?;
    let outcome = session.outcome()?;
    let console = session.console()?;
    Ok(Visit { outcome, console })
}

impl Session {
    /// Starts `browser`; a page may then work for at most `deadline`.
    pub fn start(browser: &'static Browser, deadline: Duration) -> Result<Self> {
        let scratch = Scratch::new()?;
        let profile = scratch.path().join("profile");
        let capabilities = (browser.capabilities)(&browser.program()?, &profile);
        let driver = Driver::start(&browser.driver()?, scratch.path())?;
        let id = new_session(&driver, capabilities, deadline)
            .with_context(|| format!("cannot start {}", browser.name))
            .map_err(|error| error.context(format!("the driver's output:\n{}", driver.output())))?;
        Ok(Self {
            browser,
            id,
            deadline,
            driver,
            _scratch: scratch,
        })
    }

    /// Opens `url` and waits for its load event, by which its modules have run.
    pub fn open(&self, url: &str) -> Result<()> {
        self.post("url", json!({ "url": url }), PATIENCE + GRACE)?;
        Ok(())
    }

    /// Awaits the promise that the page has set as `globalThis.outcome`.
    pub fn outcome(&self) -> Result<Value> {
        let mut answer = self
            .run_async(AWAIT_OUTCOME, json!([]))
            .map_err(|error| self.explain(error))?;
        if let Some(text) = answer["refused"].as_str() {
            return Err(self.explain(anyhow!("the page failed: {text}")));
        }
        if answer["missing"] == Value::Bool(true) {
            return Err(self.explain(anyhow!(
                "expected the page to set `globalThis.outcome`, found nothing"
            )));
        }
        Ok(answer["value"].take())
    }

    /// Runs the body of a function in the page and gives what it returns.
    pub fn run(&self, script: &str, args: Value) -> Result<Value> {
        self.script("execute/sync", script, args)
    }

    /// Runs the body of a function in the page and gives what it passes to its last argument.
    pub fn run_async(&self, script: &str, args: Value) -> Result<Value> {
        self.script("execute/async", script, args)
    }

    /// A picture of the window, as PNG.
    pub fn screenshot(&self) -> Result<Vec<u8>> {
        let value = self.command("GET", "screenshot", None, PATIENCE)?;
        let text = value
            .as_str()
            .context("the driver's screenshot is not a string")?;
        STANDARD
            .decode(text)
            .context("the driver's screenshot is not base64")
    }

    /// The lines that the page's console has got since this was last asked; none where the driver does not hand them out.
    pub fn console(&self) -> Result<Vec<String>> {
        if !self.browser.console {
            return Ok(Vec::new());
        }
        let entries = self.post("se/log", json!({ "type": "browser" }), PATIENCE)?;
        let line = |entry: &Value| {
            let field = |name: &str| entry[name].as_str().unwrap_or_default().to_string();
            format!("{}: {}", field("level").to_lowercase(), field("message"))
        };
        Ok(entries
            .as_array()
            .map(|list| list.iter().map(line).collect())
            .unwrap_or_default())
    }

    /// Adds what the console says to an error, for the cause is usually there.
    pub fn explain(&self, error: Error) -> Error {
        match self.console() {
            Ok(lines) if !lines.is_empty() => error.context(format!(
                "in {}; its console:\n{}",
                self.browser.name,
                lines.join("\n")
            )),
            _ => error.context(format!("in {}", self.browser.name)),
        }
    }

    fn script(&self, kind: &str, script: &str, args: Value) -> Result<Value> {
        self.post(
            kind,
            json!({ "script": script, "args": args }),
            self.deadline + GRACE,
        )
    }

    fn post(&self, command: &str, body: Value, patience: Duration) -> Result<Value> {
        self.command("POST", command, Some(&body), patience)
    }

    fn command(
        &self,
        method: &str,
        command: &str,
        body: Option<&Value>,
        patience: Duration,
    ) -> Result<Value> {
        wire::command(
            self.driver.port,
            method,
            &format!("/session/{}/{command}", self.id),
            body,
            patience,
        )
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Asks the driver to end its browser; should it not answer, the driver itself is killed next all the same.
        let _ = wire::command(
            self.driver.port,
            "DELETE",
            &format!("/session/{}", self.id),
            None,
            GRACE,
        );
    }
}

fn new_session(driver: &Driver, mut capabilities: Value, deadline: Duration) -> Result<String> {
    capabilities["timeouts"] = json!({
        "script": u64::try_from(deadline.as_millis())?,
        "pageLoad": u64::try_from(PATIENCE.as_millis())?,
    });
    let body = json!({ "capabilities": { "alwaysMatch": capabilities } });
    let value = wire::command(driver.port, "POST", "/session", Some(&body), PATIENCE)?;
    match value["sessionId"].as_str() {
        Some(id) => Ok(id.to_string()),
        None => bail!("expected a session, found `{value}`"),
    }
}
