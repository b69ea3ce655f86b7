//! A folder with a configuration and components, and the program that serves it.
//!
//! Served are `add-with-log`, 50 kB with another component as its plugin, which is replaced again
//! and again, and `respond`, which streams.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use amphi_bench_edge::resident;
use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// The core of the server and its compiler; clients are on another.
const CORE: &str = "0";
/// How long a server may take to end.
const END: Duration = Duration::from_secs(60);

/// What is served, and by which program.
pub struct Site {
    folder: TempDir,
    program: PathBuf,
    guests: PathBuf,
}

/// A program that serves.
pub struct Server {
    pub address: SocketAddr,
    pub admin: SocketAddr,
    child: Child,
    /// What it logs, read as it comes: how many requests came in, which it says at its end.
    log: Option<JoinHandle<Option<usize>>>,
}

impl Site {
    pub fn new(program: &Path, guests: &Path) -> Result<Self> {
        let site = Self {
            folder: tempfile::tempdir()?,
            program: program.to_owned(),
            guests: guests.to_owned(),
        };
        site.replace(0)?;
        for name in ["ledger", "respond"] {
            fs::write(site.path(&format!("{name}.wasm")), site.guest(name)?)?;
        }
        fs::write(
            site.path("amphi.yaml"),
            "server:
  listen: 127.0.0.1:0
  admin: { listen: 127.0.0.1:0 }
  cache: cache
  timeouts: { drain: 30s, drain-delay: 300ms }
  log: { format: json }
functions:
  add:
    component: add.wasm
    plugins: [ledger]
    limits: { concurrency: 200, queue: 1000, queue-wait: 10s }
  respond:
    component: respond.wasm
    route: /
    limits: { concurrency: 100, queue: 1000, queue-wait: 10s, wall: 60s }
plugins:
  ledger:
    component: ledger.wasm
",
        )?;
        Ok(site)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn guest(&self, name: &str) -> Result<Vec<u8>> {
        let path = self.guests.join(name).with_extension("wasm");
        fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))
    }

    /// Puts a component that nobody has compiled yet in the place of the one that adds, at once.
    pub fn replace(&self, number: usize) -> Result<()> {
        let mut component = self.guest("add-with-log")?;
        // A custom section: another digest, the same code.
        let name = format!("soak-{number:08}-{:016x}", fastrand::u64(..));
        component.extend([0, u8::try_from(name.len() + 1)?, u8::try_from(name.len())?]);
        component.extend(name.bytes());
        let next = self.path("next");
        fs::write(&next, component)?;
        Ok(fs::rename(next, self.path("add.wasm"))?)
    }

    /// Starts the program, which has yet to say where it listens.
    pub fn spawn(&self) -> Result<Child> {
        Command::new("taskset")
            .args(["-c", CORE])
            .arg(&self.program)
            .args(["serve", "--json"])
            .arg(self.path("amphi.yaml"))
            .env("AMPHI_LOG", "error,amphi_edge::server=info")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start `{}`", self.program.display()))
    }

    /// Starts the program and waits until it serves.
    pub fn start(&self) -> Result<Server> {
        let mut child = self.spawn()?;
        let output = child.stdout.take().context("its output is ours")?;
        let log = child.stderr.take().context("its log is ours")?;
        let log = thread::spawn(move || requests(log));
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let said: Value = serde_json::from_str(&line)
            .with_context(|| format!("expected a line of JSON from the server, found `{line}`"))?;
        let address = |name: &str| -> Result<SocketAddr> {
            let url = said[name].as_str().unwrap_or_default();
            let address = url.strip_prefix("http://").unwrap_or_default();
            address
                .parse()
                .with_context(|| format!("expected an address of `{name}`, found `{url}`"))
        };
        Ok(Server {
            address: address("address")?,
            admin: address("admin")?,
            child,
            log: Some(log),
        })
    }
}

/// Passes on what a server logs that has gone wrong; how many requests it says at its end that came
/// in.
fn requests(log: ChildStderr) -> Option<usize> {
    let mut requests = None;
    for line in BufReader::new(log).lines().map_while(Result::ok) {
        let entry: Value = serde_json::from_str(&line).unwrap_or_default();
        let number = entry["requests"].as_u64();
        requests = number
            .and_then(|number| number.try_into().ok())
            .or(requests);
        if entry["level"] != "INFO" {
            eprintln!("{line}");
        }
    }
    requests
}

impl Server {
    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Tells it to end.
    pub fn terminate(&self) -> Result<()> {
        Ok(kill_process(self.pid(), Signal::TERM)?)
    }

    /// Waits for its end; how it has ended, and how many requests it says that came in.
    pub fn ended(&mut self) -> Result<(ExitStatus, Option<usize>)> {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                let requests = self.log.take().and_then(|log| log.join().ok());
                return Ok((status, requests.flatten()));
            }
            ensure!(begin.elapsed() < END, "the server does not end");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Bytes of it that are in memory now.
    pub fn resident(&self) -> Result<u64> {
        resident(&self.process())
    }

    /// The number of its process.
    pub fn process(&self) -> String {
        self.child.id().to_string()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
