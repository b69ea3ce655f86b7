//! An application that is no part of this workspace, and has no link arguments of its own, runs in
//! a page.
//!
//! It needs the folder that `cargo xtask test outside` assembles, and runs when asked for by name.

use amphi_harness::{selected, visit};
use std::path::Path;
use std::time::Duration;

#[test]
fn an_application_of_its_own_works() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/page/outside");
    for browser in selected().expect("the browsers are known") {
        let visit = visit(browser, &folder, "index.html", Duration::from_secs(60))
            .unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(visit.outcome, 48, "in {}", browser.name);
    }
}
