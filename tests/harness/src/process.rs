//! A process that is ended on drop with all that it started.

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process_group};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};

/// A running process at the head of a group of its own.
#[derive(Debug)]
pub(crate) struct Process(pub(crate) Child);

impl Process {
    /// Starts `command`.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let child = command.process_group(0).spawn();
        child
            .map(Self)
            .with_context(|| format!("cannot start `{}`", command.get_program().to_string_lossy()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A browser outlives a driver that is killed, so the whole group is. It may have ended by
        // itself; then there is nothing to kill and only its status to collect.
        let _ = kill_process_group(Pid::from_child(&self.0), Signal::KILL);
        let _ = self.0.wait();
    }
}
