//! Failures that are known: a list that may only name what does fail.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// The failures that are known.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Some directives of one script that fail for one reason.
    #[serde(default)]
    pub failure: Vec<Failure>,
}

/// Some directives of one script that fail for one reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// Where: `native`, or browsers.
    pub hosts: Vec<String>,
    /// The name of the script.
    pub script: String,
    /// The first line of each directive; all of the script when there are none.
    #[serde(default)]
    pub lines: Vec<usize>,
    /// Why.
    pub reason: String,
}

impl Known {
    /// Reads a list.
    pub fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file)
            .with_context(|| format!("cannot read `{}`", file.display()))?;
        toml::from_str(&text).with_context(|| format!("`{}`", file.display()))
    }

    /// Why the directive on `line` of `script` fails on `host`, if it is known to.
    pub fn reason(&self, host: &str, script: &str, line: usize) -> Option<&str> {
        let found = self.failure.iter().find(|failure| {
            failure.script == script
                && (failure.lines.is_empty() || failure.lines.contains(&line))
                && failure.hosts.iter().any(|name| name == host)
        });
        found.map(|failure| failure.reason.as_str())
    }

    /// Every place that the list names for `host`.
    pub fn places(&self, host: &str) -> impl Iterator<Item = (&str, usize)> {
        let listed = self
            .failure
            .iter()
            .filter(move |failure| failure.hosts.iter().any(|name| name == host));
        listed.flat_map(|failure| {
            failure
                .lines
                .iter()
                .map(|line| (failure.script.as_str(), *line))
        })
    }
}
