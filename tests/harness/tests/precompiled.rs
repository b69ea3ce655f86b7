//! An application in Rust without a translator runs components that were precompiled: one that is
//! part of it, and others that it fetches.
//!
//! It needs the folder that `cargo xtask web precompiled` assembles, and runs when asked for by
//! name.

use amphi_harness::{assembled, selected, visit};
use std::time::Duration;

/// What the page says that has no tail where it needs one.
const APPEND: &str = "a core module needs several memories, and this browser allows one: append \
                      the file `.single-memory` that `amphi compile` writes beside this one";

#[test]
fn an_application_without_a_translator_runs_precompiled_components() {
    let folder = assembled("precompiled").unwrap_or_else(|error| panic!("{error}"));
    for browser in selected().expect("the browsers are known") {
        let visit = visit(browser, &folder, "index.html", Duration::from_secs(60))
            .unwrap_or_else(|error| panic!("{error:?}"));
        let found = &visit.outcome;
        let said = |what: &str| found[what].as_str().unwrap_or_default().to_owned();
        assert_eq!(found["embedded"], 4950, "in {}: {found}", browser.name);
        assert_eq!(found["fetched"], 4950, "in {}: {found}", browser.name);
        assert_eq!(said("greeted"), "Hello, page!\n", "in {}", browser.name);
        assert!(
            said("component").contains("found a component as it is before that"),
            "in {}: {found}",
            browser.name
        );
        assert_eq!(
            said("nothing"),
            "cannot fetch `nothing.page`: status 404",
            "in {}",
            browser.name
        );
        let needs_tail = found["severalMemories"] == false;
        let expected = if needs_tail { APPEND } else { "" };
        assert_eq!(said("alone"), expected, "in {}: {found}", browser.name);
    }
}
