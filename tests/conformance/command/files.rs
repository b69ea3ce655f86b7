//! The scripts under the folders that were named, and where they come from.

use amphi_conformance::{Place, places};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A script, read.
#[derive(Debug)]
pub struct Script {
    /// Its path, from the name of the folder that was given on.
    pub name: String,
    /// What is in it.
    pub text: String,
    /// Its directives.
    pub places: Vec<Place>,
}

/// Every `.wast` file in `folders`, sorted by path in each.
pub fn scripts(folders: &[PathBuf]) -> Result<Vec<Script>> {
    let mut found = Vec::new();
    for folder in folders {
        let folder = folder
            .canonicalize()
            .with_context(|| format!("cannot read `{}`", folder.display()))?;
        let base = folder.parent().unwrap_or(&folder);
        let mut files = Vec::new();
        collect(&folder, &mut files)?;
        files.sort();
        if files.is_empty() {
            bail!(
                "expected `.wast` files in `{}`, found none",
                folder.display()
            );
        }
        for file in &files {
            found.push(read(file, base)?);
        }
    }
    Ok(found)
}

/// Where the folders were cloned from and at which commit, as far as git knows.
pub fn source(folders: &[PathBuf]) -> Option<String> {
    let folder = folders.first()?;
    let folder = if folder.is_dir() {
        folder
    } else {
        folder.parent()?
    };
    let git = |args: &[&str]| {
        let output = Command::new("git")
            .arg("-C")
            .arg(folder)
            .args(args)
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    let origin = git(&["remote", "get-url", "origin"]).filter(|url| url.starts_with("https://"))?;
    Some(format!(
        "git clone {origin}\ngit -C {} checkout {}",
        last(&origin),
        git(&["rev-parse", "HEAD"])?
    ))
}

fn last(url: &str) -> &str {
    let name = url.trim_end_matches('/').rsplit('/').next();
    name.unwrap_or(url).trim_end_matches(".git")
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    let entries =
        fs::read_dir(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir()
            || path
                .extension()
                .is_some_and(|extension| extension == "wast")
        {
            collect(&path, files)?;
        }
    }
    Ok(())
}

fn read(file: &Path, base: &Path) -> Result<Script> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let name = file
        .strip_prefix(base)
        .unwrap_or(file)
        .display()
        .to_string();
    let places = places(&text);
    Ok(Script { name, text, places })
}
