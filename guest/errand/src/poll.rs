//! Waiting: one timer by the standard library, several pollables at once.

use crate::Outcome;
use crate::bindings::wasi::cli::{stdin, stdout};
use crate::bindings::wasi::clocks::monotonic_clock;
use crate::bindings::wasi::io::poll::{Pollable, poll};
use std::thread;
use std::time::{Duration, Instant};

const SHORT: u64 = 20_000_000;

/// Longer than any test runs.
const LONG: u64 = 3_600_000_000_000;

/// Sleeps.
pub fn sleep() -> Outcome {
    for millis in [0, 1, 30] {
        let (start, time) = (Instant::now(), Duration::from_millis(millis));
        thread::sleep(time);
        println!("slept {millis} ms: {}", start.elapsed() >= time);
    }
    Ok(())
}

/// Waits for several things at once.
pub fn run() -> Outcome {
    let start = monotonic_clock::now();
    let (long, short) = (
        monotonic_clock::subscribe_duration(LONG),
        monotonic_clock::subscribe_duration(SHORT),
    );
    println!("ready at first: {:?}", ready(&[&long, &short]));
    println!("the shorter one: {:?}", poll(&[&long, &short]));
    println!(
        "that took its time: {}",
        monotonic_clock::now() - start >= SHORT
    );
    println!("ready now: {:?}", ready(&[&long, &short]));
    println!("once more: {:?}", poll(&[&long, &short, &short]));

    let (input, output) = (stdin::get_stdin(), stdout::get_stdout());
    let (input, output) = (input.subscribe(), output.subscribe());
    println!("streams: {:?}", poll(&[&long, &input, &output]));

    let past = monotonic_clock::subscribe_instant(0);
    past.block();
    println!("the past: {:?}", poll(&[&past, &long]));
    let instant = monotonic_clock::now() + SHORT;
    let soon = monotonic_clock::subscribe_instant(instant);
    soon.block();
    println!("an instant: {}", monotonic_clock::now() >= instant);
    println!("each by itself: {:?}", ready(&[&soon, &past, &long]));
    let many: Vec<Pollable> = (1..=20)
        .map(|part| monotonic_clock::subscribe_duration(SHORT / part))
        .collect();
    for pollable in &many {
        pollable.block();
    }
    let all: Vec<&Pollable> = many.iter().collect();
    println!("twenty: {}", poll(&all).len());
    Ok(())
}

fn ready(pollables: &[&Pollable]) -> Vec<bool> {
    pollables.iter().map(|pollable| pollable.ready()).collect()
}
