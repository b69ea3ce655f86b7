//! Has the client of a registry bring a package to `target/wild`, and checks the file in it.
//!
//! npm and pip unpack a package where they are told. Cargo has a home of its own there, in which
//! `cargo info` unpacks the one crate, and none of what that depends on.

use super::list::{Package, Registry, Wild};
use crate::workspace::Workspace;
use crate::{npm, shell, tools};
use anyhow::{Context, Result, ensure};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the file of a component is, fetched if it is not there as it should be.
pub fn file(workspace: &Workspace, wild: &Wild) -> Result<PathBuf> {
    let package = &wild.package;
    let folder = format!("{}-{}", package.name, package.version);
    let home = workspace.target("wild").join(package.registry.name());
    let home = home.join(folder);
    if let Some(file) = found(&home, package)
        && check(&file, package).is_ok()
    {
        return Ok(file);
    }
    fs::create_dir_all(&home).with_context(|| format!("cannot make `{}`", home.display()))?;
    let fetched = match package.registry {
        Registry::Npm => by_npm(&home, package),
        Registry::PyPi => by_pip(&home, package),
        Registry::Crates => by_cargo(&home, package),
    };
    fetched.with_context(|| format!("cannot fetch {package}"))?;
    let file = found(&home, package)
        .with_context(|| format!("{package}: expected a file `{}`, found none", package.file))?;
    check(&file, package)?;
    Ok(file)
}

/// The file, if it is there.
fn found(home: &Path, package: &Package) -> Option<PathBuf> {
    let Package {
        name,
        version,
        file,
        ..
    } = package;
    let file = match package.registry {
        Registry::Npm => home.join("node_modules").join(name).join(file),
        Registry::PyPi => home.join(file),
        Registry::Crates => {
            // The folder in between is named after the registry.
            let sources = fs::read_dir(home.join("registry/src")).ok()?;
            let mut crates = sources.filter_map(|source| {
                let folder = source.ok()?.path().join(format!("{name}-{version}"));
                folder.is_dir().then_some(folder)
            });
            crates.next()?.join(file)
        }
    };
    file.is_file().then_some(file)
}

/// Looks whether the file is that of the list.
fn check(file: &Path, package: &Package) -> Result<()> {
    let bytes = fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let found = format!("{:x}", Sha256::digest(&bytes));
    ensure!(
        found == package.sha256,
        "{package}, file `{}`: expected sha256 {}, found {found}",
        package.file,
        package.sha256
    );
    Ok(())
}

fn by_npm(home: &Path, package: &Package) -> Result<()> {
    npm::install(home, &[&format!("{}@{}", package.name, package.version)])
}

fn by_pip(home: &Path, package: &Package) -> Result<()> {
    tools::pip()?;
    let mut pip = Command::new("python3");
    // A wheel alone: nothing of the package is run.
    pip.args(["-m", "pip", "install", "--no-deps", "--no-compile"])
        .args(["--only-binary", ":all:", "--upgrade", "--target"])
        .arg(home)
        .arg(format!("{}=={}", package.name, package.version));
    shell::quiet(&mut pip)
}

fn by_cargo(home: &Path, package: &Package) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["info", "--registry", "crates-io"])
        .arg(format!("{}@{}", package.name, package.version))
        // Outside of the workspace, where cargo would look for the crate among ours.
        .current_dir(std::env::temp_dir())
        .env("CARGO_HOME", home);
    shell::quiet(&mut cargo)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_another_digest_is_refused() {
        let package = Package {
            registry: Registry::Npm,
            name: "a".to_owned(),
            version: "1.0.0".to_owned(),
            file: "Cargo.toml".to_owned(),
            sha256: "0".repeat(64),
            componentize: false,
        };
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let error = check(&file, &package).expect_err("it has another digest");
        let expected = format!(
            "npm `a` 1.0.0, file `Cargo.toml`: expected sha256 {}, found ",
            package.sha256
        );
        assert!(error.to_string().starts_with(&expected), "{error}");
        let found = error.to_string().split_off(expected.len());
        let package = Package {
            sha256: found,
            ..package
        };
        assert!(check(&file, &package).is_ok());
    }
}
