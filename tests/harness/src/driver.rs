//! A browser's WebDriver process: started on a free port, ready when it listens, stopped on drop with all that it started.

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
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
    port: u16,
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
            // A group of its own, which its browser is in too.
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start `{}`", program.display()))?;
        let mut driver = Self { port, child, log };
        driver.await_ready()?;
        Ok(driver)
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://{}:{}/", Ipv4Addr::LOCALHOST, self.port)
    }

    /// What the driver has printed so far.
    pub(crate) fn output(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn await_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + START;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
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
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A browser outlives a driver that is killed, so the whole group is. It may have ended by itself; then there is
        // nothing to kill and only its status to collect.
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}

/// A port that was free a moment ago. Not every driver can choose one and say which.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}
