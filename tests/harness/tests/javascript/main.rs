//! The package for JavaScript in real browsers: a page in five lines, and everything else that
//! `tests/javascript` asserts.
//!
//! Like `browser`, it needs a folder that is assembled (`cargo xtask web javascript`), and runs
//! when asked for by name.

mod precompiled;
mod scripts;

use amphi_harness::{Browser, POLICY_FOR_JCO, Server, Session, assembled, selected, visit};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a page may take in one browser.
const DEADLINE: Duration = Duration::from_secs(300);

/// The pages that run tests and tell what came of them.
const PAGES: [&str; 3] = ["index.html", "workers.html", "kept.html"];

/// Those whose components are precompiled.
const PRECOMPILED: [&str; 4] = [
    "precompiled.html",
    "workers.html",
    "fetching.html",
    "scripts.html",
];

/// One browser at a time is enough for a small machine.
static TURN: Mutex<()> = Mutex::new(());

/// Waits for the text that the page in five lines shows.
const AWAIT_TEXT: &str = "
    const done = arguments[arguments.length - 1];
    const look = () => document.body.textContent.trim() ? done(document.body.textContent.trim()) : setTimeout(look, 20);
    look();";

#[test]
fn pages_in_five_lines_run_a_component() {
    let _turn = turn();
    for browser in selected().expect("the browsers are known") {
        let server = Server::start(&folder(), &[]).expect("a port is free");
        let session = Session::start(browser, DEADLINE).unwrap_or_else(|error| panic!("{error:?}"));
        for page in ["five-lines.html", "five-lines-bytes.html"] {
            session
                .open(&server.url(page))
                .unwrap_or_else(|error| panic!("{error:?}"));
            let text = session
                .run_async(AWAIT_TEXT, json!([]))
                .map_err(|error| session.explain(error))
                .unwrap_or_else(|error| panic!("{error:?}"));
            assert_eq!(
                text, "kept 3 of 3, mean 21",
                "{page} in {}: {text}",
                browser.name
            );
        }
    }
}

#[test]
fn the_readme_has_the_five_lines() {
    let readme = include_str!("../../../../README.md");
    let precompiled = include_str!("../../../javascript/five-lines.js");
    assert!(readme.contains(&format!("```js\n{precompiled}```\n")));
    let bytes = include_str!("../../../javascript/five-lines-bytes.js");
    let different = bytes.lines().filter(|line| !precompiled.contains(line));
    let different: Vec<&str> = different.collect();
    assert!(readme.contains(&format!("```js\n{}\n```\n", different.join("\n"))));
}

#[test]
fn everything_that_the_pages_assert_is_so() {
    let _turn = turn();
    assert_all(&folder(), &PAGES);
}

#[test]
fn everything_is_so_with_precompiled_components() {
    let _turn = turn();
    assert_all(&precompiled::folder(&folder()), &PRECOMPILED);
}

/// Visits the pages in a folder and fails if they have found anything wrong.
fn assert_all(folder: &Path, pages: &[&str]) {
    let mut wrong = String::new();
    let browsers = selected().expect("the browsers are known");
    let visits = browsers
        .iter()
        .flat_map(|browser| pages.iter().map(|page| (*browser, *page)));
    for (browser, page) in visits {
        let visit = visit(browser, folder, page, DEADLINE)
            .unwrap_or_else(|error| panic!("{page}: {error:?}"));
        let results = visit.outcome.as_array().expect("a list of results");
        assert!(!results.is_empty(), "there are tests");
        for failed in results
            .iter()
            .filter(|result| result["error"] != Value::Null)
        {
            let (name, error) = (text(&failed["name"]), text(&failed["error"]));
            write!(wrong, "\nin {}: {name}\n  {error}\n", browser.name)
                .expect("a string takes text");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn one_program_finds_the_same_by_the_package_and_by_jco() {
    let _turn = turn();
    let mut wrong = String::new();
    for browser in selected().expect("the browsers are known") {
        let ours = lines(browser, "with-amphi.html", &[]);
        let with_shim = lines(browser, "with-shim.html", &[POLICY_FOR_JCO]);
        let jco = lines(browser, "with-jco.html", &[POLICY_FOR_JCO]);
        assert_eq!(
            ours, with_shim,
            "in {}: by the imports of jco",
            browser.name
        );
        assert!(ours.len() > 100, "the program has its lines: {ours:?}");
        assert_eq!(ours.len(), jco.len(), "in {}", browser.name);
        for (ours, jco) in ours.iter().zip(&jco).filter(|(ours, jco)| ours != jco) {
            write!(
                wrong,
                "\nin {}:\n  package: {ours}\n  jco:     {jco}\n",
                browser.name
            )
            .expect("a string takes text");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What the program finds in a page, served with `headers`.
fn lines(browser: &'static Browser, page: &str, headers: &[(&str, &str)]) -> Vec<String> {
    let found = || {
        let server = Server::start(&folder(), headers)?;
        let session = Session::start(browser, DEADLINE)?;
        session.open(&server.url(page))?;
        session.outcome()
    };
    let outcome = found().unwrap_or_else(|error| panic!("{page}: {error:?}"));
    let lines = outcome.as_array().expect("a list of lines");
    lines.iter().map(|line| text(line).to_owned()).collect()
}

/// Waits for the tests before; that one of them failed is no reason to fail.
fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn text(value: &Value) -> &str {
    value.as_str().expect("names and errors are text")
}

fn folder() -> PathBuf {
    assembled("javascript").unwrap_or_else(|error| panic!("{error}"))
}
