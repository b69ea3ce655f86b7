//! Builds every guest to a component, both ways: with `cargo component`, and with nothing but the
//! wasm32-wasip2 target.
//!
//! The guests come from the workspace: under `guest/`, a package with the metadata of `cargo
//! component` is a library with a contract, one with a binary is a command. Outcomes, `<crate>`
//! being the package's name:
//!
//! - `target/guests/<crate>.wasm`: a library built by `cargo component`; a command built for
//!   wasm32-wasip2
//! - `target/guests/wasip2/<crate>.wasm`: either built for wasm32-wasip2
//! - `target/guests/<crate>.wasm`: a library without that metadata, built for wasm32-wasip2: what
//!   `cargo component` does not know, WASI 0.3
//! - `target/guests/<crate>.p1.wasm`: a command as a core module for WASI preview 1

use crate::workspace::{Package, Workspace, cargo, select};
use crate::{shell, tools};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PREVIEW_1: &str = "wasm32-wasip1";
const PREVIEW_2: &str = "wasm32-wasip2";
const NO_SYSTEM: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "guest";

/// Installs what building guests needs.
pub fn prepare() -> Result<()> {
    targets()?;
    tools::cargo_component()
}

/// Installs what guests are compiled for.
pub fn targets() -> Result<()> {
    tools::targets(&[PREVIEW_1, PREVIEW_2])
}

/// Builds all guests and puts them in `target/guests`.
pub fn build(workspace: &Workspace) -> Result<()> {
    prepare()?;
    let libraries: Vec<&Package> = workspace.guests().filter(|guest| guest.component).collect();
    let commands: Vec<&Package> = workspace
        .guests()
        .filter(|guest| !guest.binaries.is_empty())
        .collect();
    ensure!(
        !libraries.is_empty(),
        "expected guests under `guest/`, found none"
    );

    let plain = workspace
        .guests()
        .filter(|guest| !guest.component && guest.binaries.is_empty());

    let built = built(workspace);
    let folder = workspace.target("guests");

    shell::quiet(&mut built.command(&["component", "build"], &libraries))?;
    for guest in &libraries {
        copy(
            &built.library(PREVIEW_1, guest),
            &folder.join(format!("{}.wasm", guest.name)),
        )?;
    }

    let mut all = libraries.clone();
    all.extend(&commands);
    shell::quiet(&mut built.command(&["build", "--target", PREVIEW_2], &all))?;
    for guest in &libraries {
        copy(
            &built.library(PREVIEW_2, guest),
            &folder.join(format!("wasip2/{}.wasm", guest.name)),
        )?;
    }

    // Each by itself: what it needs of its libraries is not what the others need.
    for guest in plain {
        shell::quiet(&mut built.command(&["build", "--target", PREVIEW_2], &[guest]))?;
        copy(
            &built.library(PREVIEW_2, guest),
            &folder.join(format!("{}.wasm", guest.name)),
        )?;
    }

    if commands.is_empty() {
        return Ok(());
    }
    shell::quiet(&mut built.command(&["build", "--target", PREVIEW_1], &commands))?;
    for name in commands.iter().flat_map(|guest| &guest.binaries) {
        copy(
            &built.binary(PREVIEW_2, name),
            &folder.join(format!("{name}.wasm")),
        )?;
        copy(
            &built.binary(PREVIEW_2, name),
            &folder.join(format!("wasip2/{name}.wasm")),
        )?;
        copy(
            &built.binary(PREVIEW_1, name),
            &folder.join(format!("{name}.p1.wasm")),
        )?;
    }
    Ok(())
}

/// Builds a library for no system at all, so that it does not import WASI, whose adapter it would
/// otherwise have; says where it is.
pub fn without_wasi(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    tools::targets(&[NO_SYSTEM])?;
    let guest = workspace.guests().find(|guest| guest.name == name);
    let guest = guest.with_context(|| format!("expected a guest `{name}`"))?;
    let built = built(workspace);
    let words = ["component", "build", "--target", NO_SYSTEM];
    shell::quiet(&mut built.command(&words, &[guest]))?;
    Ok(built.library(NO_SYSTEM, guest))
}

/// A cargo command on every guest, for the target and in the folder that [`build`] uses.
pub fn cargo_for(workspace: &Workspace, words: &[&str]) -> Command {
    let guests: Vec<&Package> = workspace.guests().collect();
    let mut command = built(workspace).command(words, &guests);
    command.args(["--target", PREVIEW_2]);
    command
}

fn built(workspace: &Workspace) -> Built {
    Built(workspace.target("guest-build"))
}

/// The target folder of guest builds. Its own, so that neither locks nor features meet those of
/// native builds.
struct Built(PathBuf);

impl Built {
    fn command(&self, words: &[&str], guests: &[&Package]) -> Command {
        let mut command = cargo(words);
        command
            .args(["--profile", PROFILE])
            .env("CARGO_TARGET_DIR", &self.0);
        select(&mut command, guests.iter().map(|guest| guest.name.as_str()));
        command
    }

    fn library(&self, target: &str, guest: &Package) -> PathBuf {
        self.binary(target, &guest.name.replace('-', "_"))
    }

    fn binary(&self, target: &str, name: &str) -> PathBuf {
        self.0
            .join(target)
            .join(PROFILE)
            .join(format!("{name}.wasm"))
    }
}

/// Copies a file unless the same bytes are there, so that what depends on it stays fresh.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let bytes = fs::read(from)
        .with_context(|| format!("expected a built guest at `{}`", from.display()))?;
    if fs::read(to).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(to, bytes).with_context(|| format!("cannot write `{}`", to.display()))
}
