//! How the suites of tests are kept: modules where the compiler looks for them, and every suite in
//! `tests/README.md`, which says where the test of a change goes.

use std::path::Path;

use super::{assert_none, metadata, read, root, show, sources};

/// What begins the line that says where a module is.
const PATH: &str = concat!("#[", "path = ");

/// What begins the line before it, where the target chooses between two.
const CHOSEN: &str = "#[cfg(";

#[test]
fn modules_are_where_the_compiler_looks_for_them() {
    let mut wrong = Vec::new();
    for file in sources(&["."]) {
        let text = read(&file);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (number, line) in (1..).zip(&lines).filter(|(_, line)| line.starts_with(PATH)) {
            let before = lines.get(number - 2).copied().unwrap_or_default();
            if !(before.starts_with(CHOSEN) && before.contains("target_arch")) {
                wrong.push(format!(
                    "`{}:{number}`: expected the module where the compiler looks for it, or chosen by \
                     the target; found `{line}`",
                    show(&file)
                ));
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn every_suite_is_where_a_newcomer_looks_for_it() {
    let text = read(&root().join("tests/README.md"));
    let metadata = metadata();
    let targets = metadata["packages"].as_array().into_iter().flatten();
    let targets = targets.flat_map(|package| package["targets"].as_array().into_iter().flatten());
    let suites: Vec<&Path> = targets
        .filter(|target| target["kind"][0] == "test")
        .filter_map(|target| target["src_path"].as_str().map(Path::new))
        .collect();
    let mut wrong = Vec::new();
    for file in &suites {
        // A suite of several files is its folder.
        let suite = match file.file_name().is_some_and(|name| name == "main.rs") {
            true => file.parent().unwrap_or(file),
            false => file,
        };
        let name = suite.file_name().and_then(|name| name.to_str());
        let named = name.is_some_and(|name| {
            let ends = ["`", "/"].map(|end| format!("/{name}{end}"));
            let alone = format!("`{name}`");
            text.contains(&alone) || ends.iter().any(|end| text.contains(end))
        });
        if !named {
            wrong.push(format!(
                "`{}`: expected `tests/README.md` to say what it is for",
                show(suite)
            ));
        }
    }
    assert!(suites.len() > 20, "there are suites: {suites:?}");
    assert_none(&wrong);
}
