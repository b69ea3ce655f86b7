//! A browser's WebDriver process: started on a free port, ready when it says so, stopped on drop.

use crate::wire;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a driver may take to listen. Generous: on a busy machine it competes with a build.
const START: Duration = Duration::from_secs(60);
/// The pause between two questions whether it listens yet; there is no event to wait for.
const PAUSE: Duration = Duration::from_millis(20);

/// A running WebDriver.
#[derive(Debug)]
pub(crate) struct Driver {
    pub(crate) port: u16,
    child: Child,
    log: PathBuf,
}

impl Driver {
    /// Starts `program`, its output going to a file in `folder`.
    pub(crate) fn start(program: &Path, folder: &Path) -> Result<Self> {
        let log = folder.join("driver.log");
        let output =
            File::create(&log).with_context(|| format!("cannot write `{}`", log.display()))?;
        let port = free_port()?;
        let child = Command::new(program)
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start `{}`", program.display()))?;
        let mut driver = Self { port, child, log };
        driver.await_ready()?;
        Ok(driver)
    }

    /// What the driver has printed so far.
    pub(crate) fn output(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn await_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + START;
        loop {
            let status = wire::command(self.port, "GET", "/status", None, START);
            if status.is_ok_and(|value| value["ready"] == Value::Bool(true)) {
                return Ok(());
            }
            if let Some(code) = self.child.try_wait()? {
                bail!(
                    "the driver ended before it was ready ({code}):\n{}",
                    self.output()
                );
            }
            if Instant::now() > deadline {
                bail!(
                    "the driver was not ready within {START:?}:\n{}",
                    self.output()
                );
            }
            thread::sleep(PAUSE);
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill and only its status to collect.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that was free a moment ago. Not every driver can choose one and say which.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}
