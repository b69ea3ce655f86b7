//! What went on in the last while: calls, those that failed, and how long they took, in bounded
//! memory.
//!
//! A window is a ring of slots of equal length in time. Latencies are counted by size, 16 sizes to
//! each power of two, so that a percentile is known to within 1/16 of it.

use std::time::{Duration, Instant};

/// Sizes that a latency can have: below 16 microseconds each its own, then 16 for each power of
/// two, up to 2^32 microseconds, which is over an hour.
const SIZES: usize = 16 + 28 * 16;

/// How a call ended, as far as a rollout cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallResult {
    /// It was answered, by whatever the function meant to say.
    Good,
    /// The function said that it failed: a status of 500 and above, an `err` that the host is told
    /// to count.
    Error,
    /// The guest trapped, or went over a limit of its own.
    Trap,
    /// There was no instance to call, and the component is to blame: not a pool that is full.
    NotInstantiated,
    /// Its client went away before the end, or there was no end: it says nothing of the version.
    GivenUp,
}

/// The calls of one version in the last while.
#[derive(Clone, Debug)]
pub struct Window {
    slot: Duration,
    slots: Vec<Counts>,
    /// The slot that is counted in, and when it began; none before the first call.
    now: Option<(usize, Instant)>,
}

/// What was counted in some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Calls.
    pub calls: u64,
    /// Those of them that failed, in whatever way.
    pub failed: u64,
    /// Those of them that trapped, or had no instance.
    pub trapped: u64,
    /// Those of them that had no instance.
    pub not_instantiated: u64,
    /// How long calls took that were answered, by size.
    latencies: Box<[u32; SIZES]>,
}

impl Default for Counts {
    fn default() -> Counts {
        Counts {
            calls: 0,
            failed: 0,
            trapped: 0,
            not_instantiated: 0,
            latencies: Box::new([0; SIZES]),
        }
    }
}

impl Window {
    /// A window over the last `span`, which moves on in `slots` steps; at least one.
    #[must_use]
    pub fn new(span: Duration, slots: usize) -> Window {
        let slots = slots.max(1);
        let slot = span / u32::try_from(slots).unwrap_or(u32::MAX);
        Window {
            slot: slot.max(Duration::from_nanos(1)),
            slots: vec![Counts::default(); slots],
            now: None,
        }
    }

    /// Counts a call that ended at `now` and took `latency`. Of calls that were not answered, the
    /// latency says nothing.
    pub fn count(&mut self, result: CallResult, latency: Duration, now: Instant) {
        let at = self.turn(now);
        self.slots[at].count(result, latency);
    }

    /// All that was counted in the span before `now`, to within one slot.
    pub fn counts(&mut self, now: Instant) -> Counts {
        self.turn(now);
        let mut sum = Counts::default();
        for slot in &self.slots {
            sum.add(slot);
        }
        sum
    }

    /// Moves on to the slot that `now` is in, and returns it. A time before that slot counts as in
    /// it.
    fn turn(&mut self, now: Instant) -> usize {
        let (mut at, mut began) = *self.now.get_or_insert((0, now));
        let since = now.saturating_duration_since(began);
        if since < self.slot {
            return at;
        }
        let passed = since.as_nanos() / self.slot.as_nanos();
        if passed >= self.slots.len() as u128 {
            self.slots.fill_with(Counts::default);
            began = now;
        } else {
            for _ in 0..passed {
                at = (at + 1) % self.slots.len();
                self.slots[at] = Counts::default();
                began += self.slot;
            }
        }
        self.now = Some((at, began));
        at
    }
}

impl Counts {
    /// Counts a call that took `latency`; not one that was given up.
    pub fn count(&mut self, result: CallResult, latency: Duration) {
        self.calls += u64::from(result != CallResult::GivenUp);
        match result {
            CallResult::Good | CallResult::Error => {
                self.failed += u64::from(result == CallResult::Error);
                let sizes = &mut self.latencies[size(latency)];
                *sizes = sizes.saturating_add(1);
            }
            CallResult::Trap | CallResult::NotInstantiated => {
                self.failed += 1;
                self.trapped += 1;
                self.not_instantiated += u64::from(result == CallResult::NotInstantiated);
            }
            CallResult::GivenUp => {}
        }
    }

    /// How many answered calls there are.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.latencies.iter().map(|count| u64::from(*count)).sum()
    }

    /// A time that at most `beyond` of the answered calls took longer than, as short as the sizes
    /// allow; none if there are no more calls than that.
    #[must_use]
    pub fn latency(&self, beyond: u64) -> Option<Duration> {
        let mut left = beyond;
        for (size, count) in self.latencies.iter().enumerate().rev() {
            match left.checked_sub(u64::from(*count)) {
                Some(rest) => left = rest,
                None => return Some(longest(size)),
            }
        }
        None
    }

    /// The time that half of the answered calls took at most.
    #[must_use]
    pub fn p50(&self) -> Option<Duration> {
        self.latency(self.answered() / 2)
    }

    /// The time that 99 of 100 answered calls took at most.
    #[must_use]
    pub fn p99(&self) -> Option<Duration> {
        self.latency(self.answered() / 100)
    }

    fn add(&mut self, other: &Counts) {
        self.calls += other.calls;
        self.failed += other.failed;
        self.trapped += other.trapped;
        self.not_instantiated += other.not_instantiated;
        for (sum, count) in self.latencies.iter_mut().zip(other.latencies.iter()) {
            *sum = sum.saturating_add(*count);
        }
    }
}

/// The size that a latency has.
fn size(latency: Duration) -> usize {
    let micros = u32::try_from(latency.as_micros()).unwrap_or(u32::MAX);
    if micros < 16 {
        return micros as usize;
    }
    let power = micros.ilog2() as usize;
    let sixteenth = (micros >> (power - 4)) as usize & 15;
    (power - 3) * 16 + sixteenth
}

/// The longest latency that has this size.
fn longest(size: usize) -> Duration {
    if size < 16 {
        return Duration::from_micros(size as u64);
    }
    let power = size / 16 - 1;
    let next = (16 + size as u64 % 16 + 1) << power;
    Duration::from_micros(next - 1)
}

#[cfg(test)]
mod tests;
