//! Which licences the code that we build of has, and where it comes from: as `deny.toml` allows,
//! which `cargo xtask deny` has checked by cargo-deny.

use super::{assert_none, metadata_of, read, root};
use serde_json::Value;
use spdx::{Expression, ParseMode};
use std::collections::BTreeMap;

#[test]
fn licences_and_sources_are_those_that_are_allowed() {
    let rules: toml::Table = read(&root().join("deny.toml")).parse().expect("it is TOML");
    let allowed = texts(&rules["licenses"]["allow"]);
    let exceptions = exceptions(&rules);
    let sources = texts(&rules["sources"]["allow-registry"]);
    let mut wrong = Vec::new();
    let mut packages = BTreeMap::new();
    for target in texts(&rules["graph"]["targets"]) {
        for package in resolved(&target) {
            packages.insert(
                package["id"]
                    .as_str()
                    .expect("packages have ids")
                    .to_owned(),
                package,
            );
        }
    }
    for package in packages.values() {
        let text = |field: &str| package[field].as_str().unwrap_or_default();
        let name = format!("{} {}", text("name"), text("version"));
        let more = exceptions
            .get(text("name"))
            .map(Vec::as_slice)
            .unwrap_or_default();
        if !is_allowed(text("license"), &[&allowed, more]) {
            wrong.push(format!(
                "`{name}`: expected a licence that `deny.toml` allows, found `{}`",
                text("license")
            ));
        }
        // What has no source is ours.
        let source = package["source"]
            .as_str()
            .map(|source| source.trim_start_matches("registry+"));
        if source.is_some_and(|source| !sources.iter().any(|allowed| allowed == source)) {
            wrong.push(format!(
                "`{name}`: expected a source that `deny.toml` allows, found `{}`",
                text("source")
            ));
        }
    }
    for name in exceptions.keys() {
        if !packages
            .values()
            .any(|package| package["name"] == name.as_str())
        {
            wrong.push(format!(
                "`deny.toml` has an exception for `{name}`: expected one of our dependencies"
            ));
        }
    }
    assert!(packages.len() > 200, "the dependencies were found");
    assert_none(&wrong);
}

#[test]
fn a_choice_of_licences_takes_one_and_an_exception_is_none_of_the_licence_itself() {
    let allowed = [
        "MIT".to_owned(),
        "Apache-2.0 WITH LLVM-exception".to_owned(),
    ];
    for (licence, expected) in [
        ("MIT", true),
        ("GPL-3.0-only OR MIT", true),
        ("GPL-3.0-only AND MIT", false),
        ("Unlicense/MIT", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0", false),
        ("", false),
    ] {
        assert_eq!(is_allowed(licence, &[&allowed]), expected, "{licence}");
    }
}

fn is_allowed(licence: &str, allowed: &[&[String]]) -> bool {
    let allows = |found: &str| {
        allowed
            .iter()
            .any(|list| list.iter().any(|one| one == found))
    };
    Expression::parse_mode(licence, ParseMode::LAX)
        .is_ok_and(|licence| licence.evaluate(|one| allows(&one.to_string())))
}

/// What is built of for `target`, tests and benchmarks included.
fn resolved(target: &str) -> Vec<Value> {
    let metadata = metadata_of(&["--filter-platform", target]);
    let list = |value: &Value| value.as_array().expect("cargo writes lists").clone();
    let nodes = list(&metadata["resolve"]["nodes"]);
    let mut packages = list(&metadata["packages"]);
    packages.retain(|package| nodes.iter().any(|node| node["id"] == package["id"]));
    packages
}

/// The licences that a crate may have besides, by its name.
fn exceptions(rules: &toml::Table) -> BTreeMap<String, Vec<String>> {
    let exceptions = rules["licenses"]["exceptions"]
        .as_array()
        .expect("they are a list");
    let exception = |rule: &toml::Value| {
        let name = rule["crate"]
            .as_str()
            .expect("an exception names its crate");
        (name.to_owned(), texts(&rule["allow"]))
    };
    exceptions.iter().map(exception).collect()
}

fn texts(list: &toml::Value) -> Vec<String> {
    let list = list.as_array().expect("it is a list").iter();
    list.map(|text| text.as_str().expect("it is text").to_owned())
        .collect()
}
