//! The servers that are measured: each a program of its own on one core, with the same places for
//! instances, and no line written for a request.

use crate::shell::{self, Core};
use crate::workspace::{DIST, Workspace};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How many instances live at once, in each server.
const INSTANCES: u32 = 200;
/// How long a server may take to start.
const START: Duration = Duration::from_secs(120);

/// Wasmtime's options for what `pagemap-scan` is in the configuration.
const SCAN: [&str; 2] = [
    "-Opooling-pagemap-scan=y",
    "-Opooling-memory-keep-resident=1048576",
];

/// What is started.
#[derive(Clone, Copy)]
enum Program {
    Plain,
    /// `wasmtime serve` with a guest and further options.
    Wasmtime(&'static str, &'static [&'static str]),
    Amphi(Amphi),
}

/// `amphi serve` with a guest, further lines for its function, and whether with `pagemap-scan`.
#[derive(Clone, Copy)]
struct Amphi {
    guest: &'static str,
    lines: &'static str,
    scan: bool,
}

const fn amphi(guest: &'static str, lines: &'static str) -> Program {
    Program::Amphi(Amphi {
        guest,
        lines,
        scan: false,
    })
}

/// A server, and what is asked of it.
pub struct Kind {
    /// Its name in the figures.
    pub name: &'static str,
    /// What the report says of it.
    pub title: &'static str,
    program: Program,
    path: &'static str,
    /// What is posted; else it is GET.
    pub body: Option<&'static str>,
}

impl Kind {
    pub const fn is_amphi(&self) -> bool {
        matches!(self.program, Program::Amphi(_))
    }
}

const fn get(
    name: &'static str,
    title: &'static str,
    program: Program,
    path: &'static str,
) -> Kind {
    Kind {
        name,
        title,
        program,
        path,
        body: None,
    }
}

const fn post(
    name: &'static str,
    title: &'static str,
    program: Program,
    path: &'static str,
) -> Kind {
    Kind {
        body: Some("[2, 3]"),
        ..get(name, title, program, path)
    }
}

/// Every server, in the order of the report.
#[rustfmt::skip]
pub const SERVERS: [Kind; 11] = [
    get("plain", "plain hyper", Program::Plain, "/"),
    get("wasmtime", "`wasmtime serve`", Program::Wasmtime("words", &[]), "/"),
    get("wasmtime-timeout", "`wasmtime serve -W timeout=5s`", Program::Wasmtime("words", &["-W", "timeout=5s"]), "/"),
    get("amphi", "`amphi serve`, a fresh instance", amphi("words", ""), "/"),
    get("wasmtime-scan", "`wasmtime serve`, pagemap-scan", Program::Wasmtime("words", &SCAN), "/"),
    get("amphi-scan", "`amphi serve`, a fresh instance, pagemap-scan", Program::Amphi(Amphi { guest: "words", lines: "", scan: true }), "/"),
    get("amphi-reuse", "`amphi serve`, instances reused", amphi("words", "    reuse: { calls: 128 }\n"), "/"),
    get("wasmtime-0-3", "`wasmtime serve`, WASI 0.3, instances reused", Program::Wasmtime("respond-0-3", &[]), "/seen?x=1"),
    get("amphi-0-3", "`amphi serve`, WASI 0.3, a fresh instance", amphi("respond-0-3", ""), "/seen?x=1"),
    post("plain-post", "plain hyper, body read", Program::Plain, "/"),
    post("amphi-add", "`amphi serve`, JSON `add`, a fresh instance", amphi("calc-1-1", ""), "/v1/fn/f/add"),
];

/// A server that listens.
pub struct Server {
    /// What is asked of it.
    pub url: String,
    child: Child,
}

impl Server {
    /// The `amphi` of this build.
    pub fn amphi(workspace: &Workspace) -> PathBuf {
        workspace.native.join(DIST).join("amphi")
    }

    /// Starts a server, of those of `amphi serve` that of the program `amphi`, and waits until it
    /// answers.
    pub fn start(workspace: &Workspace, kind: &Kind, program: &Path) -> Result<Self> {
        let built = workspace.native.join(DIST);
        let guest = |name: &str| workspace.target(&format!("guests/{name}.wasm"));
        let (child, base) = match kind.program {
            Program::Plain => {
                let mut child = pinned(&built.join("bench-plain")).spawn()?;
                let base = first_line(&mut child)?;
                (child, base)
            }
            Program::Wasmtime(name, options) => {
                let port = free_port()?;
                let mut command = pinned(Path::new("wasmtime"));
                command.args(["serve", "--addr", &format!("127.0.0.1:{port}")]);
                // Rust's library asks for the environment.
                command.args(["-S", "cli"]);
                command.args(options).args(pool()).arg(guest(name));
                let mut child = command.spawn()?;
                wait(&mut child, port)?;
                (child, format!("http://127.0.0.1:{port}"))
            }
            Program::Amphi(amphi) => {
                let file = workspace.target("bench-edge.yaml");
                fs::write(&file, config(&guest(amphi.guest), amphi))
                    .with_context(|| format!("cannot write `{}`", file.display()))?;
                let mut command = pinned(program);
                command.args(["serve", "--json"]).arg(&file);
                let mut child = command.spawn()?;
                let said: Value = serde_json::from_str(&first_line(&mut child)?)?;
                let base = said["address"]
                    .as_str()
                    .context("it says where it listens")?;
                (child, base.to_owned())
            }
        };
        Ok(Self {
            url: format!("{base}{}", kind.path),
            child,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn pinned(program: &Path) -> Command {
    let mut command = shell::pinned(Core::Measured, program);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// Wasmtime's options for the pool that `amphi serve` has (`PoolSettings`).
fn pool() -> Vec<String> {
    let options = [
        ("pooling-allocator", "y".to_owned()),
        ("pooling-total-component-instances", INSTANCES.to_string()),
        ("pooling-total-core-instances", (INSTANCES * 32).to_string()),
        ("pooling-total-memories", (INSTANCES * 8).to_string()),
        ("pooling-total-tables", (INSTANCES * 8).to_string()),
        ("pooling-total-stacks", (INSTANCES * 2).to_string()),
        ("pooling-max-memories-per-module", "8".to_owned()),
        ("pooling-max-tables-per-module", "8".to_owned()),
        ("pooling-table-elements", "100000".to_owned()),
        ("pooling-table-keep-resident", (16 << 10).to_string()),
        ("pooling-async-stack-keep-resident", (64 << 10).to_string()),
        ("pooling-max-unused-warm-slots", INSTANCES.to_string()),
    ];
    let words = options
        .iter()
        .map(|(name, value)| format!("-O{name}={value}"));
    words.collect()
}

fn config(guest: &Path, amphi: Amphi) -> String {
    let Amphi { lines, scan, .. } = amphi;
    format!(
        "server:\n  listen: 127.0.0.1:0\n  pool: {{ instances: {INSTANCES}, pagemap-scan: {scan} }}\n  log: {{ level: warn }}\nfunctions:\n  f:\n    component: {}\n    route: /\n    limits: {{ concurrency: {INSTANCES} }}\n{lines}",
        guest.display()
    )
}

fn first_line(child: &mut Child) -> Result<String> {
    let output = child.stdout.take().context("its output is ours")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let line = line.trim().to_owned();
    ensure!(
        !line.is_empty(),
        "expected a line that says where it listens, found none"
    );
    Ok(line)
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

fn wait(child: &mut Child, port: u16) -> Result<()> {
    let begin = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        ensure!(begin.elapsed() < START, "nothing listens at port {port}");
        if let Some(status) = child.try_wait()? {
            bail!("it ended by itself ({status})");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
