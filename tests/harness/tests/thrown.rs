//! What JavaScript throws in a function of the host no guest catches, whatever it catches;
//! afterwards the page runs none.
//!
//! Like `browser`, it needs the folder that `cargo xtask web runner` assembles, and runs when asked
//! for by name.

use amphi_harness::{selected, visit};
use std::path::Path;
use std::time::Duration;

#[test]
fn no_guest_catches_what_the_host_throws() {
    for browser in selected().expect("the browsers are known") {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/page/runner");
        let visit = visit(browser, &folder, "thrown.html", Duration::from_secs(60))
            .unwrap_or_else(|error| panic!("{error:?}"));
        let said = |call: usize| visit.outcome[call].as_str().unwrap_or_default().to_owned();
        if said(0) == "no guest catches anything" {
            continue;
        }
        assert_eq!(said(0), "thrown by the page", "in {}", browser.name);
        assert!(
            said(1).contains("this page runs no guest any more"),
            "in {}: {}",
            browser.name,
            said(1)
        );
    }
}
