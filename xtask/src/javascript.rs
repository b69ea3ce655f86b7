//! The package `amphi-web` for JavaScript, ready for npm: `dist/amphi-web/`.

use crate::web::{self, Page, Profile};
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The package: its modules, and the wasm that they use.
pub static PACKAGE: Page = Page {
    name: "package",
    package: "amphi-js",
    folders: &[("web/js/package", "")],
    bound: "wasm",
    besides: &[("amphi-wit", "wasm")],
};

const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Assembles the package as users download it, and prints where it is.
pub fn run(workspace: &Workspace) -> Result<()> {
    web::prepare(Profile::Web)?;
    println!("{}", build(workspace)?.display());
    Ok(())
}

/// Assembles the package, and says where it is.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.root.join("dist/amphi-web");
    web::build_into(workspace, &PACKAGE, Profile::Web, &folder)?;
    // Who reads them reads the declarations, or the modules where they are written.
    scripts(&folder)?
        .iter()
        .try_for_each(|script| web::leave_out_comments(script))?;
    for name in LICENCES {
        fs::copy(workspace.root.join(name), folder.join(name))
            .with_context(|| format!("cannot copy `{name}`"))?;
    }
    Ok(folder)
}

/// The scripts of a folder, and of those in it.
fn scripts(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(scripts(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "js") {
            found.push(path);
        }
    }
    Ok(found)
}
