//! The load: `wrk` on a core of its own.

use super::server::{Kind, Server};
use crate::shell::{self, Core};
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Sends requests and says what became of them.
pub struct Load {
    script: PathBuf,
}

impl Load {
    pub fn new(workspace: &Workspace) -> Self {
        Self {
            script: workspace.root.join("benches/edge/load.lua"),
        }
    }

    /// Starts a server, of those of `amphi serve` that of the program `amphi`, and measures it
    /// once.
    pub fn sample(
        &self,
        workspace: &Workspace,
        kind: &Kind,
        amphi: &Path,
        connections: u32,
        seconds: u32,
    ) -> Result<Value> {
        let server = Server::start(workspace, kind, amphi)
            .with_context(|| format!("`{}` did not start", kind.name))?;
        self.run(&server.url, kind.body, connections, seconds)
            .with_context(|| format!("`{}` at {connections}", kind.name))
    }

    /// Requests to `url` over so many connections: how many, in how many microseconds, and the
    /// median and the 99th percentile of their latencies in microseconds. With a body they are
    /// posted. An error if one of them is not answered well.
    fn run(&self, url: &str, body: Option<&str>, connections: u32, seconds: u32) -> Result<Value> {
        // What a server does once, it does before it is measured.
        self.once(url, body, connections, 1)?;
        self.once(url, body, connections, seconds)
    }

    fn once(&self, url: &str, body: Option<&str>, connections: u32, seconds: u32) -> Result<Value> {
        let mut command = shell::pinned(Core::Load, "wrk");
        command.args(["-t", "1", "-c", &connections.to_string()]);
        command.args(["-d", &format!("{seconds}s"), "--timeout", "10s", "-s"]);
        command.arg(&self.script).arg(url);
        if let Some(body) = body {
            command.args(["--", body]);
        }
        let output = command.output().context("cannot start `wrk`")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().rev().find(|line| line.starts_with('{'));
        let line = line.with_context(|| {
            let said = String::from_utf8_lossy(&output.stderr);
            format!("expected a line of JSON from `wrk`, found: {text}{said}")
        })?;
        let sample: Value = serde_json::from_str(line)?;
        for (count, what) in [
            ("failed", "was lost"),
            ("refused", "was not answered with 200"),
        ] {
            ensure!(
                sample[count] == 0,
                "of the requests {} {what}",
                sample[count]
            );
        }
        Ok(sample)
    }
}
