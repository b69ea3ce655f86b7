//! An application that takes Wasmtime's next patch: what Amphi asks for is a least version, for the
//! page too.
//!
//! The next patch is made of the one that is here: copies of the registry's sources with another
//! number, under `target/`.

use crate::outside::{read, write};
use crate::shell;
use crate::web::{self, Profile, TARGET};
use crate::workspace::{Workspace, cargo};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The numbers of what Wasmtime releases together: its own crates, and those of its compiler.
struct Release {
    wasmtime: &'static str,
    cranelift: &'static str,
}

/// The least that Amphi asks for.
const LEAST: Release = Release {
    wasmtime: "48.0.8",
    cranelift: "0.135.8",
};

/// A patch that there may or may not be.
const NEXT: Release = Release {
    wasmtime: "48.0.9",
    cranelift: "0.135.9",
};

/// Checks the application with the next patch, natively and for the page.
pub fn check(workspace: &Workspace) -> Result<()> {
    let project = application(workspace, "next-patch", &NEXT)?;
    let command = |words: &[&str]| {
        let mut command = cargo(words);
        command
            .arg("--manifest-path")
            .arg(project.join("Cargo.toml"));
        command
    };
    shell::quiet(command(&["check"]).env("CARGO_TARGET_DIR", &workspace.native))?;
    let profile = Profile::WebDev.name();
    shell::quiet(
        command(&["check", "--target", TARGET, "--profile", profile])
            .env("CARGO_TARGET_DIR", web::target_folder(workspace)),
    )
}

/// Makes an application of somebody's that uses the facade and has a release of Wasmtime's crates;
/// says where it is.
fn application(workspace: &Workspace, name: &str, release: &Release) -> Result<PathBuf> {
    let project = workspace.target(name);
    let mut manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\nresolver = \"3\"\n\n\
         [profile.dev]\ndebug = \"line-tables-only\"\n\n[profile.release]\ndebug = false\n\n\
         [profile.web-dev]\ninherits = \"release\"\nopt-level = 1\npanic = \"abort\"\n\n\
         [dependencies]\namphi = {{ path = '{}' }}\n",
        workspace.root.join("host/sdk").display()
    );
    let mut lock = read(&workspace.root.join("Cargo.lock"))?;
    if release.wasmtime != LEAST.wasmtime {
        manifest += "\n[patch.crates-io]\n";
        for package in released(workspace)? {
            let copy = copy(&package, &workspace.target("wasmtime"), release)?;
            writeln!(
                manifest,
                "{} = {{ path = '{}' }}",
                package.name,
                copy.display()
            )?;
            lock = without(&lock, &package.name);
        }
    }
    write(&project.join("Cargo.toml"), &manifest)?;
    write(&project.join("Cargo.lock"), &lock)?;
    write(
        &project.join("src/lib.rs"),
        "//! What an application begins with.\n\npub use amphi::component::{Component, Linker};\n",
    )?;
    Ok(project)
}

/// A crate out of the registry.
struct Released {
    name: String,
    folder: PathBuf,
}

/// The crates that Wasmtime releases together, as far as the workspace uses them.
fn released(workspace: &Workspace) -> Result<Vec<Released>> {
    let output = Command::new("cargo")
        .args(["metadata", "--locked", "--format-version", "1"])
        .current_dir(&workspace.root)
        .output()
        .context("cannot start `cargo metadata`")?;
    ensure!(
        output.status.success(),
        "`cargo metadata` failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value =
        serde_json::from_slice(&output.stdout).context("`cargo metadata` did not write JSON")?;
    let packages = metadata["packages"]
        .as_array()
        .context("`cargo metadata` lists no packages")?;
    let found: Vec<Released> = packages
        .iter()
        .filter(|package| !package["source"].is_null())
        .filter(|package| {
            [LEAST.wasmtime, LEAST.cranelift].contains(&package["version"].as_str().unwrap_or(""))
        })
        .filter_map(|package| {
            let manifest = Path::new(package["manifest_path"].as_str()?);
            Some(Released {
                name: package["name"].as_str()?.to_owned(),
                folder: manifest.parent()?.to_path_buf(),
            })
        })
        .collect();
    ensure!(
        found.iter().any(|package| package.name == "wasmtime"),
        "expected Wasmtime {} in `Cargo.lock`, as the least that an application takes",
        LEAST.wasmtime
    );
    Ok(found)
}

/// A crate's sources with another version: its own manifest, and links to all else.
fn copy(package: &Released, into: &Path, release: &Release) -> Result<PathBuf> {
    let copy = into.join(format!("{}-{}", package.name, release.wasmtime));
    let manifest = read(&package.folder.join("Cargo.toml"))?
        .replace(LEAST.wasmtime, release.wasmtime)
        .replace(LEAST.cranelift, release.cranelift);
    write(&copy.join("Cargo.toml"), &manifest)?;
    for entry in fs::read_dir(&package.folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let link = copy.join(&name);
        let left_out = ["Cargo.toml", "Cargo.toml.orig", "Cargo.lock", ".cargo-ok"];
        if left_out.iter().all(|left_out| name != *left_out) && !link.exists() {
            std::os::unix::fs::symlink(entry.path(), &link)
                .with_context(|| format!("cannot make `{}`", link.display()))?;
        }
    }
    Ok(copy)
}

/// A lock file without the packages of this name, so that their version is chosen anew.
fn without(lock: &str, name: &str) -> String {
    let own = format!("name = \"{name}\"");
    let left: Vec<&str> = lock
        .split("\n\n")
        .filter(|entry| !entry.lines().any(|line| line == own))
        .collect();
    left.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The versions of Wasmtime's crates in the graph of an application for `target`.
    fn versions(project: &Path, target: &str) -> Vec<(String, String)> {
        let output = cargo(&["tree", "-e", "normal,build", "--prefix", "none"])
            .args(["--target", target, "--manifest-path"])
            .arg(project.join("Cargo.toml"))
            .output()
            .expect("cargo runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        let text = String::from_utf8(output.stdout).expect("cargo writes text");
        let mut found: Vec<_> = text
            .lines()
            .filter_map(|line| line.split_once(" v"))
            .filter(|(name, _)| name.starts_with("wasmtime"))
            .filter_map(|(name, rest)| {
                Some((name.to_owned(), rest.split_whitespace().next()?.to_owned()))
            })
            .collect();
        found.sort();
        found.dedup();
        found
    }

    #[test]
    fn an_application_takes_our_least_version_of_wasmtime_and_the_next() {
        let workspace = Workspace::read().expect("the workspace is read");
        let host = "x86_64-unknown-linux-gnu";
        for (name, release) in [("least-patch", &LEAST), ("next-patch", &NEXT)] {
            let project = application(&workspace, name, release).expect("it is made");
            for (target, one) in [(host, "wasmtime"), (TARGET, "wasmtime-environ")] {
                let found = versions(&project, target);
                assert!(found.iter().any(|(name, _)| name == one), "{found:?}");
                for (name, found) in found {
                    assert_eq!(found, release.wasmtime, "`{name}` for {target}");
                }
            }
        }
    }
}
