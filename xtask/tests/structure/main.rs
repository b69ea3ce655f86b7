//! What the compiler cannot see: which crate may know which, and how files are kept.
//!
//! It is a test of `xtask` since that is built first and quickly: a wrong direction shows before
//! Wasmtime is compiled.

mod licences;
mod names;
mod published;
mod rooms;
mod suites;

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every package that is no guest, and which of ours it may use. Read it upwards: nothing uses what
/// stands below it.
const DIRECTIONS: &[(&str, &[&str])] = &[
    ("amphi-core", &[]),
    ("amphi-translate", &["amphi-core"]),
    ("amphi-precompile", &["amphi-core", "amphi-translate"]),
    ("amphi-web", &["amphi-core", "amphi-translate"]),
    ("amphi-wasi-web", &["amphi-web"]),
    (
        "amphi-js",
        &["amphi-translate", "amphi-web", "amphi-wasi-web"],
    ),
    (
        "amphi-runtime",
        &["amphi-translate", "amphi-web", "amphi-wasi-web"],
    ),
    ("amphi-translator", &["amphi-core", "amphi-precompile"]),
    ("amphi-wit", &["amphi-core"]),
    (
        "amphi-compile",
        &["amphi-core", "amphi-translate", "amphi-precompile"],
    ),
    ("amphi", &["amphi-core", "amphi-web", "amphi-wasi-web"]),
    ("amphi-runner", &["amphi", "amphi-web"]),
    (
        "amphi-fuzz",
        &["amphi", "amphi-core", "amphi-edge", "amphi-translate"],
    ),
    ("amphi-site", &[]),
    ("sensor-demo", &["amphi", "amphi-site"]),
    (
        "amphi-bench-edge",
        &["amphi", "amphi-edge", "amphi-support"],
    ),
    ("amphi-bench-web", &["amphi", "amphi-web"]),
    ("amphi-bench-size", &["amphi-web"]),
    (
        "amphi-precompiled",
        &["amphi", "amphi-core", "amphi-precompile"],
    ),
    ("amphi-edge-blocking", &[]),
    ("amphi-edge-listen", &["amphi-edge-blocking"]),
    ("amphi-edge-pattern", &[]),
    ("amphi-edge-rollout", &["amphi-core"]),
    (
        "amphi-edge-capabilities",
        &["amphi", "amphi-edge-blocking", "amphi-edge-pattern"],
    ),
    (
        "amphi-edge-config",
        &[
            "amphi-edge-blocking",
            "amphi-edge-pattern",
            "amphi-edge-rollout",
        ],
    ),
    (
        "amphi-edge",
        &[
            "amphi",
            "amphi-core",
            "amphi-edge-blocking",
            "amphi-edge-capabilities",
            "amphi-edge-config",
            "amphi-edge-listen",
            "amphi-edge-rollout",
        ],
    ),
    (
        "amphi-cli",
        &[
            "amphi",
            "amphi-core",
            "amphi-edge",
            "amphi-edge-capabilities",
            "amphi-precompile",
        ],
    ),
    (
        "amphi-support",
        &["amphi", "amphi-edge", "amphi-edge-capabilities"],
    ),
    ("amphi-harness", &["amphi-site"]),
    ("amphi-conformance", &["amphi", "amphi-harness"]),
    (
        "xtask",
        &["amphi-core", "amphi-harness", "amphi-precompile"],
    ),
];

/// What is for pages alone: nothing depends on it natively, where Wasmtime is the engine.
const FOR_PAGES: &[&str] = &["amphi-web", "amphi-wasi-web"];

/// The one condition under which that is depended on.
const PAGE: &str = "cfg(target_arch = \"wasm32\")";

/// Libraries for other people's pages: what they export to JavaScript would be in every page.
const EXPORT_NOTHING: &[&str] = &[
    "host/core",
    "host/sdk",
    "web/engine",
    "web/precompile",
    "web/translate",
    "web/wasi",
];

/// What a strict policy or a service worker refuses.
const MAKES_CODE: &[&str] = &["eval(", "new Function", "blob:", "import("];

/// The most lines that a file may have.
const LINES: usize = 600;

/// Names that say nothing about what is in a file.
const EMPTY_NAMES: &[&str] = &[
    "common", "helper", "helpers", "manager", "misc", "util", "utils",
];

/// What is not committed, in two parts each, or this file would have to except itself.
const UNFINISHED: &[&str] = &[
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("dbg", "!("),
    concat!("#[", "ignore"),
];

#[test]
fn packages_depend_in_the_directions_of_the_design() {
    let packages = packages();
    let allowed: BTreeMap<_, _> = DIRECTIONS.iter().copied().collect();
    let mut wrong = Vec::new();
    for package in packages.values().filter(|package| !package.guest) {
        let Some(allowed) = allowed.get(package.name.as_str()) else {
            wrong.push(format!(
                "`{}`: say in DIRECTIONS which of our packages it may use",
                package.name
            ));
            continue;
        };
        for used in package
            .uses
            .iter()
            .filter(|used| packages.contains_key(*used))
        {
            if !allowed.contains(&used.as_str()) {
                wrong.push(format!(
                    "`{}` uses `{used}`: expected none but {allowed:?}",
                    package.name
                ));
            }
        }
    }
    assert!(
        packages.len() > 6,
        "the workspace has its packages: {:?}",
        packages.keys()
    );
    assert_none(&wrong);
}

#[test]
fn what_is_for_pages_is_needed_by_pages_alone() {
    let mut wrong = Vec::new();
    for package in packages().values() {
        let used = package.all_uses();
        for used in used.filter(|used| FOR_PAGES.contains(&used.as_str())) {
            let target = package.targets.get(used).map(String::as_str);
            if target != Some(PAGE) {
                wrong.push(format!(
                    "`{}` uses `{used}`: expected it to do so for `{PAGE}`, found {target:?}",
                    package.name
                ));
            }
        }
    }
    assert_none(&wrong);
}

/// What a line of `cargo tree` begins with, for each line.
fn tree(words: &[&str]) -> Vec<String> {
    let output = Command::new("cargo")
        .args(["tree", "--locked", "--prefix", "none"])
        .args(words)
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "cargo tree: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let lines = String::from_utf8(output.stdout).expect("cargo writes text");
    lines
        .lines()
        .filter_map(|line| Some(line.split_whitespace().next()?.to_string()))
        .collect()
}

#[test]
fn natively_the_translator_is_wasmtimes_alone() {
    let native = ["-p", "amphi", "-e", "normal", "-i", "wasmtime-environ"];
    let users = tree(&[native.as_slice(), &["--depth", "1"]].concat());
    assert!(users.contains(&"wasmtime".to_string()), "{users:?}");
    assert!(
        users.iter().all(|user| user.starts_with("wasmtime")),
        "natively `wasmtime-environ` is Wasmtime's alone, found {users:?}"
    );
}

#[test]
fn a_native_host_has_what_its_features_ask_for() {
    const BESIDES: [&str; 4] = ["hyper", "tempfile", "tokio", "wasm-wave"];
    let found = |words: &[&str]| {
        let packages = tree(&[&["-p", "amphi", "-e", "normal"], words].concat());
        let besides = BESIDES.iter().copied();
        besides
            .filter(|name| packages.iter().any(|package| package == name))
            .collect::<Vec<_>>()
    };
    assert_eq!(found(&["--no-default-features"]), [""; 0]);
    assert_eq!(found(&[]), ["tempfile", "tokio"]);
    assert_eq!(
        found(&["--no-default-features", "--features", "json,wave"]),
        ["wasm-wave"]
    );
    assert_eq!(found(&["--all-features"]), BESIDES);
}

#[test]
fn the_command_without_serve_has_no_server() {
    let has_server = |words: &[&str]| {
        tree(&[&["-p", "amphi-cli", "-e", "normal"], words].concat())
            .contains(&"amphi-edge".to_string())
    };
    assert!(has_server(&[]));
    assert!(!has_server(&["--no-default-features"]));
    assert!(!has_server(&["--target", "x86_64-pc-windows-msvc"]));
}

#[test]
fn guests_know_only_their_contracts_and_are_known_as_bytes() {
    let packages = packages();
    let guests = || packages.values().filter(|package| package.guest);
    let mut wrong = Vec::new();
    for guest in guests() {
        for used in guest.all_uses().filter(|used| packages.contains_key(*used)) {
            wrong.push(format!(
                "the guest `{}` uses `{used}`: expected none of our packages",
                guest.name
            ));
        }
    }
    for package in packages.values() {
        for used in package
            .all_uses()
            .filter(|used| packages.get(*used).is_some_and(|found| found.guest))
        {
            wrong.push(format!(
                "`{}` uses the guest `{used}`: expected it to see the guest as bytes",
                package.name
            ));
        }
    }
    assert!(guests().count() > 0, "there are guests");
    assert_none(&wrong);
}

#[test]
fn libraries_export_nothing_to_javascript() {
    let mut wrong = Vec::new();
    for file in sources(EXPORT_NOTHING) {
        let text = read(&file);
        // An import's attribute stands over an `extern` block or, indented, within one.
        let exposed = text.split("\n#[wasm_bindgen").skip(1).filter_map(|rest| {
            let item = rest
                .lines()
                .skip(1)
                .find(|line| line.starts_with(|first: char| first.is_alphabetic()))?;
            (!item.starts_with("extern") && !item.starts_with("unsafe extern")).then_some(item)
        });
        for item in exposed {
            wrong.push(format!(
                "`{}`: expected `#[wasm_bindgen]` over `extern` alone, found `{item}`",
                show(&file)
            ));
        }
    }
    for package in packages()
        .values()
        .filter(|package| package.cdylib && !package.guest)
    {
        if EXPORT_NOTHING
            .iter()
            .any(|folder| package.folder == root().join(folder))
        {
            wrong.push(format!(
                "`{}`: expected an ordinary library, found a cdylib",
                package.name
            ));
        }
    }
    assert_none(&wrong);
}

#[test]
fn the_package_for_javascript_makes_no_code() {
    let mut wrong = Vec::new();
    let files = files(&["web/js/package"], ".js");
    for file in &files {
        let text = read(file);
        for word in MAKES_CODE.iter().filter(|word| text.contains(**word)) {
            wrong.push(format!("`{}`: found `{word}`", show(file)));
        }
        // A command says first what runs it.
        let begin = text.strip_prefix("#!/usr/bin/env node\n").unwrap_or(&text);
        if !begin.starts_with("// ") || text.lines().count() > LINES {
            wrong.push(format!(
                "`{}`: expected it to begin with `// ` and what it is for, and to have at most {LINES} lines",
                show(file)
            ));
        }
    }
    assert!(files.len() > 10, "the modules were found: {files:?}");
    assert_none(&wrong);
}

#[test]
fn versions_are_in_the_workspace_manifest_alone() {
    let mut wrong = Vec::new();
    for package in packages().values() {
        let manifest = package.folder.join("Cargo.toml");
        let document: toml::Table = read(&manifest).parse().expect("cargo has read it");
        for (name, dependency) in dependencies(&document) {
            let says = |key: &str| dependency.get(key).and_then(toml::Value::as_bool);
            // Cargo takes no word against the features that the workspace's manifest has on.
            let without_features = dependency.get("path").is_some()
                && dependency.get("version").is_none()
                && says("default-features") == Some(false);
            if says("workspace") != Some(true) && !without_features {
                wrong.push(format!(
                    "`{}`: expected `{name}.workspace = true`, found `{dependency}`",
                    show(&manifest)
                ));
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn files_are_described_short_finished_and_named_for_what_they_hold() {
    let files = sources(&["."]);
    let mut wrong = Vec::new();
    for file in &files {
        let text = read(file);
        let first = text
            .lines()
            .find(|line| !line.trim().is_empty() && !line.starts_with("#!["));
        if !first.is_some_and(|line| line.starts_with("//!")) {
            wrong.push(format!(
                "`{}`: expected it to begin with `//!` and what it is for",
                show(file)
            ));
        }
        if text.lines().count() > LINES {
            wrong.push(format!(
                "`{}`: expected at most {LINES} lines, found {}",
                show(file),
                text.lines().count()
            ));
        }
        for word in UNFINISHED.iter().filter(|word| text.contains(**word)) {
            wrong.push(format!("`{}`: found `{word}`", show(file)));
        }
        let names = file.strip_prefix(root()).unwrap_or(file).with_extension("");
        for name in names
            .iter()
            .filter_map(|name| name.to_str())
            .filter(|name| EMPTY_NAMES.contains(name))
        {
            wrong.push(format!(
                "`{}`: expected names that say what is inside, found `{name}`",
                show(file)
            ));
        }
    }
    assert!(files.len() > 20, "the sources were found: {files:?}");
    assert_none(&wrong);
}

/// Code is as wide as rustfmt has it; tables and links may be wider.
#[test]
fn comments_are_as_wide_as_code() {
    const WIDTH: usize = 100;
    let folders = ["benches", "guest", "host", "tests", "web", "xtask"];
    let mut wide = Vec::new();
    for file in sources(&folders) {
        for (number, line) in (1..).zip(read(&file).lines()) {
            let comment = line.trim_start().strip_prefix("//");
            let text = comment.map(|comment| comment.trim_start_matches(['/', '!', ' ']));
            let may_be = |text: &str| text.starts_with('|') || text.contains("http");
            if line.chars().count() > WIDTH && text.is_some_and(|text| !may_be(text)) {
                wide.push(format!(
                    "`{}:{number}`: expected a comment of at most {WIDTH} columns",
                    show(&file)
                ));
            }
        }
    }
    assert_none(&wide);
}

#[test]
fn continuous_integration_runs_the_test_command_and_nothing_else() {
    let script = read(&root().join(".ci/run"));
    let framing = |line: &&str| {
        !line.is_empty()
            && !["#", "set ", "cd ", "export "]
                .iter()
                .any(|word| line.starts_with(word))
    };
    let commands: Vec<&str> = script.lines().map(str::trim).filter(framing).collect();
    assert_eq!(commands, ["exec cargo xtask test"]);
}

/// A package of the workspace, with what matters here.
struct Package {
    name: String,
    folder: PathBuf,
    guest: bool,
    cdylib: bool,
    /// What it needs to be built.
    uses: Vec<String>,
    /// On what it needs each, if not on every one.
    targets: BTreeMap<String, String>,
    /// What its tests need besides.
    tests_use: Vec<String>,
}

impl Package {
    fn all_uses(&self) -> impl Iterator<Item = &String> {
        self.uses.iter().chain(&self.tests_use)
    }
}

fn packages() -> BTreeMap<String, Package> {
    let metadata = metadata();
    let packages = metadata["packages"]
        .as_array()
        .expect("cargo lists packages");
    packages
        .iter()
        .map(package)
        .map(|package| (package.name.clone(), package))
        .collect()
}

/// What cargo says of the workspace.
fn metadata() -> Value {
    metadata_of(&["--no-deps"])
}

/// What cargo says of it with `options`.
fn metadata_of(options: &[&str]) -> Value {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1"])
        .args(options)
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("cargo writes JSON")
}

fn package(value: &Value) -> Package {
    let text = |value: &Value| value.as_str().expect("cargo writes strings").to_string();
    let list = |value: &Value| value.as_array().expect("cargo writes lists").clone();
    let manifest = PathBuf::from(text(&value["manifest_path"]));
    let folder = manifest
        .parent()
        .expect("a manifest is in a folder")
        .to_path_buf();
    let (tests_use, uses) = list(&value["dependencies"])
        .into_iter()
        .partition::<Vec<_>, _>(|used| used["kind"] == "dev");
    let names = |used: Vec<Value>| used.iter().map(|used| text(&used["name"])).collect();
    let targets = uses
        .iter()
        .filter_map(|used| Some((text(&used["name"]), used["target"].as_str()?.to_string())))
        .collect();
    Package {
        name: text(&value["name"]),
        guest: folder.starts_with(root().join("guest")),
        folder,
        cdylib: list(&value["targets"])
            .iter()
            .any(|target| list(&target["crate_types"]).contains(&"cdylib".into())),
        uses: names(uses),
        targets,
        tests_use: names(tests_use),
    }
}

/// Every dependency that a manifest names, for whatever target and purpose.
fn dependencies(manifest: &toml::Table) -> Vec<(String, toml::Value)> {
    const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
    let per_target = manifest.get("target").and_then(toml::Value::as_table);
    let tables = per_target
        .into_iter()
        .flat_map(|targets| targets.values().filter_map(toml::Value::as_table));
    std::iter::once(manifest)
        .chain(tables)
        .flat_map(|table| KINDS.iter().filter_map(|kind| table.get(*kind)?.as_table()))
        .flat_map(|dependencies| dependencies.clone())
        .collect()
}

/// The Rust files in `folders`, but for what is built or generated.
fn sources(folders: &[&str]) -> Vec<PathBuf> {
    files(folders, ".rs")
}

/// The files in `folders` whose names end with `ending`, but for what is built or generated.
fn files(folders: &[&str], ending: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut left: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = left.pop() {
        for entry in
            fs::read_dir(&folder).unwrap_or_else(|error| panic!("`{}`: {error}", folder.display()))
        {
            let path = entry.expect("the folder is readable").path();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or_default();
            if path.is_dir() && !name.starts_with('.') && !["target", "dist"].contains(&name) {
                left.push(path);
            } else if name.ends_with(ending)
                && !(name == "bindings.rs" && path.starts_with(root().join("guest")))
            {
                files.push(path);
            }
        }
    }
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask is a folder of the workspace")
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("`{}`: {error}", file.display()))
}

fn show(file: &Path) -> String {
    file.strip_prefix(root())
        .unwrap_or(file)
        .display()
        .to_string()
}

fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
