//! Waiting: one timer by the standard library, several pollables at once, timers of no time.

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

/// Timers that need not wait: each lets others run once.
pub fn timers() -> Outcome {
    let timer = monotonic_clock::subscribe_duration(0);
    println!("of no time: {:?}", ready(&[&timer, &timer, &timer]));
    let past = monotonic_clock::subscribe_instant(0);
    println!("the past: {:?}", ready(&[&past, &past]));
    let (now, never) = (
        monotonic_clock::subscribe_duration(0),
        monotonic_clock::subscribe_duration(u64::MAX),
    );
    println!("beside another: {:?}", poll(&[&never, &now]));
    let now = monotonic_clock::subscribe_duration(0);
    println!("beside one that is ready: {:?}", poll(&[&past, &now]));
    println!("and then: {:?}", poll(&[&past, &now]));
    let late = monotonic_clock::subscribe_duration(SHORT);
    while !poll(&[&monotonic_clock::subscribe_duration(0), &late]).contains(&1) {}
    println!("again and again, until another is ready");
    monotonic_clock::subscribe_duration(SHORT).block();
    Ok(())
}

/// Asks, again and again, whether there is input, with a timer that is over beside it: one of no
/// time, or one that ran out meanwhile. Gives up after a minute.
pub fn stop(kind: &str) -> Outcome {
    const PATIENCE: u64 = 60_000_000_000;
    let input = stdin::get_stdin();
    let input = input.subscribe();
    let start = monotonic_clock::now();
    let stopped = loop {
        let timer = match kind {
            "at-once" => monotonic_clock::subscribe_duration(0),
            "late" => late(),
            _ => return Err(format!("expected a kind of timer, found `{kind}`").into()),
        };
        if poll(&[&timer, &input]).contains(&1) {
            break true;
        }
        if monotonic_clock::now() - start > PATIENCE {
            break false;
        }
    };
    println!("stopped by the host: {stopped}");
    Ok(())
}

/// A timer that has run out, while nobody but this guest ran.
fn late() -> Pollable {
    let timer = monotonic_clock::subscribe_duration(1);
    let start = monotonic_clock::now();
    while monotonic_clock::now() - start < SHORT / 10 {}
    timer
}

fn ready(pollables: &[&Pollable]) -> Vec<bool> {
    pollables.iter().map(|pollable| pollable.ready()).collect()
}
