//! An application outside of this workspace: copied elsewhere, built as its author would, and assembled to a page.
//!
//! Cargo is started in another folder, so that it finds no configuration of ours.

use crate::shell;
use crate::web::{self, Profile, TARGET};
use crate::workspace::{Workspace, cargo};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// Where the application finds the facade when it stands in the project, as its manifest has it.
const FACADE: &str = "../../host/sdk";

/// Builds `tests/outside` and assembles its page; says where that is.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    let project = workspace.target("outside");
    copy(workspace, &project)?;
    let mut command = cargo(&["build", "--lib", "--target", TARGET, "--profile"]);
    command
        .arg(Profile::WebDev.name())
        .arg("--manifest-path")
        .arg(project.join("Cargo.toml"))
        .current_dir(std::env::temp_dir())
        .env("CARGO_TARGET_DIR", web::target_folder(workspace));
    shell::quiet(&mut command)?;
    let module = web::module(workspace, "outside", Profile::WebDev);
    let folders = [("tests/outside/page", ""), ("target/guests", "guests")];
    web::assemble(workspace, "outside", &folders, &module)
}

fn copy(workspace: &Workspace, project: &Path) -> Result<()> {
    let source = workspace.root.join("tests/outside");
    let facade = workspace.root.join("host/sdk");
    let manifest = read(&source.join("Cargo.toml"))?;
    ensure!(
        manifest.contains(FACADE),
        "expected the manifest of `tests/outside` to depend on `{FACADE}`"
    );
    let manifest = manifest.replace(FACADE, &facade.display().to_string());
    write(&project.join("Cargo.toml"), &manifest)?;
    // The same versions as everywhere, wasm-bindgen's above all.
    write(
        &project.join("Cargo.lock"),
        &read(&workspace.root.join("Cargo.lock"))?,
    )?;
    write(
        &project.join("src/lib.rs"),
        &read(&source.join("src/lib.rs"))?,
    )
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
