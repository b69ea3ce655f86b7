//! An application outside of this workspace, built as its author would of the crates as they are
//! published, natively and to a page.
//!
//! Cargo is started in another folder, so that it finds no configuration of ours.

use crate::package::{self, Unpacked};
use crate::shell;
use crate::web::{self, Profile, TARGET};
use crate::workspace::{Workspace, cargo};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::Path;
use std::process::Command;

/// What it is asked natively, and what it answers.
const ASKED: [&str; 2] = ["6", "7"];
const ANSWER: &str = "48";

/// Builds `tests/outside` of the packages of our crates, runs it natively, and assembles its page
/// in `target/page/outside`.
pub fn build(workspace: &Workspace) -> Result<()> {
    let project = workspace.target("outside");
    copy(workspace, &project)?;
    run_natively(workspace, &project)?;
    let mut command = command("build", &project, &web::target_folder(workspace));
    command.args([
        "--lib",
        "--target",
        TARGET,
        "--profile",
        Profile::WebDev.name(),
    ]);
    shell::quiet(&mut command)?;
    let module = web::module(workspace, "outside", Profile::WebDev);
    let folders = [("tests/outside/page", ""), ("target/guests", "guests")];
    web::assemble(workspace, "outside", &folders, &module).map(drop)
}

fn run_natively(workspace: &Workspace, project: &Path) -> Result<()> {
    shell::quiet(command("build", project, &workspace.native).args(["--bin", "outside"]))?;
    let mut program = Command::new(workspace.native.join("debug/outside"));
    program
        .arg(workspace.target("guests/calc-1-1.wasm"))
        .args(ASKED);
    let output = program.output().context("cannot start `outside`")?;
    let answer = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success() && answer.trim() == ANSWER,
        "expected the application to answer `{ANSWER}` natively, found `{answer}` ({}): {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

fn command(word: &str, project: &Path, target: &Path) -> Command {
    let mut command = cargo(&[word, "--manifest-path"]);
    command
        .arg(project.join("Cargo.toml"))
        .current_dir(std::env::temp_dir())
        .env("CARGO_TARGET_DIR", target);
    command
}

fn copy(workspace: &Workspace, project: &Path) -> Result<()> {
    let source = workspace.root.join("tests/outside");
    let manifest = read(&source.join("Cargo.toml"))? + &patch(&package::pack(workspace)?);
    write(&project.join("Cargo.toml"), &manifest)?;
    // The same versions as everywhere, wasm-bindgen's above all.
    write(
        &project.join("Cargo.lock"),
        &read(&workspace.root.join("Cargo.lock"))?,
    )?;
    for file in ["src/lib.rs", "src/main.rs"] {
        write(&project.join(file), &read(&source.join(file))?)?;
    }
    Ok(())
}

/// What has cargo take our crates out of folders, and not from where they are published.
fn patch(crates: &[Unpacked]) -> String {
    let line = |unpacked: &Unpacked| {
        let Unpacked { name, folder } = unpacked;
        format!("{name} = {{ path = {:?} }}\n", folder.display().to_string())
    };
    let lines: String = crates.iter().map(line).collect();
    format!("\n[patch.crates-io]\n{lines}")
}

/// The text of a file.
pub fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// Writes a file unless it is there already, so that what was built of it stays fresh.
pub fn write(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))
}
