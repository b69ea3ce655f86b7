//! A display that nobody sees, for browsers that draw on one.

use crate::process::Process;
use anyhow::{Result, ensure};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// A running display server of its own.
#[derive(Debug)]
pub(crate) struct Display {
    /// What programs find it by: the value of `DISPLAY`.
    pub(crate) name: String,
    _process: Process,
}

impl Display {
    /// Starts `server`, which is like Xvfb, on a display number that it chooses.
    pub(crate) fn start(server: &Path) -> Result<Self> {
        let mut process = Process::start(
            Command::new(server)
                .args(["-displayfd", "1", "-nolisten", "tcp"])
                .args(["-screen", "0", "1280x1400x24"])
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        )?;
        let mut number = String::new();
        if let Some(output) = process.0.stdout.take() {
            BufReader::new(output).read_line(&mut number)?;
        }
        ensure!(
            number.trim().parse::<u32>().is_ok(),
            "expected `{}` to say which display it is, found `{}`",
            server.display(),
            number.trim()
        );
        Ok(Self {
            name: format!(":{}", number.trim()),
            _process: process,
        })
    }
}
