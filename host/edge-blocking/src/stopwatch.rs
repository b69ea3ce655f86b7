//! The processor time of work that is done on this thread.

use std::cell::Cell;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// How much processor time work on a thread takes: what the thread waits for a processor, because
/// others compute as well, does not count.
///
/// To read a thread's processor time is a system call, which takes longer than a short call of a
/// component has to spare. Work of less than a millisecond is therefore measured by the clock, and
/// the processor time that longer work is compared with is read at most once in a millisecond. So
/// what is found is at most a millisecond too much, and never more than the time by the clock.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch {
    begun: Instant,
    /// The processor time of the thread shortly before.
    before: Duration,
}

/// Work of less than this is measured by the clock.
const SHORT: Duration = Duration::from_millis(1);

thread_local! {
    /// When this thread's processor time was read last, and what it was.
    static LAST: Cell<Option<(Instant, Duration)>> = const { Cell::new(None) };
}

impl Stopwatch {
    /// Begins to measure work on this thread.
    #[must_use]
    pub fn begin() -> Self {
        let begun = Instant::now();
        let before = match LAST.get() {
            Some((read, time)) if begun.duration_since(read) < SHORT => time,
            _ => {
                let time = processor_time();
                LAST.set(Some((begun, time)));
                time
            }
        };
        Self { begun, before }
    }

    /// The processor time of the work until now; asked on the thread that it began on.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use amphi_edge_blocking::Stopwatch;
    ///
    /// let work = Stopwatch::begin();
    /// std::thread::sleep(Duration::from_millis(50));
    /// assert!(work.elapsed() < Duration::from_millis(50), "it has not computed");
    /// ```
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        match self.begun.elapsed() {
            wall if wall < SHORT => wall,
            wall => wall.min(processor_time().saturating_sub(self.before)),
        }
    }
}

/// How much processor time this thread has had since it began.
pub(crate) fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compute(time: Duration) {
        let begun = processor_time();
        while processor_time().saturating_sub(begun) < time {}
    }

    #[test]
    fn what_a_thread_computes_counts_and_what_it_waits_does_not() {
        let computes = Duration::from_millis(20);
        let waits = Duration::from_millis(100);
        let work = Stopwatch::begin();
        compute(computes);
        std::thread::sleep(waits);
        let found = work.elapsed();
        assert!(found >= computes && found < waits, "{found:?}");
    }

    #[test]
    fn work_before_it_counts_for_a_millisecond_at_most() {
        let _ = Stopwatch::begin();
        compute(Duration::from_millis(50));
        let work = Stopwatch::begin();
        std::thread::sleep(2 * SHORT);
        assert!(work.elapsed() < Duration::from_millis(50));
    }
}
