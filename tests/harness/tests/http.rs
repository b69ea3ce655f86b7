//! Guests that speak HTTP, natively and in real browsers, with a server that this test starts: the
//! same lines, and nothing may fail.
//!
//! This test is not among those of a plain `cargo test`, for it needs a page: `cargo xtask test
//! pages browser` makes it and runs it.

use amphi_harness::{Browser, Server, Session, assembled, selected};
use amphi_runner::{Report, block_on, run_requests};
use amphi_support::answers::answers;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// How long everything may take in one browser.
const DEADLINE: Duration = Duration::from_secs(120);
/// How long the beginning of a body may take.
const PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn guests_that_speak_http_say_the_same_everywhere() {
    let native = native();
    let mut wrong = failures(&native, "natively");
    for browser in selected().expect("the browsers are known") {
        let page = in_page(browser);
        wrong += &failures(&page, browser.name);
        wrong += &differences(&native, &page, browser.name);
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn failures(report: &Report, host: &str) -> String {
    let mut found = String::new();
    for line in report.failures() {
        let expected = line.failure.as_deref().unwrap_or_default();
        writeln!(
            found,
            "{host}: {}: {}\n  {expected}",
            line.place, line.outcome
        )
        .expect("a string takes text");
    }
    found
}

/// What is not the same. Where guests cannot wait, programs of other names say so.
fn differences(native: &Report, page: &Report, host: &str) -> String {
    let waits = |place: &str| place.starts_with(Report::WAITING);
    let refused = |place: &str| place.starts_with(Report::REFUSED);
    let here = native.lines.iter();
    let here = here.filter(|line| page.suspends || !waits(&line.place));
    let there = page.lines.iter().filter(|line| !refused(&line.place));
    let (here, there): (Vec<_>, Vec<_>) = (here.collect(), there.collect());
    assert!(!here.is_empty(), "there are lines without waiting");
    let mut found = String::new();
    for number in 0..here.len().max(there.len()) {
        let (here, there) = (here.get(number), there.get(number));
        if here != there {
            writeln!(found, "natively {here:?}\nin {host} {there:?}").expect("a string takes text");
        }
    }
    found
}

fn in_page(browser: &'static Browser) -> Report {
    let server = Server::start_beside(&folder(), &[], answers(PATIENCE)).expect("a free port");
    let session = Session::start(browser, DEADLINE).unwrap_or_else(|error| panic!("{error:?}"));
    let outcome = session
        .open(&server.url("http.html"))
        .and_then(|()| session.outcome())
        .unwrap_or_else(|error| panic!("{error:?}"));
    let text = outcome.as_str().expect("the page answers with JSON text");
    serde_json::from_str(text).expect("the page answers with a report")
}

fn native() -> Report {
    let folder = folder();
    let server = Server::start_beside(&folder, &[], answers(PATIENCE)).expect("a free port");
    let authority = server.authority();
    let load = async |path: &str| Ok(fs::read(folder.join(path))?);
    block_on(run_requests(load, &authority)).unwrap_or_else(|error| panic!("natively: {error:?}"))
}

fn folder() -> PathBuf {
    assembled("runner").unwrap_or_else(|error| panic!("{error}"))
}
