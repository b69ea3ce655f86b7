//! jco, which pages are measured against and compared with: installed from npm for that alone, and put into the page.

use crate::workspace::Workspace;
use crate::{shell, tools, web};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::Command;

/// What reports say.
const NAME: &str = "jco 1.35.0 (jco-transpile 0.15.0)";

/// The packages: the transpiler of that jco, and its WASI for browsers.
const PACKAGES: [&str; 2] = [
    "@bytecodealliance/jco-transpile@0.15.0",
    "@bytecodealliance/preview2-shim@0.26.1",
];

/// What the page needs of them.
const FOLDERS: [&str; 2] = ["jco-transpile/vendor", "preview2-shim/dist"];

/// Installs jco under `target/`, unless it is there, copies what a page needs of it to `folder`, and says which one it is.
pub fn install(workspace: &Workspace, folder: &Path) -> Result<&'static str> {
    let home = workspace.target("jco");
    let done = home.join("installed");
    let wanted = PACKAGES.join("\n");
    if fs::read_to_string(&done).ok().as_deref() != Some(wanted.as_str()) {
        tools::npm()?;
        fs::create_dir_all(&home).with_context(|| format!("cannot make `{}`", home.display()))?;
        let mut npm = Command::new("npm");
        npm.args([
            "install",
            "--no-save",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
        ]);
        shell::quiet(npm.arg("--prefix").arg(&home).args(PACKAGES))?;
        fs::write(&done, wanted).with_context(|| format!("cannot write `{}`", done.display()))?;
    }
    for name in FOLDERS {
        let from = home.join("node_modules/@bytecodealliance").join(name);
        web::copy_folder(&from, &folder.join(name))?;
    }
    Ok(NAME)
}
