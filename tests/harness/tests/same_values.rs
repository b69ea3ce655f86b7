//! Random values in real browsers: what comes back, and what a guest's host sees on the way, must
//! be what the native host says, to the bit.
//!
//! They are the same in each run, unless `AMPHI_SEED` has another seed; a difference is shown with
//! its type, its values and the seed. This test is not among those of a plain `cargo test`, for it
//! needs a page: `cargo xtask test pages values` makes it and runs it.

use amphi_harness::{Browser, assembled, selected, visit};
use amphi_runner::values::{self, Request};
use amphi_runner::{Line, block_on};
use std::fmt::Write as _;
use std::time::Duration;

/// How long all values may take in one browser.
const DEADLINE: Duration = Duration::from_secs(300);
/// How many differences are shown with their values.
const SHOWN: usize = 3;

#[test]
fn random_values_in_a_page_are_the_native_ones() {
    let seed = seed();
    println!("seed {seed}; AMPHI_SEED={seed} has the same values again");
    let native = native(seed, None);
    let mut wrong = String::new();
    for line in native.iter().filter(|line| line.failure.is_some()) {
        write!(
            wrong,
            "\nnatively: {}\n{}",
            line.place,
            line.failure.as_deref().unwrap_or_default()
        )
        .expect("a string takes text");
    }
    for browser in selected().expect("the browsers are known") {
        let page = in_page(browser, seed, None);
        wrong += &differences(browser, seed, &native, &page);
    }
    assert!(wrong.is_empty(), "seed {seed}:{wrong}");
}

/// What differs between the hosts; the values of the first differences are asked for.
fn differences(browser: &'static Browser, seed: u64, native: &[Line], page: &[Line]) -> String {
    let mut found = String::new();
    if native.len() != page.len() {
        write!(
            found,
            "\nin {}: {} lines, natively {}",
            browser.name,
            page.len(),
            native.len()
        )
        .expect("a string takes text");
    }
    let unlike = native
        .iter()
        .zip(page)
        .filter(|(here, there)| here != there);
    for (number, (here, there)) in unlike.enumerate() {
        let detail = match number < SHOWN {
            true => first_difference(browser, seed, here),
            false => String::new(),
        };
        let failure = there.failure.as_deref().unwrap_or_default();
        write!(
            found,
            "\nin {}: {}\n{failure}{detail}",
            browser.name, there.place
        )
        .expect("a string takes text");
    }
    found
}

/// The first value of a line that is not the same on both hosts.
fn first_difference(browser: &'static Browser, seed: u64, line: &Line) -> String {
    let values = |lines: Vec<Line>| {
        let line = lines.into_iter().find(|found| found.place == line.place);
        line.map_or(String::new(), |line| line.outcome)
    };
    let here = values(native(seed, Some(&line.place)));
    let there = values(in_page(browser, seed, Some(&line.place)));
    let unlike = here
        .lines()
        .zip(there.lines())
        .skip(1)
        .find(|(here, there)| here != there);
    unlike.map_or(String::new(), |(here, there)| {
        format!("\n  native: {here}\n  page:   {there}")
    })
}

fn in_page(browser: &'static Browser, seed: u64, shown: Option<&str>) -> Vec<Line> {
    let folder = assembled("runner").unwrap_or_else(|error| panic!("{error}"));
    let mut page = format!("values.html?seed={seed}");
    if let Some(place) = shown {
        let place = url::form_urlencoded::byte_serialize(place.as_bytes());
        write!(page, "&shown={}", place.collect::<String>()).expect("a string takes text");
    }
    let visit =
        visit(browser, &folder, &page, DEADLINE).unwrap_or_else(|error| panic!("{error:?}"));
    let text = visit
        .outcome
        .as_str()
        .expect("the page answers with JSON text");
    serde_json::from_str(text).expect("the page answers with lines")
}

fn native(seed: u64, shown: Option<&str>) -> Vec<Line> {
    let request = Request {
        seed,
        batches: None,
        shown: shown.map(str::to_owned),
    };
    block_on(values::run(&request)).unwrap_or_else(|error| panic!("natively: {error:?}"))
}

fn seed() -> u64 {
    match std::env::var("AMPHI_SEED") {
        Ok(seed) => seed.parse().expect("AMPHI_SEED is a number"),
        Err(_) => 1,
    }
}
