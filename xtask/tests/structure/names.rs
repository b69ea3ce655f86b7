//! One name stands for one thing: within a crate no two types have one name, and within a native
//! one no two modules.

use std::collections::{BTreeMap, BTreeSet};

use super::rooms::code;
use super::{assert_none, read, show, sources};

/// The crates whose names are held, by folder.
const CRATES: &[&str] = &[
    "host/cli",
    "host/core/src",
    "host/edge-blocking/src",
    "host/edge-capabilities/src",
    "host/edge-config/src",
    "host/edge-listen/src",
    "host/edge-pattern/src",
    "host/edge-rollout/src",
    "host/edge/src",
    "host/examples/sensor/src",
    "host/sdk/src",
    "web/engine/src",
    "web/precompile/src",
    "web/translate/src",
    "web/wasi/src",
];

/// What a crate has twice, and why.
const TWICE: &[(&str, &str, &str)] = &[
    ("host/cli", "Options", "each command has its own"),
    (
        "host/edge/src",
        "error",
        "why its parent module fails: to deploy, to reload",
    ),
    (
        "host/sdk/src",
        "error",
        "why its parent module fails: a call, a text of JSON",
    ),
    ("host/sdk/src", "read", "of JSON, and of WAVE"),
    ("host/sdk/src", "write", "of JSON, and of WAVE"),
    (
        "web/wasi/src",
        "LinkOptions",
        "Wasmtime has both: of all interfaces, and of one",
    ),
    (
        "web/engine/src",
        "Component",
        "Wasmtime has both: a component, and the type of one",
    ),
    (
        "web/engine/src",
        "Module",
        "Wasmtime has both: a module, and the type of one",
    ),
];

#[test]
fn a_name_stands_for_one_thing_in_a_crate() {
    let mut wrong = Vec::new();
    let mut twice = BTreeSet::new();
    for folder in CRATES {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let of_tests = |path: &str| path.split(['/', '.']).any(|part| part == "tests");
        for file in sources(&[folder]) {
            let path = show(&file);
            if of_tests(&path) {
                continue;
            }
            let mut names = types(&code(&read(&file)));
            let module = file.file_stem().and_then(|name| name.to_str());
            let is_root = module.is_none_or(|name| ["lib", "main"].contains(&name));
            if folder.starts_with("host") && !is_root {
                names.extend(module.map(str::to_owned));
            }
            for name in names {
                found.entry(name).or_default().push(path.clone());
            }
        }
        assert!(!found.is_empty(), "`{folder}`: its files were found");
        for (name, places) in found.iter().filter(|(_, places)| places.len() > 1) {
            twice.insert((*folder, name.clone()));
            let is_allowed =
                |(of, allowed, _): &&(&str, &str, &str)| of == folder && allowed == name;
            if !TWICE.iter().any(|row| is_allowed(&row)) {
                wrong.push(format!(
                    "`{folder}`: `{name}` is in {places:?}: expected one, or a reason in TWICE"
                ));
            }
        }
    }
    for (folder, name, _) in TWICE {
        if !twice.contains(&(*folder, (*name).to_owned())) {
            wrong.push(format!(
                "`{folder}` has one `{name}`: expected no row in TWICE"
            ));
        }
    }
    assert_none(&wrong);
}

/// The names of the types that `code` defines; associated types are a trait's.
fn types(code: &str) -> Vec<String> {
    let defined = code.lines().filter_map(|line| {
        let item = line.trim_start();
        let is_inner = item.len() < line.len();
        let item = match item.strip_prefix("pub") {
            Some(rest) => {
                let rest = rest.trim_start();
                match rest.strip_prefix('(') {
                    Some(scope) => scope.split_once(") ")?.1,
                    None => rest,
                }
            }
            None => item,
        };
        let item = item.strip_prefix("unsafe ").unwrap_or(item);
        let (keyword, rest) = item.split_once(' ')?;
        let is_type = match keyword {
            "struct" | "enum" | "trait" | "union" => true,
            "type" => !is_inner,
            _ => false,
        };
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
        (is_type && !rest.is_empty()).then(|| rest[..end.unwrap_or(rest.len())].to_owned())
    });
    defined.filter(|name| !name.is_empty()).collect()
}

#[test]
fn every_way_to_define_a_type_is_seen() {
    let code = "pub struct A;\nstruct B<T>(T);\npub(crate) enum C {\n    Enum,\n}\nunsafe trait D {\n    \
                type Associated;\n}\npub(super) type E = u8;\nfn f() {\n    struct G;\n}\n";
    assert_eq!(types(code), ["A", "B", "C", "D", "E", "G"]);
}
