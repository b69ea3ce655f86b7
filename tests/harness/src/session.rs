//! A browser that is running, and one page in it.

use crate::browser::Browser;
use crate::console::{self, ReadConsole};
use crate::driver::Driver;
use crate::server::Server;
use anyhow::{Context, Error, Result, anyhow};
use fantoccini::error::CmdError;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::future::Future;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

/// How long anything but the page's own work may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How much longer than the deadline the driver is given to say that the deadline has passed.
const GRACE: Duration = Duration::from_secs(10);

/// How many lines of what a driver says go with an error.
const LAST_LINES: usize = 20;

/// Awaits the load event, for which WebKit's driver does not always wait in a window that has just
/// opened.
const AWAIT_LOAD: &str = "
    const done = arguments[arguments.length - 1];
    if (document.readyState === 'complete') {
        done();
    } else {
        addEventListener('load', () => done());
    }";

/// Awaits `globalThis.outcome`. The page's rejection comes back as a value, so that it is not
/// mistaken for the driver's error.
const AWAIT_OUTCOME: &str = "
    const done = arguments[arguments.length - 1];
    if (globalThis.outcome === undefined) {
        done({ missing: true });
    } else {
        Promise.resolve(globalThis.outcome).then(
            (value) => done({ value: value === undefined ? null : value }),
            (error) => {
                const text = String(error);
                const stack = String(error && error.stack || '');
                // Only some engines' stacks begin with the message.
                done({ refused: stack.startsWith(text) ? stack : text + '\\n' + stack });
            },
        );
    }";

/// A running browser with one window. Dropping it ends browser and driver.
#[derive(Debug)]
pub struct Session {
    /// Which browser it is.
    pub browser: &'static Browser,
    client: Client,
    deadline: Duration,
    runtime: Runtime,
    driver: Driver,
    // Declared last: the profile is removed after the driver has gone.
    _scratch: TempDir,
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
        let scratch = TempDir::with_prefix("amphi-browser-")
            .context("no folder for the browser's profile")?;
        let profile = scratch.path().join("profile");
        let capabilities = (browser.capabilities)(&browser.program()?, &profile);
        let driver = Driver::start(browser, scratch.path())?;
        // It does nothing between two commands, and so needs no thread.
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let client = runtime
            .block_on(connect(&driver, capabilities, deadline))
            .with_context(|| format!("cannot start {}", browser.name))
            .map_err(|error| error.context(format!("the driver's output:\n{}", driver.output())))?;
        Ok(Self {
            browser,
            client,
            deadline,
            runtime,
            driver,
            _scratch: scratch,
        })
    }

    /// Opens `url` and waits for its load event, by which its modules have run.
    pub fn open(&self, url: &str) -> Result<()> {
        self.wait(PATIENCE + GRACE, self.client.goto(url))
            .and_then(|()| self.run_async(AWAIT_LOAD, json!([])))
            .with_context(|| format!("cannot open `{url}`"))?;
        Ok(())
    }

    /// Closes the page, and has a window in its stead: what the browser keeps is there, and nothing
    /// else.
    pub fn reopen(&self) -> Result<()> {
        let reopened = self.wait(PATIENCE, async {
            let window = self.client.new_window(false).await?.handle;
            self.client.close_window().await?;
            self.client.switch_to_window(window).await
        });
        reopened.context("no new window")
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

    /// Runs the body of a function in the page and gives what it returns. `args` is a list.
    pub fn run(&self, script: &str, args: Value) -> Result<Value> {
        let args = list(args)?;
        self.wait(self.deadline + GRACE, self.client.execute(script, args))
    }

    /// Runs the body of a function in the page and gives what it passes to its last argument.
    /// `args` is a list.
    pub fn run_async(&self, script: &str, args: Value) -> Result<Value> {
        let args = list(args)?;
        let command = self.client.execute_async(script, args);
        self.wait(self.deadline + GRACE, command)
    }

    /// A picture of the window, as PNG.
    pub fn screenshot(&self) -> Result<Vec<u8>> {
        self.wait(PATIENCE, self.client.screenshot())
            .context("no picture of the window")
    }

    /// The lines that the page's console has got since this was last asked; none where the driver
    /// does not hand them out.
    pub fn console(&self) -> Result<Vec<String>> {
        if !self.browser.console {
            return Ok(Vec::new());
        }
        let answer = self
            .wait(PATIENCE, self.client.issue_cmd(ReadConsole))
            .context("cannot read the page's console")?;
        Ok(console::lines(&answer))
    }

    /// Adds what the console says to an error, for the cause is usually there; or what the driver
    /// and its browser said last.
    pub fn explain(&self, error: Error) -> Error {
        let said = match self.console() {
            Ok(lines) if !lines.is_empty() => format!("; its console:\n{}", lines.join("\n")),
            _ => match self.last_words() {
                words if self.browser.console || words.is_empty() => String::new(),
                words => format!("; it said last:\n{words}"),
            },
        };
        error.context(format!("in {}{said}", self.browser.name))
    }

    fn last_words(&self) -> String {
        let output = self.driver.output();
        let lines: Vec<_> = output.lines().collect();
        lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
    }

    /// Sends a command and blocks until the driver has answered, for at most `patience`.
    fn wait<T>(
        &self,
        patience: Duration,
        command: impl Future<Output = Result<T, CmdError>>,
    ) -> Result<T> {
        let answer = self
            .runtime
            .block_on(async { timeout(patience, command).await });
        answer
            .with_context(|| format!("the driver did not answer within {patience:?}"))?
            .map_err(with_code)
    }
}

/// A driver's error with the standard's name for it, which only some drivers put into its text.
fn with_code(error: CmdError) -> Error {
    let code = match &error {
        CmdError::Standard(answer) => Some(answer.error()),
        _ => None,
    };
    let error = Error::new(error);
    match code {
        Some(code) => error.context(code),
        None => error,
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Asks the driver to end its browser; should it not answer, both are killed next all the
        // same.
        let _ = self.wait(GRACE, self.client.clone().close());
    }
}

async fn connect(driver: &Driver, mut capabilities: Value, deadline: Duration) -> Result<Client> {
    capabilities["timeouts"] = json!({
        "script": u64::try_from(deadline.as_millis())?,
        "pageLoad": u64::try_from(PATIENCE.as_millis())?,
    });
    let capabilities: Capabilities = serde_json::from_value(capabilities)?;
    let url = driver.url();
    let mut builder = ClientBuilder::new(HttpConnector::new());
    let connecting = builder.capabilities(capabilities).connect(&url);
    let client = timeout(PATIENCE, connecting)
        .await
        .with_context(|| format!("the driver did not answer within {PATIENCE:?}"))??;
    Ok(client)
}

fn list(args: Value) -> Result<Vec<Value>> {
    serde_json::from_value(args).context("the arguments of a script")
}
