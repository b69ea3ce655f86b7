//! Packages of npm that tests and benchmarks need: installed under `target/`, and nowhere else.

use crate::{shell, tools};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Installs `packages`, versions included, in `folder`, unless they are there.
pub fn install(folder: &Path, packages: &[&str]) -> Result<()> {
    let done = folder.join("installed");
    let wanted = packages.join("\n");
    if fs::read_to_string(&done).ok().as_deref() == Some(wanted.as_str()) {
        return Ok(());
    }
    tools::npm()?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let mut npm = Command::new("npm");
    npm.args([
        "install",
        "--no-save",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
    ]);
    shell::quiet(npm.arg("--prefix").arg(folder).args(packages))?;
    fs::write(&done, wanted).with_context(|| format!("cannot write `{}`", done.display()))
}
