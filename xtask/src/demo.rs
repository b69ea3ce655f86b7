//! Shows the project: builds the page and the native server, compares the two hosts once in a
//! browser, then serves.

mod service;

use crate::web::{self, Page, Profile};
use crate::workspace::{Workspace, cargo};
use crate::{guests, shell, tools};
use amphi_harness::{BROWSERS, Browser, Session};
use anyhow::{Context, Result, anyhow, ensure};
use clap::Args;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The native host, and the profile that it is built in.
const HOST: &str = "sensor-demo";
const HOST_PROFILE: &str = "demo";

/// How long the page may take to load its code and to run the filter.
const DEADLINE: Duration = Duration::from_secs(120);

/// Awaits the page's verdict and takes down what a visitor reads.
const AWAIT_VERDICT: &str = "
    const done = arguments[arguments.length - 1];
    const root = document.documentElement;
    const text = (id) => document.getElementById(id).innerText;
    const tell = () => done({
        verdict: root.dataset.verdict,
        headline: text('headline'),
        detail: text('detail'),
        hosts: text('hosts'),
        rows: [...document.querySelectorAll('#hosts tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent)),
    });
    const watch = new MutationObserver(() => root.dataset.verdict && (watch.disconnect(), tell()));
    if (root.dataset.verdict) tell();
    else watch.observe(root, { attributeFilter: ['data-verdict'] });";

/// What the page says of each host in a row, of which every cell has to begin with a time.
const TIMES: [&str; 4] = ["Compile", "Instantiate", "First run", "Later runs, median"];

/// Serves the demo page: one component, run by the page and by the native host, and both answers
/// side by side.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cargo xtask demo\n  cargo xtask demo --check")]
pub struct Options {
    /// Look once, through a browser that nobody sees, write `target/demo.png`, and stop.
    #[arg(long)]
    check: bool,
    /// The port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 7380)]
    port: u16,
}

/// Commands for the page's terminal, their status, and a part of what they write.
const COMMANDS: &[(&str, &str, &str, &str)] = &[
    (
        "hello",
        "--read /data/greeting.txt Amphi",
        "0",
        "Hello, Amphi!\nHello, world!\n",
    ),
    ("hello", "--exit 7", "1", "exit code"),
    ("errand", "poll", "0", "twenty: 20"),
];

/// Fills the terminal's form in, sends it, and awaits the command's end.
const RUN_COMMAND: &str = "
    const [program, args, done] = arguments;
    const root = document.documentElement;
    document.getElementById('program').value = program;
    document.getElementById('args').value = args;
    document.getElementById('terminal').replaceChildren();
    new MutationObserver((_, observer) => {
        if (root.dataset.status === undefined) return;
        observer.disconnect();
        done({ status: root.dataset.status, text: document.getElementById('terminal').textContent });
    }).observe(root, { attributes: true });
    document.getElementById('inputs').requestSubmit();";

/// Builds everything that the demo needs and shows it.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let started = Instant::now();
    let page = web::page("demo")?;
    let folder = page.folder(workspace);
    let browser = build(workspace, page)?;
    shell::timed(&("the page's files", &|| {
        web::join(workspace, page, Profile::Demo, &folder)
    }))?;
    let program = workspace.native.join(HOST_PROFILE).join(HOST);
    let mut server = Server::start(&program, &folder, options.port)?;
    let picture = workspace.target("demo.png");
    let compare =
        |browser| shell::timed(&("comparison", &|| check(browser, &server.url, &picture)));
    let compared = browser.and_then(compare);
    println!(
        "\nbuilt and compared in {:.0} s",
        started.elapsed().as_secs_f64()
    );
    if options.check {
        return compared;
    }
    if let Err(error) = compared {
        eprintln!("not compared in a browser here: {error:#}");
    }
    println!("\nOpen {} (Ctrl-C ends it)", server.url);
    server.serve()
}

/// Builds the guests, the page's code and the native host side by side, and has the browser
/// installed meanwhile, which the demo can do without.
fn build(workspace: &Workspace, page: &Page) -> Result<Result<&'static Browser>> {
    // One after the other: rustup does one thing at a time.
    web::prepare(Profile::Demo)?;
    guests::targets()?;
    let found = OnceLock::new();
    let host = [
        "build",
        "--profile",
        HOST_PROFILE,
        "-p",
        HOST,
        "--bin",
        HOST,
    ];
    shell::side_by_side(&[
        ("guests", &|| guests::build(workspace)),
        ("the page's code", &|| {
            web::compile_together(workspace, page, Profile::Demo)
        }),
        ("the native host", &|| shell::quiet(&mut cargo(&host))),
        ("browser", &|| {
            found.get_or_init(browser);
            Ok(())
        }),
    ])?;
    found
        .into_inner()
        .context("nobody has looked for a browser")
}

/// The browser that compares, installed if need be.
pub fn browser() -> Result<&'static Browser> {
    let browser = BROWSERS.first().context("the harness knows no browser")?;
    tools::browser(browser)?;
    Ok(browser)
}

/// Opens the page in `browser`, prints what it found, keeps a picture; unequal answers are an
/// error.
pub fn check(browser: &'static Browser, url: &str, picture: &Path) -> Result<()> {
    let session = Session::start(browser, DEADLINE)?;
    session.open(url)?;
    let found = session
        .run_async(AWAIT_VERDICT, json!([]))
        .map_err(|error| session.explain(error))?;
    fs::write(picture, session.screenshot()?)
        .with_context(|| format!("cannot write `{}`", picture.display()))?;
    let text = |field: &str| found[field].as_str().unwrap_or_default();
    println!(
        "\n{}\n\n{}: {}\npicture: {}",
        text("hosts"),
        text("headline"),
        text("detail"),
        picture.display()
    );
    if text("verdict") != "equal" {
        let verdict = anyhow!(
            "expected the page's answer to equal the native one, found `{}`",
            text("verdict")
        );
        return Err(session.explain(verdict));
    }
    times(&found["rows"])?;
    commands(&session, url)?;
    service::check(&session, url)
}

/// Checks that the page shows how long each step took on both hosts, and that its own component was
/// precompiled.
fn times(rows: &Value) -> Result<()> {
    let rows: Vec<Vec<String>> = serde_json::from_value(rows.clone())?;
    for name in TIMES {
        let row = rows
            .iter()
            .find(|row| row.first().is_some_and(|first| first == name));
        let cells = row.map_or(&[][..], |row| &row[1..]);
        let is_time = |cell: &String| {
            let number = cell.split_once(" ms").map(|(number, _)| number);
            number.is_some_and(|number| number.parse::<f64>().is_ok())
        };
        ensure!(
            cells.len() == 2 && cells.iter().all(is_time),
            "expected a time for both hosts in the row `{name}`, found {cells:?}"
        );
        ensure!(
            name != TIMES[0] || cells[0].ends_with(", precompiled"),
            "expected the page's component to be precompiled, found `{}`",
            cells[0]
        );
    }
    Ok(())
}

/// Has a component answer requests, natively and in service workers of `browsers`.
pub fn answers(browsers: &[&'static Browser], url: &str) -> Result<()> {
    for browser in browsers {
        service::check(&Session::start(browser, DEADLINE)?, url)?;
    }
    Ok(())
}

/// Runs commands in the page's terminal.
fn commands(session: &Session, url: &str) -> Result<()> {
    session.open(&format!("{}/terminal.html", url.trim_end_matches('/')))?;
    for (program, args, status, part) in COMMANDS {
        let found = session
            .run_async(RUN_COMMAND, json!([program, args]))
            .map_err(|error| session.explain(error))?;
        let text = found["text"].as_str().unwrap_or_default();
        ensure!(
            found["status"].as_str() == Some(status) && text.contains(part),
            "`{program} {args}` in the page's terminal: expected `{part}` and the status {status}, found {found}"
        );
    }
    println!("commands in the terminal: {}", COMMANDS.len());
    Ok(())
}

/// The native server, ended on drop.
#[derive(Debug)]
pub struct Server {
    /// Where it serves.
    pub url: String,
    child: Child,
}

impl Server {
    /// Starts `program` on `page` and waits until it says where it listens.
    pub fn start(program: &Path, page: &Path, port: u16) -> Result<Self> {
        let mut child = Command::new(program)
            .args(["serve", "--port", &port.to_string(), "--page"])
            .arg(page)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start `{}`", program.display()))?;
        let output = child
            .stdout
            .take()
            .context("the server's output is not ours")?;
        let mut server = Self {
            url: String::new(),
            child,
        };
        BufReader::new(output).read_line(&mut server.url)?;
        server.url.truncate(server.url.trim_end().len());
        ensure!(
            server.url.starts_with("http://"),
            "expected the server to say where it listens, found `{}`",
            server.url
        );
        Ok(server)
    }

    fn serve(&mut self) -> Result<()> {
        let status = self.child.wait()?;
        ensure!(status.success(), "the server ended ({status})");
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
