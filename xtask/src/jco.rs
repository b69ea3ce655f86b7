//! jco, which pages are measured against and compared with: installed from npm for that alone, and
//! put into the page.

use crate::workspace::Workspace;
use crate::{npm, web};
use anyhow::Result;
use std::path::Path;

/// What reports say.
const NAME: &str = "jco 1.35.0 (jco-transpile 0.15.0)";

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
    let home = workspace.target("jco");
    npm::install(&home, &PACKAGES)?;
    for name in FOLDERS {
        let from = home.join("node_modules/@bytecodealliance").join(name);
        web::copy_folder(&from, &folder.join(name))?;
    }
    Ok(NAME)
}
