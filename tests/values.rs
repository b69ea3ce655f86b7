//! Random values on the native host: each comes back from its guest as it went in, to the bit.
//!
//! These are a few, and the same each time. The browsers' test, which compares a page with this host, takes all, and others each time.

use amphi_runner::block_on;
use amphi_runner::values::{self, Family, Request};

#[test]
fn values_come_back_as_they_went() {
    let request = Request {
        seed: 1,
        batches: Some(2),
        shown: None,
    };
    let lines = block_on(values::run(&request)).expect("the components can be made and run");
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
