//! jco, which pages are measured against and compared with: installed from npm for that alone, and
//! put into the page, or had transpile a component for it.

use crate::javascript::bundle::Bundler;
use crate::workspace::Workspace;
use crate::{npm, shell, web};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What reports say.
pub const NAME: &str = "jco 1.35.0 (jco-transpile 0.15.0)";

/// The packages: the transpiler of that jco, and its WASI for browsers.
const PACKAGES: [&str; 2] = [
    "@bytecodealliance/jco-transpile@0.15.0",
    "@bytecodealliance/preview2-shim@0.26.1",
];

/// What the page needs of them.
const FOLDERS: [&str; 2] = ["jco-transpile/vendor", "preview2-shim/dist"];

/// Installs jco under `target/`, unless it is there, copies what a page needs of it to `folder`,
/// and says which one it is.
pub fn install(workspace: &Workspace, folder: &Path) -> Result<&'static str> {
    let home = home(workspace)?;
    for name in FOLDERS {
        let from = home.join("node_modules/@bytecodealliance").join(name);
        web::copy_folder(&from, &folder.join(name))?;
    }
    Ok(NAME)
}

/// Has a component transpiled by `sources/transpile.mjs`, bundles what comes of it with
/// `sources/SCRIPT`, and puts both, `answer.js` and the core modules, into `page`.
pub fn transpile(
    workspace: &Workspace,
    component: &Path,
    sources: &Path,
    script: &str,
    page: &Path,
) -> Result<()> {
    let home = home(workspace)?;
    let folder = home.join("transpiled");
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot empty `{}`", folder.display()))?;
    }
    // In the packages' folder, where Node.js and the bundler find them.
    web::copy_folder(sources, &folder)?;
    let mut node = Command::new("node");
    node.arg(folder.join("transpile.mjs")).arg(component);
    shell::quiet(node.arg(&folder))?;
    let mut bundled = Bundler::install(workspace)?.of(&folder.join(script));
    shell::quiet(bundled.arg("--file").arg(page.join("answer.js")))?;
    for entry in fs::read_dir(&folder)? {
        let file = entry?.path();
        if let Some(name) = file.file_name()
            && file
                .extension()
                .is_some_and(|extension| extension == "wasm")
        {
            fs::copy(&file, page.join(name))
                .with_context(|| format!("cannot copy `{}`", file.display()))?;
        }
    }
    Ok(())
}

/// Where the packages are, installed unless they are there.
fn home(workspace: &Workspace) -> Result<PathBuf> {
    let home = workspace.target("jco");
    npm::install(&home, &PACKAGES)?;
    Ok(home)
}
