//! A version on trial beside the one that serves: its share of the calls, what they tell of it, and how it ends.
//!
//! Nothing here knows a component, a socket or a clock: time and chance are arguments. A [`Rollout`] is the whole of it for one function; its parts serve by
//! themselves. [`choice`] shares calls, [`asked`] finds what a call asks for by name, [`window`] counts, [`trial`] judges
//! and makes a [`decision`], [`steps`] goes on, [`audit`]
//! keeps what was decided in a file, of which [`record`] has the entries.

pub mod asked;
pub mod audit;
pub mod choice;
pub mod decision;
pub mod record;
pub mod steps;
mod tail;
pub mod trial;
pub mod window;

use self::choice::{Side, Split, Weight};
use self::decision::{Decision, Figures};
use self::steps::{Next, Progress, Schedule};
use self::trial::{Trial, TrialRules};
use self::window::CallResult;
use std::time::{Duration, Instant};

/// How a canary goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// With this weight until somebody decides.
    Fixed(Weight),
    /// In steps, until it is promoted.
    Steps(Schedule),
}

/// A canary of one function.
#[derive(Clone, Debug)]
pub struct Rollout {
    function: String,
    split: Split,
    trial: Trial,
    progress: Option<Progress>,
    last: Option<Decision>,
    over: bool,
}

/// What is to be done about a canary.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum Change {
    /// It gets another share of the calls; [`Rollout::split`] has it already.
    Weight(Weight),
    /// It takes the stable version's place.
    Promote,
    /// It goes back, for this reason.
    Rollback(Box<Decision>),
}

impl Rollout {
    /// A canary that begins at `now`.
    #[must_use]
    pub fn new(function: &str, plan: Plan, rules: TrialRules, now: Instant) -> Rollout {
        let (weight, progress) = match plan {
            Plan::Fixed(weight) => (weight, None),
            Plan::Steps(schedule) => {
                let progress = Progress::begin(schedule, now);
                (progress.step().1.weight, Some(progress))
            }
        };
        Rollout {
            function: function.to_owned(),
            split: Split::new(function, weight),
            trial: Trial::new(rules, now),
            progress,
            last: None,
            over: false,
        }
    }

    /// How calls are shared now: a copy, so that choosing needs no lock.
    #[must_use]
    pub fn split(&self) -> Split {
        self.split
    }

    /// Counts a call that ended at `now` and took `latency`, and says what is to be done, which is at most one thing.
    pub fn count(
        &mut self,
        side: Side,
        result: CallResult,
        latency: Duration,
        now: Instant,
    ) -> Option<Change> {
        let decision = self.trial.count(side, result, latency, now);
        if let Some(decision) = &decision {
            self.last = Some(decision.clone());
        }
        match decision {
            Some(decision) if decision.rollback.is_some() && !self.over => {
                self.over = true;
                Some(Change::Rollback(Box::new(decision)))
            }
            _ => self.tick(now),
        }
    }

    /// Says what is to be done, as time goes by without calls. Once a second is often enough.
    pub fn tick(&mut self, now: Instant) -> Option<Change> {
        if self.over {
            return None;
        }
        let calls = self.trial.canary_calls();
        match self.progress.as_mut()?.advance(calls, now)? {
            Next::Weight(weight) => {
                self.share(weight);
                Some(Change::Weight(weight))
            }
            Next::Promote => {
                self.over = true;
                Some(Change::Promote)
            }
        }
    }

    /// Gives it another share, by hand: a schedule ends with that.
    pub fn set_weight(&mut self, weight: Weight) {
        self.progress = None;
        self.share(weight);
    }

    /// The last decision, if there was one: that it stays, or that it goes back.
    #[must_use]
    pub fn last_decision(&self) -> Option<&Decision> {
        self.last.as_ref()
    }

    /// The number of the step that it is at, from 0, if it goes in steps.
    #[must_use]
    pub fn step(&self) -> Option<usize> {
        self.progress.as_ref().map(|progress| progress.step().0)
    }

    /// What is in the windows: the stable version's calls, and the canary's.
    pub fn figures(&mut self, now: Instant) -> (Figures, Figures) {
        self.trial.figures(now)
    }

    /// Whether it was promoted or went back: there is nothing more to come.
    #[must_use]
    pub fn over(&self) -> bool {
        self.over
    }

    fn share(&mut self, weight: Weight) {
        self.split = Split::new(&self.function, weight);
        self.trial.weight_changed();
    }
}

#[cfg(test)]
mod tests;
