//! The corpus on the native host: every case, every broken input, every typed program.
//!
//! `BLESS=1` writes the index of the case files anew.

use std::fs;
use std::path::{Path, PathBuf};

use amphi::{Result, format_err};
use amphi_runner::lifecycle::Visitors;
use amphi_runner::wild::List;
use amphi_runner::{Form, Report, block_on};

#[test]
fn every_case_ends_as_expected() {
    let report = block_on(amphi_runner::run(Form::Component, async |path: &str| {
        load(path)
    }))
    .expect("the corpus is complete");
    assert!(
        report.lines.len() > 500,
        "the corpus shrank to {} lines",
        report.lines.len()
    );
    let failures: Vec<String> = report
        .failures()
        .map(|line| {
            format!(
                "{}\n  found {}\n  {}",
                line.place,
                line.outcome,
                line.failure.as_deref().unwrap_or_default()
            )
        })
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {} cases:\n{}",
        failures.len(),
        report.lines.len(),
        failures.join("\n")
    );
    keep(&report).expect("the report can be written to the target folder");
}

#[test]
fn components_come_and_go() {
    let visitors =
        block_on(Visitors::new(&async |path: &str| load(path))).expect("the guests are there");
    for number in 0..21 {
        if let Err(error) = block_on(visitors.round(number)) {
            panic!("in round {number}: {error:?}");
        }
    }
}

#[test]
fn index_lists_every_case_file() {
    let folder = root().join("tests/corpus");
    let mut found = case_files(&folder, "").expect("the corpus can be read");
    found.extend(case_files(&folder, "bad/").expect("the broken inputs can be read"));
    let text = format!(
        "{}\n",
        serde_json::to_string_pretty(&found).expect("names are plain text")
    );
    let index = folder.join("index.json");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&index, &text).expect("the index can be written");
    }
    let listed = fs::read_to_string(&index).expect("the index can be read");
    assert_eq!(
        listed,
        text,
        "`{}` is stale: run this test with BLESS=1",
        index.display()
    );
}

#[test]
fn something_is_done_with_every_component_of_others() {
    let file = root().join("tests/wild/list.toml");
    let text = fs::read_to_string(file).expect("the list can be read");
    let list = List::read(&text).expect("the list is one");
    for wild in &list.components {
        let steps = wild.calls.len() + wild.requests.len() + wild.programs.len();
        assert!(
            steps > 0,
            "`{}`: expected calls, requests or programs",
            wild.name
        );
        assert!(list.component(&wild.name).is_ok());
    }
    let wrong = text.replacen("function =", "fuction =", 1);
    let error = List::read(&wrong).expect_err("a field is misspelt");
    assert!(error.to_string().contains("fuction"), "{error}");
    assert!(list.component("none of them").is_err());
}

/// The case files in a folder of the corpus, by their names below the corpus.
fn case_files(corpus: &Path, folder: &str) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(corpus.join(folder))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".toml") {
            names.push(format!("{folder}{name}"));
        }
    }
    names.sort();
    Ok(names)
}

/// Leaves the report where the browser's can be compared with it.
fn keep(report: &Report) -> Result<()> {
    let folder = root().join("target/reports");
    fs::create_dir_all(&folder)?;
    fs::write(
        folder.join("corpus-native.json"),
        serde_json::to_string_pretty(report)?,
    )?;
    Ok(())
}

fn load(path: &str) -> Result<Vec<u8>> {
    let (folder, rest) = path.split_once('/').unwrap_or_default();
    let (folder, hint) = match folder {
        "corpus" => (
            "tests/corpus",
            "run this test with BLESS=1 if it is the index",
        ),
        "guests" => ("target/guests", "run `cargo xtask guests`"),
        "data" => ("web/demo/data", "run `cargo xtask sample`"),
        _ => return Err(format_err!("no folder for `{path}`")),
    };
    let file = root().join(folder).join(rest);
    fs::read(&file).map_err(|error| format_err!("file `{}`: {error}; {hint}", file.display()))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
