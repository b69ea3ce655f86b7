//! Bytes per second, with a second's worth in advance.

use std::time::{Duration, Instant};

/// A bucket that fills at a rate and holds what comes in a second.
#[derive(Debug)]
pub struct Rate {
    per_second: u64,
    left: u64,
    at: Instant,
}

impl Rate {
    pub fn new(per_second: u64, now: Instant) -> Self {
        Self {
            per_second,
            left: per_second,
            at: now,
        }
    }

    /// Whether `bytes` may pass `now`; then they have.
    pub fn take(&mut self, bytes: u64, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.at);
        let new = passed.min(Duration::from_secs(1)).as_nanos() * u128::from(self.per_second);
        let new = u64::try_from(new / 1_000_000_000).unwrap_or(u64::MAX);
        // Time that brought nothing yet goes on counting.
        if new > 0 {
            self.left = self.left.saturating_add(new).min(self.per_second);
            self.at = now;
        }
        let passes = bytes <= self.left;
        if passes {
            self.left -= bytes;
        }
        passes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_brings_what_it_should() {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut rate = Rate::new(1000, start);
        assert!(rate.take(1000, start));
        assert!(!rate.take(1, start));
        assert!(!rate.take(101, at(100)));
        assert!(rate.take(100, at(100)));
        assert!(!rate.take(1, at(100)));
        assert!(rate.take(1000, at(60_000)), "no more than a second's worth");
        assert!(!rate.take(1, at(60_000)));
        assert!(!rate.take(1, at(59_000)), "time does not run backwards");
    }

    #[test]
    fn slow_rates_fill_too() {
        let start = Instant::now();
        let mut rate = Rate::new(1, start);
        assert!(rate.take(1, start));
        for tenth in 1..10 {
            assert!(!rate.take(1, start + Duration::from_millis(tenth * 100)));
        }
        assert!(rate.take(1, start + Duration::from_secs(1)));
        assert!(!Rate::new(0, start).take(1, start + Duration::from_secs(9)));
    }
}
