//! Runs component scripts natively and in browsers, shows what differs, and writes a table of it.
//!
//! `cargo xtask conformance` builds this command and the page that it opens, and passes its
//! arguments on.

mod browser;
mod files;
mod known;
mod native;
mod outcome;
mod table;
mod verdict;

use amphi_conformance::Reach;
use amphi_harness::{BROWSERS, Browser};
use anyhow::{Context, Result, bail};
use browser::Page;
use clap::Parser;
use files::Script;
use known::Known;
use outcome::{Run, Tested};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Runs every `.wast` component script under the folders, natively on Wasmtime and in browsers, and
/// compares.
///
/// It fails if a browser fails where the native host passes; with `--known`, if anything fails that
/// is not listed, on whatever host, or if something listed passes.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask conformance",
    bin_name = "cargo xtask conformance",
    after_help = "Example:\n  \
        git clone https://github.com/WebAssembly/component-model /tmp/component-model\n  \
        cargo xtask conformance --browser chromium /tmp/component-model/test/values"
)]
struct Arguments {
    /// The browsers to run in, or `none`; again for each.
    #[arg(long = "browser", value_name = "NAME", value_delimiter = ',', default_values = all(), value_parser = names())]
    browsers: Vec<String>,
    /// Writes the table to this file, as Markdown.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// The failures that are known, as TOML; see `tests/conformance/known.toml`.
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,
    /// Runs natively once more, with what is asynchronous in the component model, which the page
    /// does not have.
    #[arg(long = "async")]
    asynchronous: bool,
    /// The folder of the page that runs scripts.
    #[arg(
        long,
        value_name = "FOLDER",
        default_value = "target/page/conformance",
        hide = true
    )]
    page: PathBuf,
    /// How long one script may take, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    seconds: u64,
    /// Folders with scripts, or scripts.
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool> {
    let known = arguments.known.as_deref().map(Known::read).transpose()?;
    let scripts = files::scripts(&arguments.folders)?;
    let bound = Duration::from_secs(arguments.seconds);
    let hosts = hosts(arguments, bound)?;
    let mut tested = Tested::new(&scripts, hosts.iter().map(Host::name).collect());
    for mut host in hosts {
        let runs = scripts.iter().enumerate().map(|(number, script)| {
            eprintln!(
                "{}: {} of {}: {}",
                host.name(),
                number + 1,
                scripts.len(),
                script.name
            );
            host.run(script, bound)
        });
        tested.add(runs.collect());
    }
    print!("{}", table::counts(&tested));
    if let Some(file) = &arguments.report {
        let text = table::report(&tested, &files::source(&arguments.folders));
        std::fs::write(file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
        eprintln!("written: {}", file.display());
    }
    Ok(verdict::print(&tested, known.as_ref()))
}

/// What scripts run on.
enum Host {
    Native(Reach),
    Page(Box<Page>),
}

impl Host {
    fn name(&self) -> &'static str {
        match self {
            Self::Native(Reach::Shared) => "native",
            Self::Native(Reach::Asynchronous) => outcome::ASYNCHRONOUS,
            Self::Page(page) => page.browser.name,
        }
    }

    fn run(&mut self, script: &Script, bound: Duration) -> Run {
        match self {
            Self::Native(reach) => native::run(script, *reach, bound),
            Self::Page(page) => page.run(script),
        }
    }
}

/// The native host, every browser that was asked for, and the native host once more if that was
/// asked for.
fn hosts(arguments: &Arguments, bound: Duration) -> Result<Vec<Host>> {
    let chosen =
        |browser: &&'static Browser| arguments.browsers.iter().any(|name| name == browser.name);
    let pages = BROWSERS
        .iter()
        .filter(chosen)
        .map(|browser| Page::new(browser, &arguments.page, bound));
    let pages = pages.collect::<Result<Vec<_>>>()?;
    if !pages.is_empty() && arguments.browsers.iter().any(|name| name == NONE) {
        bail!("--browser: expected `{NONE}` or browsers, found both");
    }
    let mut hosts = vec![Host::Native(Reach::Shared)];
    hosts.extend(pages.into_iter().map(Box::new).map(Host::Page));
    if arguments.asynchronous {
        hosts.push(Host::Native(Reach::Asynchronous));
    }
    Ok(hosts)
}

const NONE: &str = "none";

fn all() -> Vec<&'static str> {
    BROWSERS.iter().map(|browser| browser.name).collect()
}

fn names() -> Vec<&'static str> {
    all().into_iter().chain([NONE]).collect()
}
