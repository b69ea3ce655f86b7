//! Random values on the native host: each comes back from its guest as it went in, to the bit.
//!
//! These are a few, and the same each time. The browsers' test, which compares a page with this
//! host, takes all, and others each time.

use amphi_runner::values::{self, Family, Request};
use amphi_runner::{Line, block_on};
use std::time::{Duration, Instant};

#[test]
fn values_come_back_as_they_went() {
    let request = Request {
        seed: 1,
        batches: Some(2),
        shown: None,
    };
    let lines = block_on(values::run(&request)).expect("the components can be made and run");
    assert_same(&lines);
}

/// Other values as JSON, and changed texts, each time with another seed: once, or for as many
/// seconds as `AMPHI_SECONDS` says, from the seed in `AMPHI_SEED`. `cargo xtask fuzz --json` runs
/// it so.
#[test]
fn changed_texts_are_values_or_errors() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seconds = Duration::from_secs(number("AMPHI_SECONDS").unwrap_or(0));
    let started = Instant::now();
    let first: u64 = number("AMPHI_SEED").unwrap_or(2);
    for seed in first.. {
        let request = Request {
            seed,
            batches: Some(3),
            shown: None,
        };
        let lines = block_on(values::run_family(&request, Family::Json))
            .expect("the components can be made");
        println!("seed {seed}");
        assert_same(&lines);
        if started.elapsed() >= seconds {
            break;
        }
    }
}

/// No line has a value that changed.
#[track_caller]
fn assert_same(lines: &[Line]) {
    let failures: Vec<String> = lines
        .iter()
        .filter_map(|line| Some(format!("{}\n{}", line.place, line.failure.as_ref()?)))
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {}:\n{}",
        failures.len(),
        lines.len(),
        failures.join("\n")
    );
}

#[test]
fn there_are_ten_thousand_values() {
    let values = |family: &Family| {
        let extent = family.extent();
        extent.batches * extent.functions * extent.calls
    };
    let all: usize = Family::ALL.iter().map(values).sum();
    assert!(
        all >= 10_000,
        "expected at least 10,000 values, found {all}"
    );
}
