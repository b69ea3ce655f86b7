//! The notices of what others have written and the package's wasm is linked from: which crates,
//! under which licences, and the licences' texts.

use super::PACKAGE;
use crate::web::TARGET;
use crate::workspace::cargo;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

/// How the names of files begin that have the text of a licence, or what it asks to be passed on.
const TEXTS: &[&str] = &[
    "LICENSE",
    "LICENCE",
    "COPYING",
    "COPYRIGHT",
    "NOTICE",
    "UNLICENSE",
];

/// Writes the notices of the package's wasm.
pub fn write() -> Result<String> {
    let metadata = metadata()?;
    let linked = linked(&metadata, |name| {
        PACKAGE.modules().any(|(package, _)| package == name)
    })?;
    let mut crates = String::new();
    // By their words, for many differ in nothing else.
    let mut texts: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    for package in linked
        .iter()
        .filter(|package| package["source"].is_string())
    {
        let text = |field: &str| package[field].as_str().unwrap_or_default();
        let name = format!("{} {}", text("name"), text("version"));
        ensure!(
            !text("license").is_empty(),
            "expected `{name}` to name its licence"
        );
        crates += &format!("{name}: {}, {}\n", text("license"), text("repository"));
        let manifest = Path::new(text("manifest_path"));
        let folder = manifest.parent().context("a manifest without a folder")?;
        for text in licences(folder)? {
            let words: Vec<&str> = text.split_whitespace().collect();
            let (_, names) = texts.entry(words.join(" ")).or_insert((text, Vec::new()));
            names.push(name.clone());
        }
    }
    crates += &format!(
        "Rust's standard library ({}): MIT OR Apache-2.0, https://github.com/rust-lang/rust\n",
        compiler()?
    );
    let mut notices = format!(
        "The modules in `wasm/` are linked from these Rust crates, too, each under the licence that it names. The texts follow.\n\n{crates}"
    );
    for (text, names) in texts.into_values() {
        let line = "-".repeat(80);
        notices += &format!("\n{line}\n{}\n\n{}\n", names.join(", "), text.trim_end());
    }
    Ok(notices)
}

/// What cargo says of everything that is built for the page.
fn metadata() -> Result<Value> {
    let mut command = cargo(&[
        "metadata",
        "--format-version",
        "1",
        "--filter-platform",
        TARGET,
    ]);
    let output = command.output().context("cannot start `cargo metadata`")?;
    ensure!(
        output.status.success(),
        "`cargo metadata` failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).context("`cargo metadata` did not write JSON")
}

/// The packages that are linked into those that `is_root` chooses, in the order of their names:
/// what they need in order to run, but for what runs while they are built.
fn linked(metadata: &Value, is_root: impl Fn(&str) -> bool) -> Result<Vec<&Value>> {
    let packages: BTreeMap<&str, &Value> = by_id(&metadata["packages"]);
    let nodes: BTreeMap<&str, &Value> = by_id(&metadata["resolve"]["nodes"]);
    let name = |id: &str| {
        packages
            .get(id)
            .and_then(|package| package["name"].as_str())
    };
    let mut left: Vec<&str> = packages
        .keys()
        .copied()
        .filter(|id| name(id).is_some_and(&is_root))
        .collect();
    ensure!(
        !left.is_empty(),
        "expected packages that are linked, found none"
    );
    let mut found = BTreeSet::new();
    while let Some(id) = left.pop() {
        let package = packages
            .get(id)
            .context("a package that cargo does not list")?;
        if runs_while_building(package) || !found.insert(id) {
            continue;
        }
        let node = nodes
            .get(id)
            .context("a package that cargo has not resolved")?;
        let linked = |used: &&Value| {
            list(&used["dep_kinds"])
                .iter()
                .any(|kind| kind["kind"].is_null())
        };
        left.extend(
            list(&node["deps"])
                .iter()
                .filter(linked)
                .filter_map(|used| used["pkg"].as_str()),
        );
    }
    let mut linked: Vec<&Value> = found
        .iter()
        .filter_map(|id| packages.get(id).copied())
        .collect();
    linked.sort_by_key(|package| (package["name"].as_str(), package["version"].as_str()));
    Ok(linked)
}

fn runs_while_building(package: &Value) -> bool {
    let targets = list(&package["targets"]);
    targets
        .iter()
        .any(|target| list(&target["kind"]).contains(&"proc-macro".into()))
}

fn by_id(packages: &Value) -> BTreeMap<&str, &Value> {
    list(packages)
        .iter()
        .filter_map(|package| Some((package["id"].as_str()?, package)))
        .collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The texts of licences in the folder of a crate.
fn licences(folder: &Path) -> Result<Vec<String>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    let mut texts = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_uppercase();
        if path.is_file() && TEXTS.iter().any(|start| name.starts_with(start)) {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cannot read `{}`", path.display()))?;
            texts.push(text.replace("\r\n", "\n"));
        }
    }
    Ok(texts)
}

fn compiler() -> Result<String> {
    let output = Command::new("rustc")
        .arg("--version")
        .output()
        .context("cannot start `rustc`")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{linked, write};
    use serde_json::json;

    #[test]
    fn what_runs_while_building_and_in_tests_is_not_linked() {
        let package = |name: &str, kind: &str| json!({ "id": name, "name": name, "version": "1", "targets": [{ "kind": [kind] }] });
        let uses = |name: &str, kind: Option<&str>| json!({ "pkg": name, "dep_kinds": [{ "kind": kind }] });
        let metadata = json!({
            "packages": [
                package("page", "cdylib"), package("macro", "proc-macro"), package("syn", "lib"),
                package("build", "lib"), package("tests", "lib"), package("engine", "lib"), package("other", "lib"),
            ],
            "resolve": { "nodes": [
                { "id": "page", "deps": [uses("macro", None), uses("build", Some("build")), uses("tests", Some("dev")), uses("engine", None)] },
                { "id": "macro", "deps": [uses("syn", None)] },
                { "id": "engine", "deps": [uses("engine", None)] },
            ] },
        });
        let found = linked(&metadata, |name| name == "page").expect("all are listed");
        let names: Vec<_> = found
            .iter()
            .map(|package| package["name"].as_str())
            .collect();
        assert_eq!(names, [Some("engine"), Some("page")]);
    }
    #[test]
    fn the_notices_have_what_is_linked_with_its_licence() {
        let notices = write().expect("cargo answers");
        let line = |name: &str| notices.lines().find(|line| line.starts_with(name));
        for (name, licence) in [
            (
                "wasmtime-environ 48.",
                ": Apache-2.0 WITH LLVM-exception, https://",
            ),
            ("wasm-bindgen 0.", ": MIT OR Apache-2.0, https://"),
            (
                "Rust's standard library (rustc ",
                "): MIT OR Apache-2.0, https://",
            ),
        ] {
            let found = line(name);
            assert!(
                found.is_some_and(|line| line.contains(licence)),
                "{found:?}"
            );
        }
        assert!(notices.contains("LLVM Exceptions to the Apache 2.0 License"));
        // A macro's, and a test's.
        assert_eq!((line("syn "), line("criterion ")), (None, None));
    }
}
