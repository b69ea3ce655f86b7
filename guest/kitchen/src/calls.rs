//! `calls`: functions that call the host.

use std::cell::RefCell;

use crate::Kitchen;
use crate::bindings::demo::kitchen::host;
use crate::bindings::exports::demo::kitchen::calls::{Counter, Guest};

thread_local! {
    /// The counters that `keep` was given.
    static KEPT: RefCell<Vec<Counter>> = const { RefCell::new(Vec::new()) };
}

impl Guest for Kitchen {
    fn add_many(x: u32, times: u32) -> u32 {
        (0..times).fold(x, |x, _| host::add_one(x))
    }

    fn ask_all(questions: Vec<String>) -> Result<Vec<String>, String> {
        questions
            .iter()
            .map(|question| host::ask(question))
            .collect()
    }

    fn fail(reason: String) {
        host::fail(&reason);
    }

    fn count_up(start: u32, steps: Vec<u32>) -> Vec<u32> {
        let counter = Counter::new(start);
        steps.into_iter().map(|by| counter.increment(by)).collect()
    }

    fn bump(counter: &Counter, by: u32) -> u32 {
        counter.increment(by)
    }

    fn pass_on(counter: Counter, by: u32) -> Counter {
        counter.increment(by);
        counter
    }

    fn merge(a: Counter, b: Counter) -> Counter {
        Counter::merge(a, &b)
    }

    fn keep(counter: Counter) -> u32 {
        KEPT.with_borrow_mut(|kept| {
            kept.push(counter);
            kept.len() as u32
        })
    }

    fn release() -> Vec<u32> {
        KEPT.take().iter().map(Counter::value).collect()
    }

    fn print(line: String) {
        println!("{line}");
        eprintln!("{line}");
    }
}
