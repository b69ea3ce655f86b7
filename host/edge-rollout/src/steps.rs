//! Promotion in steps: more and more calls, on a schedule, for as long as nothing speaks against
//! it.

use super::choice::Weight;
use std::fmt;
use std::time::{Duration, Instant};

/// A while with one weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// How many calls the canary gets.
    pub weight: Weight,
    /// How long at least.
    pub hold: Duration,
    /// How many calls the canary must have had in this step: a quiet night is no proof.
    pub calls: u64,
}

/// Steps one after the other. After the last one the canary is promoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    steps: Vec<Step>,
}

/// Why steps are no schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScheduleError {
    /// There is none.
    Empty,
    /// The step with this number, from 0, has a weight that is not above the one before, or is
    /// none: who was on the canary would leave it.
    Falls {
        /// The step's number.
        step: usize,
    },
}

impl fmt::Display for ScheduleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ScheduleError::Empty => write!(f, "expected a step, found none"),
            ScheduleError::Falls { step } => {
                write!(f, "step {step}: expected a weight above the one before")
            }
        }
    }
}

impl std::error::Error for ScheduleError {}

impl Schedule {
    /// A schedule of these steps.
    ///
    /// # Errors
    ///
    /// When there is no step, or weights do not grow.
    pub fn new(steps: Vec<Step>) -> Result<Schedule, ScheduleError> {
        if steps.is_empty() {
            return Err(ScheduleError::Empty);
        }
        let mut before = Weight::NONE;
        for (step, Step { weight, .. }) in steps.iter().enumerate() {
            if *weight <= before {
                return Err(ScheduleError::Falls { step });
            }
            before = *weight;
        }
        Ok(Schedule { steps })
    }

    /// The steps, in order; at least one.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}

/// How far a canary is on its schedule.
#[derive(Clone, Debug)]
pub struct Progress {
    schedule: Schedule,
    step: usize,
    since: Instant,
}

/// What comes after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Another one, with this weight.
    Weight(Weight),
    /// Nothing: the canary is the stable version from now on.
    Promote,
}

impl Progress {
    /// At the first step.
    #[must_use]
    pub fn begin(schedule: Schedule, now: Instant) -> Progress {
        Progress {
            schedule,
            step: 0,
            since: now,
        }
    }

    /// The number of the step, from 0, and the step.
    #[must_use]
    pub fn step(&self) -> (usize, Step) {
        (self.step, self.schedule.steps[self.step])
    }

    /// What is next, if it is time to: at `now`, when the canary has had so many calls in this
    /// step.
    #[must_use]
    pub fn next(&self, calls: u64, now: Instant) -> Option<Next> {
        let (_, step) = self.step();
        if self.beyond(now).is_none() || calls < step.calls {
            return None;
        }
        let next = self.schedule.steps.get(self.step + 1);
        Some(next.map_or(Next::Promote, |next| Next::Weight(next.weight)))
    }

    /// For how long the step has been held beyond its time, if it has.
    #[must_use]
    pub fn beyond(&self, now: Instant) -> Option<Duration> {
        let held = now.saturating_duration_since(self.since);
        held.checked_sub(self.step().1.hold)
    }

    /// Goes on to the next step, if there is one.
    pub fn advance(&mut self, now: Instant) {
        if self.step + 1 < self.schedule.steps.len() {
            self.step += 1;
            self.since = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(percent: u16, seconds: u64, calls: u64) -> Step {
        Step {
            weight: Weight::of_percent(percent).expect("at most all"),
            hold: Duration::from_secs(seconds),
            calls,
        }
    }

    fn weight(percent: u16) -> Option<Next> {
        Weight::of_percent(percent).map(Next::Weight)
    }

    #[test]
    fn a_step_is_over_after_its_time_and_its_calls() {
        let steps = vec![step(1, 60, 100), step(10, 60, 0), step(50, 0, 10)];
        let schedule = Schedule::new(steps).expect("weights grow");
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut progress = Progress::begin(schedule, start);
        assert_eq!(progress.next(1000, at(59)), None);
        assert_eq!(progress.next(99, at(600)), None);
        assert_eq!(progress.beyond(at(600)), Some(Duration::from_secs(540)));
        assert_eq!(progress.next(100, at(600)), weight(10));
        progress.advance(at(600));
        assert_eq!(progress.next(5000, at(659)), None);
        assert_eq!(progress.next(0, at(660)), weight(50));
        progress.advance(at(660));
        assert_eq!(progress.step().0, 2);
        assert_eq!(progress.next(9, at(660)), None);
        assert_eq!(progress.next(10, at(660)), Some(Next::Promote));
        progress.advance(at(660));
        assert_eq!(progress.next(10, at(660)), Some(Next::Promote));
    }

    #[test]
    fn weights_that_do_not_grow_are_refused() {
        let check = |percents: &[u16], expected| {
            let steps = percents
                .iter()
                .map(|percent| step(*percent, 1, 1))
                .collect();
            assert_eq!(Schedule::new(steps).err(), expected);
        };
        check(&[], Some(ScheduleError::Empty));
        check(&[0], Some(ScheduleError::Falls { step: 0 }));
        check(&[5, 10, 10], Some(ScheduleError::Falls { step: 2 }));
        check(&[5, 10, 7], Some(ScheduleError::Falls { step: 2 }));
        check(&[100], None);
        check(&[1, 10, 100], None);
    }
}
