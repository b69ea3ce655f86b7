//! Both clocks.

use crate::Outcome;
use crate::bindings::wasi::clocks::{monotonic_clock, wall_clock};
use std::time::{Duration, Instant, SystemTime};

/// Seconds from 1970 to a day before this was written.
const BEFORE: Duration = Duration::from_secs(1_735_689_600);

/// Reads both clocks.
pub fn run() -> Outcome {
    let since_1970 = SystemTime::UNIX_EPOCH.elapsed()?;
    println!("the wall clock is set: {}", since_1970 > BEFORE);
    println!(
        "the wall clock has a resolution: {}",
        has_length(wall_clock::resolution())
    );
    let start = Instant::now();
    let later = (0..1000).map(|_| Instant::now()).collect::<Vec<_>>();
    println!(
        "time goes on: {}",
        later.is_sorted() && later.iter().all(|now| *now >= start)
    );
    println!(
        "the monotonic clock has a resolution: {}",
        monotonic_clock::resolution() > 0
    );
    Ok(())
}

fn has_length(datetime: wall_clock::Datetime) -> bool {
    (datetime.seconds, datetime.nanoseconds) > (0, 0)
}
