//! The corpus in real browsers: every line must be what the native host says, and nothing may fail.
//!
//! Both hosts read the one folder that `cargo xtask web runner` assembles, so they see the same
//! bytes. This test is not among those of a plain `cargo test`, for it needs that folder: `cargo
//! xtask test pages browser` makes it and runs it.

use amphi_harness::{Browser, assembled, selected, visit};
use amphi_runner::{Form, Line, Report, block_on};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// What components are made of, and the page that does so.
const PAGES: [(&str, &str); 2] = [
    ("of components", "index.html"),
    ("precompiled", "index.html?precompiled"),
];

/// How long the whole corpus may take in one browser.
const DEADLINE: Duration = Duration::from_secs(300);

#[test]
fn the_corpus_in_a_page_is_the_native_one() {
    let native = native();
    assert!(!native.lines.is_empty(), "the corpus has cases");
    let mut wrong = String::new();
    for browser in selected().expect("the browsers are known") {
        for (form, page) in PAGES {
            let (page, console) = in_page(browser, page);
            let differences = differences(&expected(&native, &page), &page.lines);
            if !differences.is_empty() {
                let console = console.join("\n");
                write!(
                    wrong,
                    "\nin {}, {form}:\n{differences}its console:\n{console}\n",
                    browser.name
                )
                .expect("a string takes text");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What the page has to say: what the native host says, but where the browser cannot suspend a
/// guest, or has no exceptions, it has a program of its own, in which a guest that waits or throws
/// is refused.
fn expected(native: &Report, page: &Report) -> Vec<Line> {
    let mut lines = native.lines.clone();
    let mut refused = |means: bool, left_out: fn(&Line) -> bool, program: &str| {
        if means {
            return;
        }
        let own = page.lines.iter();
        let own: Vec<Line> = own
            .filter(|line| line.place.starts_with(program))
            .cloned()
            .collect();
        assert!(!own.is_empty(), "there must be a {program}");
        lines.retain(|line| !left_out(line));
        lines.extend(own);
    };
    refused(
        page.suspends,
        |line| line.place.starts_with(Report::WAITING),
        Report::REFUSED,
    );
    refused(
        page.throws,
        |line| line.place.contains(Report::THROWING),
        Report::NOT_THROWN,
    );
    lines
}

/// What differs between the hosts, and what is not as its case expects, with both texts.
fn differences(native: &[Line], page: &[Line]) -> String {
    let (native, page) = (by_place(native), by_place(page));
    let places: BTreeSet<_> = native.keys().chain(page.keys()).collect();
    let mut found = String::new();
    for place in places {
        let (here, there) = (native.get(place), page.get(place));
        let failed = [here, there]
            .into_iter()
            .flatten()
            .find_map(|line| line.failure.as_ref());
        if here == there && failed.is_none() {
            continue;
        }
        let show =
            |line: Option<&&Line>| line.map_or("nothing".to_string(), |line| line.outcome.clone());
        let failed = failed.map_or(String::new(), |failure| format!("  {failure}\n"));
        let (here, there) = (show(here), show(there));
        write!(
            found,
            "{}\n  native: {here}\n  page:   {there}\n{failed}",
            place.0
        )
        .expect("a string takes text");
    }
    found
}

/// The lines by their place and, where a place has several, their number, so that a line that one
/// host lacks shifts no other.
fn by_place(lines: &[Line]) -> BTreeMap<(&str, usize), &Line> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let number = |line| {
        let count: &mut usize = seen.entry(line).or_default();
        *count += 1;
        (line, *count)
    };
    let keys: Vec<_> = lines
        .iter()
        .map(|line| line.place.as_str())
        .map(number)
        .collect();
    keys.into_iter().zip(lines).collect()
}

fn in_page(browser: &'static Browser, page: &str) -> (Report, Vec<String>) {
    let visit =
        visit(browser, &folder(), page, DEADLINE).unwrap_or_else(|error| panic!("{error:?}"));
    let text = visit
        .outcome
        .as_str()
        .expect("the page answers with JSON text");
    (
        serde_json::from_str(text).expect("the page answers with a report"),
        visit.console,
    )
}

fn native() -> Report {
    let folder = folder();
    let run = amphi_runner::run(Form::Component, async |path: &str| {
        Ok(fs::read(folder.join(path))?)
    });
    block_on(run).unwrap_or_else(|error| panic!("natively: {error:?}"))
}

fn folder() -> PathBuf {
    assembled("runner").unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn one_bit_of_difference_is_seen() {
    let line = |outcome: &str| Line {
        place: "a case".into(),
        outcome: outcome.into(),
        failure: None,
    };
    let failing = Line {
        failure: Some("expected `1`".into()),
        ..line("2")
    };
    assert_eq!(differences(&[line("1")], &[line("1")]), "");
    for (native, page, expected) in [
        (
            vec![line("0.1")],
            vec![line("0.10000000000000002")],
            "0.10000000000000002",
        ),
        (
            vec![line("1"), line("2")],
            vec![line("1")],
            "page:   nothing",
        ),
        (vec![], vec![line("1")], "native: nothing"),
        (vec![failing.clone()], vec![failing], "expected `1`"),
    ] {
        let found = differences(&native, &page);
        assert!(found.contains(expected), "expected `{expected}` in {found}");
    }
}
