//! Changes one by one: what is listed for each is kept in `matrix.golden`, which `BLESS=1` writes
//! anew.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use serde::Deserialize;

use crate::opinion::{Subject, compare, expect_agreement};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/abi");

#[derive(Deserialize)]
struct Matrix {
    case: Vec<Case>,
}

/// A change: the body of an exported interface before and after it, or whole packages.
#[derive(Deserialize)]
struct Case {
    name: String,
    old: String,
    new: String,
}

/// A package around the body of an interface; what is one already stays.
fn package(body: &str) -> String {
    match body.trim_start().starts_with("package") {
        true => body.to_owned(),
        false => format!(
            "package demo:api@1.0.0;\ninterface api {{\n{body}\n}}\nworld api-host {{ export api; }}\n"
        ),
    }
}

#[test]
fn every_change_is_listed_and_judged_as_others_judge_it() {
    let read = |name: &str| {
        let path = Path::new(FOLDER).join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let matrix: Matrix = toml::from_str(&read("matrix.toml")).expect("a matrix");
    assert!(matrix.case.len() >= 40, "{} cases", matrix.case.len());
    let mut text = String::new();
    for case in &matrix.case {
        let (old, new) = (package(&case.old), package(&case.new));
        let (old, new) = (Subject::new(&old), Subject::new(&new));
        let report = compare(&old, &new);
        expect_agreement(&old, &new, &report);
        let (verdict, bump) = (report.verdict(), report.bump());
        writeln!(text, "{}: {verdict}, {bump}", case.name).expect("a string takes it");
        for change in &report.changes {
            writeln!(text, "  {change}").expect("a string takes it");
        }
    }
    if env::var_os("BLESS").is_some() {
        fs::write(Path::new(FOLDER).join("matrix.golden"), &text).expect("the file is written");
    }
    assert_eq!(text, read("matrix.golden"));
}
