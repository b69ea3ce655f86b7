//! Has Vite build an application that imports a component, and serve it while it is developed.

use crate::workspace::Workspace;
use crate::{npm, shell, test, web};
use anyhow::Result;
use std::fs;

/// Vite, and what checks the types that its plugin writes.
const PACKAGES: [&str; 2] = ["typescript@7.0.2", "vite@8.4.0"];

/// Puts the application and the package together under `target/`, and has them tested, or says why
/// that cannot be.
pub fn check(workspace: &Workspace) -> Result<()> {
    let home = workspace.target("vite");
    if let Err(error) = npm::install(&home, &PACKAGES) {
        return shell::left_out("vite", &error.context("Vite cannot be had"));
    }
    let package = web::page("javascript")?.folder(workspace).join("amphi-web");
    let application = workspace.root.join("tests/vite");
    for (from, to) in [
        (package, "node_modules/amphi-web"),
        (application, "application"),
    ] {
        let to = home.join(to);
        if to.exists() {
            fs::remove_dir_all(&to)?;
        }
        web::copy_folder(&from, &to)?;
    }
    shell::shown(&mut test::native_cargo(
        workspace,
        &["test", "--test", "vite"],
    ))
}
