//! Ten thousand components that come and go leave nothing behind in a page: table, memory and
//! references stay as they are.
//!
//! Like `browser`, it needs the folder that `cargo xtask web runner` assembles, and runs when asked
//! for by name.

use amphi_harness::{selected, visit};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

/// How long the rounds may take in one browser.
const DEADLINE: Duration = Duration::from_secs(300);

/// After so many rounds everything that is kept for the next use is there.
const WARM: u64 = 3_000;

/// What must not grow.
const FLAT: [&str; 4] = ["slots", "taken", "pages", "references"];

/// The most generated modules that are kept; see `KEPT` in the page's engine, which is for each of
/// its six kinds.
const MOST_MODULES: u64 = 6 * 256;

#[test]
fn ten_thousand_components_come_and_go() {
    for browser in selected().expect("the browsers are known") {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/page/runner");
        let visit = visit(browser, &folder, "lifecycle.html", DEADLINE)
            .unwrap_or_else(|error| panic!("{error:?}"));
        let text = visit
            .outcome
            .as_str()
            .expect("the page answers with JSON text");
        let samples: Vec<Value> =
            serde_json::from_str(text).expect("the page answers with samples");
        let warm = samples
            .iter()
            .find(|sample| number(sample, "rounds") == WARM);
        let warm = warm.expect("there is a sample after the rounds that warm up");
        let last = samples.last().expect("there are samples");
        assert_eq!(number(last, "rounds"), 10_000, "all rounds were made");
        for what in FLAT {
            let (before, after) = (number(warm, what), number(last, what));
            assert!(
                after <= before,
                "in {}: `{what}` grew from {before} to {after}: {text}",
                browser.name
            );
        }
        assert!(
            number(last, "modules") <= MOST_MODULES,
            "in {}: generated modules pile up: {text}",
            browser.name
        );
    }
}

fn number(sample: &Value, what: &str) -> u64 {
    let number = sample[what].as_u64();
    number.unwrap_or_else(|| panic!("a sample has `{what}`: {sample}"))
}
