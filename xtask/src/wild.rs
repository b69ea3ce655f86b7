//! Components that others have published: fetched from public registries, called with real input
//! natively and in browsers, and compared.
//!
//! `tests/wild/list.toml` has them. [`list`] reads where each comes from, [`fetch`] has the
//! registry's own client bring it, and what is done with it is `amphi-runner`'s, on both hosts.

mod fetch;
mod list;
mod table;

use crate::web::{self, Page, Profile};
use crate::workspace::Workspace;
use crate::{fuzz, shell, tools};
use amphi_harness::{Browser, Server, Session};
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use list::Wild;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use table::{Answers, Row};

/// The list of components.
const LIST: &str = "tests/wild/list.toml";

/// How long a component may take in a browser, from its compilation to its last answer.
const DEADLINE: Duration = Duration::from_secs(300);

/// What runs the steps of a component natively.
const PROGRAM: &str = "amphi-wild";

/// The page that runs them. It is none of those that are assembled for tests, which have no
/// components from elsewhere.
static PAGE: Page = Page {
    name: "wild",
    package: "amphi-runner",
    default_features: true,
    folders: &[("tests/wild/page", ""), ("web/demo/data", "data")],
    bound: "",
    besides: &[],
    precompiled: &[],
};

/// Fetches components that others have published, calls each with real input natively and in
/// browsers, and compares the answers.
///
/// npm, pip and cargo fetch them by name and version into `target/wild`, and the SHA-256 of each
/// file is checked; nothing is fetched twice. What is called is in `tests/wild/list.toml`. What
/// runs them natively is optimised, since Wasmtime as it is built for tests compiles twenty
/// megabytes for minutes; to build that once takes minutes too. It fails if an answer is not what
/// the list expects, or not the same everywhere.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cargo xtask wild\n  cargo xtask wild redact numcodecs-zstd\n  cargo xtask wild --browser chromium --browser firefox --report docs/wild.md"
)]
pub struct Options {
    /// The components, by their names in the list; all when none is named.
    components: Vec<String>,
    /// The browsers to run in; again for each.
    #[arg(
        long = "browser",
        value_name = "NAME",
        value_delimiter = ',',
        default_value = "chromium"
    )]
    browsers: Vec<String>,
    /// Writes the table to this file, as Markdown.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// Fetches, builds, runs and compares.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let list = list::read(&workspace.root.join(LIST))?;
    let chosen = list::chosen(&list, &options.components)?;
    let browsers = amphi_harness::named(&options.browsers.join(","))?;
    for browser in &browsers {
        tools::browser(browser)?;
    }
    let fetched = chosen
        .iter()
        .enumerate()
        .map(|(number, wild)| {
            eprintln!("{} of {}: {}", number + 1, chosen.len(), wild.package);
            fetch::file(workspace, wild)
        })
        .collect::<Result<Vec<_>>>()?;
    web::prepare(Profile::WebDev)?;
    fuzz::build_with_wasmtime(workspace, &["amphi", PROGRAM])?;
    let page = web::build(workspace, &PAGE, Profile::WebDev)?;
    let components = page.join("wild");
    fs::create_dir_all(&components)
        .with_context(|| format!("cannot make `{}`", components.display()))?;
    copy(&workspace.root.join(LIST), &components.join("list.toml"))?;
    for (wild, file) in chosen.iter().zip(&fetched) {
        place(workspace, wild, file, &components)?;
    }
    let rows = compare(workspace, &chosen, &browsers, &page)?;
    let names: Vec<&str> = browsers.iter().map(|browser| browser.name).collect();
    print!("{}", table::counts(&rows, &names));
    if let Some(file) = &options.report {
        let text = table::report(&rows, &names);
        fs::write(file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
        eprintln!("written: {}", file.display());
    }
    verdict(&rows, &names)
}

/// Where the component is that the list calls `name`, as it is published, fetched unless it is
/// there.
pub fn file(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    let list = list::read(&workspace.root.join(LIST))?;
    let chosen = list::chosen(&list, &[name.to_owned()])?;
    let wild = chosen.first().context("one was chosen")?;
    fetch::file(workspace, wild)
}

/// Puts a component where the page and the native program find it; a core module becomes one.
fn place(workspace: &Workspace, wild: &Wild, file: &Path, components: &Path) -> Result<()> {
    let component = components.join(format!("{}.wasm", wild.name));
    if !wild.package.componentize {
        return copy(file, &component);
    }
    let mut amphi = fuzz::program(workspace, "amphi");
    amphi.arg("componentize").arg(file).arg("-o");
    shell::quiet(amphi.arg(&component))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let copied = fs::copy(from, to).map(drop);
    copied.with_context(|| format!("cannot copy `{}` to `{}`", from.display(), to.display()))
}

/// What each component came to on each host.
fn compare(
    workspace: &Workspace,
    chosen: &[&Wild],
    browsers: &[&'static Browser],
    page: &Path,
) -> Result<Vec<Row>> {
    let server = Server::start(page, &[])?;
    let step = |host: &str, number: usize, wild: &Wild| {
        format!("{host}, {} of {}: {}", number + 1, chosen.len(), wild.name)
    };
    let mut answers: Vec<Vec<Answers>> = Vec::new();
    for (number, wild) in chosen.iter().enumerate() {
        let native = || native(workspace, page, &wild.name);
        answers.push(vec![noted(&step("native", number, wild), native)]);
    }
    for browser in browsers {
        let mut session = None;
        for (number, (wild, answers)) in chosen.iter().zip(&mut answers).enumerate() {
            let in_page = || in_page(&mut session, browser, &server, &wild.name);
            answers.push(noted(&step(browser.name, number, wild), in_page));
        }
    }
    let row = |(wild, answers): (&&Wild, Vec<Answers>)| Row {
        name: wild.name.clone(),
        package: wild.package.to_string(),
        answers,
    };
    Ok(chosen.iter().zip(answers).map(row).collect())
}

/// Says what is run, and what of it failed as a whole.
fn noted(step: &str, run: impl FnOnce() -> Result<Value>) -> Answers {
    let echo = shell::long(step);
    let found = run().and_then(|report| Answers::read(&report));
    echo.done();
    found.unwrap_or_else(|error| Answers::trouble(&error))
}

/// What the native program says.
fn native(workspace: &Workspace, page: &Path, name: &str) -> Result<Value> {
    let mut command = fuzz::program(workspace, PROGRAM);
    let output = command.arg(page).arg(name).output();
    let output = output.with_context(|| format!("cannot start `{PROGRAM}`"))?;
    ensure!(
        output.status.success(),
        "`{PROGRAM}` failed ({}): {}",
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    );
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("expected a report from `{PROGRAM}`"))
}

/// What the page says. After trouble with the browser itself, the next component gets a new one.
fn in_page(
    session: &mut Option<Session>,
    browser: &'static Browser,
    server: &Server,
    name: &str,
) -> Result<Value> {
    let running = match session.take() {
        Some(running) => running,
        None => Session::start(browser, DEADLINE)?,
    };
    running.open(&server.url(&format!("index.html?name={name}")))?;
    let outcome = running.outcome()?;
    *session = Some(running);
    let text = outcome
        .as_str()
        .context("expected the page to answer with text")?;
    serde_json::from_str(text).with_context(|| format!("expected a report, found `{text}`"))
}

/// An error that names everything that is not as it has to be.
fn verdict(rows: &[Row], browsers: &[&str]) -> Result<()> {
    let wrong: Vec<String> = rows.iter().flat_map(|row| row.wrong(browsers)).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("{} answers are wrong:\n{}", wrong.len(), wrong.join("\n"))
}
