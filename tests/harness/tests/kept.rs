//! Files that a browser keeps: a guest leaves some, the page is opened anew, and another guest
//! finds them; the last time in a Worker.
//!
//! This test is not among those of a plain `cargo test`, for it needs a page: `cargo xtask test
//! pages browser` makes it and runs it.

use amphi_harness::{Server, Session, selected};
use serde_json::json;
use std::path::Path;
use std::time::Duration;

/// How long one visit may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// What is opened, and what it has to say.
const VISITS: [(&str, &str); 4] = [
    (
        "keep.html",
        r#"before this there were 0
left: []
leaves: ["visit-1", "visits"]
files: ["visit-1", "visits/count"]
"#,
    ),
    (
        "keep.html",
        r#"before this there were 1
left: ["visit-1", "visits"]
leaves: ["old", "visit-2", "visits"]
files: ["old/inner/last", "visit-2", "visits/count"]
"#,
    ),
    (
        "keep.html?worker",
        r#"before this there were 2
left: ["old", "visit-2", "visits"]
leaves: ["old", "visit-2", "visit-3", "visits"]
files: ["old", "visit-2", "visit-3", "visits/count"]
"#,
    ),
    (
        "keep.html",
        r#"before this there were 3
left: ["old", "visit-2", "visit-3", "visits"]
leaves: ["visit-2", "visit-3", "visit-4", "visits"]
files: ["visit-2", "visit-3", "visit-4", "visits/count"]
"#,
    ),
];

/// Whether the browser keeps files for this page.
const KEEPS: &str = "return Boolean(navigator.storage && navigator.storage.getDirectory)";

#[test]
fn what_a_guest_leaves_is_there_after_a_reload() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/page/runner");
    for browser in selected().expect("the browsers are known") {
        let server = Server::start(&folder, &[]).expect("a page and a free port");
        let session = Session::start(browser, DEADLINE).unwrap_or_else(|error| panic!("{error:?}"));
        session
            .open(&server.url("keep.html"))
            .unwrap_or_else(|error| panic!("{error:?}"));
        let keeps = session.run(KEEPS, json!([]));
        let keeps = keeps.unwrap_or_else(|error| panic!("{error:?}"));
        match keeps.as_bool() {
            Some(true) => visits(&session, &server),
            Some(false) | None => refused(&session),
        }
    }
}

fn visits(session: &Session, server: &Server) {
    for (number, (page, expected)) in VISITS.iter().enumerate() {
        let opened = match number {
            // It is open already.
            0 => Ok(()),
            _ => session.open(&server.url(page)),
        };
        let outcome = opened
            .and_then(|()| session.outcome())
            .unwrap_or_else(|error| panic!("`{page}` in {}: {error:?}", session.browser.name));
        let said = outcome.as_str().expect("the page answers with text");
        assert_eq!(said, *expected, "`{page}` in {}", session.browser.name);
    }
}

/// A browser that keeps no files has to be named as the cause.
fn refused(session: &Session) {
    let error = session.outcome().expect_err("it keeps no files");
    let text = format!("{error:?}");
    assert!(
        text.contains("has no private file system"),
        "in {}: {text}",
        session.browser.name
    );
}
