//! A browser's WebDriver process: started on a free port, ready when it listens, stopped on drop
//! with all that it started.

use crate::browser::Browser;
use crate::display::Display;
use crate::process::Process;
use anyhow::{Context, Result, bail};
use rustix::process::getuid;
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long a driver may take to listen. Generous: on a busy machine it competes with a build.
const START: Duration = Duration::from_secs(60);
/// The pause between two questions whether it listens yet; there is no event to wait for.
const PAUSE: Duration = Duration::from_millis(20);
/// Where programs keep what is the user's: each is a folder of the scratch folder.
const FOLDERS: &[&str] = &[
    "HOME",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
];

/// A running WebDriver.
#[derive(Debug)]
pub(crate) struct Driver {
    port: Port,
    process: Process,
    log: PathBuf,
    // Declared last: the display goes after what draws on it.
    _display: Option<Display>,
}

impl Driver {
    /// Starts the driver of `browser`, which then knows no folder of the user's but those that are
    /// made in `scratch`.
    pub(crate) fn start(browser: &Browser, scratch: &Path) -> Result<Self> {
        let log = scratch.join("driver.log");
        let output =
            File::create(&log).with_context(|| format!("cannot write `{}`", log.display()))?;
        let port = Port::take()?;
        let display = browser
            .display()?
            .map(|server| Display::start(&server))
            .transpose()?;
        let mut command = Command::new(browser.driver()?);
        command
            .arg(format!("--port={}", port.number))
            .args(browser.driver_arguments)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            // A bus of the user's would lead out of the scratch folder.
            .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
            .env("NO_AT_BRIDGE", "1");
        for variable in FOLDERS {
            command.env(variable, private_folder(&scratch.join(variable))?);
        }
        if let Some(display) = &display {
            command.env("DISPLAY", &display.name);
        }
        let mut driver = Self {
            port,
            process: Process::start(&mut command)?,
            log,
            _display: display,
        };
        driver.await_ready()?;
        Ok(driver)
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://{}:{}/", Ipv4Addr::LOCALHOST, self.port.number)
    }

    /// What the driver has printed so far.
    pub(crate) fn output(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn await_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + START;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port.number)).is_err() {
            if let Some(code) = self.process.0.try_wait()? {
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

/// Makes a folder that is the user's alone, as a runtime folder has to be.
fn private_folder(path: &Path) -> Result<&Path> {
    let made = fs::create_dir_all(path)
        .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(0o700)));
    made.with_context(|| format!("cannot make `{}`", path.display()))?;
    Ok(path)
}

/// A port that no other driver of ours has, nor any program that asked the system for a free one:
/// those come from above. Not every driver can choose one and say which.
#[derive(Debug)]
struct Port {
    number: u16,
    /// Locked for as long as the port is ours.
    _lock: File,
}

impl Port {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 10_000;

    fn take() -> Result<Self> {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        let folder = format!("amphi-ports-{}", getuid().as_raw());
        let folder = std::env::temp_dir().join(folder);
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make `{}`", folder.display()))?;
        // Each process begins elsewhere: of a port that was just in use, not every driver takes
        // hold again at once.
        let own = (std::process::id() % u32::from(Self::COUNT)) as u16;
        for _ in 0..Self::COUNT {
            let nth = NEXT.fetch_add(1, Ordering::Relaxed) % Self::COUNT;
            let number = Self::FIRST + (own + nth) % Self::COUNT;
            let path = folder.join(number.to_string());
            let lock = File::create(&path)
                .with_context(|| format!("cannot write `{}`", path.display()))?;
            if lock.try_lock().is_ok() && TcpListener::bind((Ipv4Addr::LOCALHOST, number)).is_ok() {
                return Ok(Self {
                    number,
                    _lock: lock,
                });
            }
        }
        bail!(
            "expected one of {} ports from {} to be free, found none",
            Self::COUNT,
            Self::FIRST
        )
    }
}
