//! A version on trial beside the one that serves: its share of the calls, what they tell of it, and
//! how it ends.
//!
//! Nothing here knows a component, a socket or a clock: time and chance are arguments. A
//! [`Rollout`] is the whole of it for one function; its parts serve by themselves. [`choice`]
//! shares calls by a [`secret`], [`asked`] finds what a call asks for by name, [`window`] and
//! [`tally`] count, [`trial`] judges and makes a [`decision`], [`steps`] goes on, [`record`] has
//! what is written of all that.
//!
//! What is decided is not done yet: it is [due](Rollout::due) until it is
//! [settled](Rollout::settle), which is after it was written, or could not be. Meanwhile calls are
//! counted and looked at as before.

pub mod asked;
pub mod choice;
pub mod decision;
pub mod record;
pub mod secret;
pub mod steps;
mod tail;
pub mod tally;
#[cfg(test)]
mod traffic;
pub mod trial;
mod verdict;
pub mod window;

use self::choice::{Split, Weight};
use self::decision::{Cause, Decision, Figures};
use self::secret::Secret;
use self::steps::{Next, Progress, Schedule};
use self::tally::Call;
use self::trial::{Passes, Trial, TrialRules};
use std::time::Instant;

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
    rules: TrialRules,
    split: Split,
    trial: Trial,
    progress: Option<Progress>,
    last: Option<Decision>,
    /// What was decided and is not settled.
    due: Option<Change>,
    /// What could not be written is not decided again before.
    retry: Option<Instant>,
    over: bool,
}

/// What is to be done about a canary.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum Change {
    /// It gets another share of the calls.
    Weight(Weight),
    /// It takes the stable version's place.
    Promote,
    /// It goes back, for this reason.
    Rollback(Box<Decision>),
}

impl Rollout {
    /// A canary that begins at `now`, whose calls are shared out by `secret`.
    #[must_use]
    pub fn new(secret: Secret, plan: Plan, rules: TrialRules, now: Instant) -> Rollout {
        let (weight, progress) = match plan {
            Plan::Fixed(weight) => (weight, None),
            Plan::Steps(schedule) => {
                let progress = Progress::begin(schedule, now);
                (progress.step().1.weight, Some(progress))
            }
        };
        Rollout {
            rules,
            split: Split::new(secret, weight),
            trial: Trial::new(rules, weight, now),
            progress,
            last: None,
            due: None,
            retry: None,
            over: false,
        }
    }

    /// How calls are shared now: a copy, so that choosing needs no lock.
    #[must_use]
    pub fn split(&self) -> Split {
        self.split
    }

    /// Counts a call that ended at `now`, and says what is due, when that is new: at most one
    /// thing, until it is settled.
    pub fn count(&mut self, call: &Call, now: Instant) -> Option<Change> {
        if let Some(decision) = self.trial.count(call, now) {
            self.last = Some(decision.clone());
            if decision.rollback.is_some() && !self.over {
                return self.go_back(decision);
            }
        }
        self.tick(now)
    }

    /// Says what is due, when that is new or when it is time to try again, as time goes by without
    /// calls. Once a second is often enough.
    pub fn tick(&mut self, now: Instant) -> Option<Change> {
        if self.over || self.retry.is_some_and(|retry| now < retry) {
            return None;
        }
        let again = self.retry.take().is_some();
        if self.due.is_some() {
            return self.due.clone().filter(|_| again);
        }
        if let Some(cause) = self.too_late(now) {
            let decision = self.trial.give_up(cause);
            self.last = Some(decision.clone());
            return self.go_back(decision);
        }
        let next = self.progress.as_ref()?.next(self.trial.calls(), now)?;
        let (change, needed) = match next {
            Next::Weight(weight) => (Change::Weight(weight), Passes::Step),
            Next::Promote => (Change::Promote, Passes::Promotion),
        };
        if self.trial.passes() >= needed {
            self.due = Some(change);
        }
        self.due.clone()
    }

    /// What was decided and is neither done nor given up.
    #[must_use]
    pub fn due(&self) -> Option<&Change> {
        self.due.as_ref()
    }

    /// Takes note that `change`, which was due, is written; whether it is to be done. A change that
    /// could not be written is not: a rollback stays due and is tried again, what goes forward is
    /// decided anew. Nor is what goes forward done when a rollback was decided while it was
    /// written.
    pub fn settle(&mut self, change: &Change, written: bool, now: Instant) -> bool {
        let goes_back = matches!(change, Change::Rollback(_));
        let overtaken = !goes_back && matches!(self.due, Some(Change::Rollback(_)));
        if !written {
            self.retry = Some(now + self.rules.retry);
        } else if overtaken {
            self.retry = Some(now);
        }
        if !overtaken && (written || !goes_back) {
            self.due = None;
        }
        if overtaken || !written {
            return false;
        }
        match change {
            Change::Weight(weight) => {
                if let Some(progress) = &mut self.progress {
                    progress.advance(now);
                }
                self.share(*weight, now);
            }
            Change::Promote | Change::Rollback(_) => self.over = true,
        }
        true
    }

    /// Has what is due decided for another function that the trial goes on in: what goes forward is
    /// decided anew, a rollback at the next tick.
    pub fn begin_again(&mut self, now: Instant) {
        self.due = self
            .due
            .take()
            .filter(|due| matches!(due, Change::Rollback(_)));
        self.retry = Some(now);
    }

    /// Gives it another share, by hand: a schedule ends with that, and what goes forward by it.
    pub fn set_weight(&mut self, weight: Weight, now: Instant) {
        self.progress = None;
        if !matches!(self.due, Some(Change::Rollback(_))) {
            self.due = None;
        }
        self.share(weight, now);
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
    #[must_use]
    pub fn figures(&self) -> (Figures, Figures) {
        self.trial.figures()
    }

    /// Whether it was promoted or went back: there is nothing more to come.
    #[must_use]
    pub fn over(&self) -> bool {
        self.over
    }

    /// What is due now is a rollback; if something else is being written, it has to wait for that.
    fn go_back(&mut self, decision: Decision) -> Option<Change> {
        let waits = self.due.is_some();
        let back = Change::Rollback(Box::new(decision));
        self.due = Some(back.clone());
        if waits {
            return None;
        }
        self.retry = None;
        Some(back)
    }

    /// Why a trial ends that has waited for too long.
    fn too_late(&self, now: Instant) -> Option<Cause> {
        if self.trial.is_forgotten(now) {
            return Some(Cause::NoCalls);
        }
        let beyond = self.progress.as_ref()?.beyond(now)?;
        (beyond >= self.rules.timeout).then_some(Cause::Undecided)
    }

    fn share(&mut self, weight: Weight, now: Instant) {
        self.split.set_weight(weight);
        self.trial.weight_changed(weight, now);
    }
}

#[cfg(test)]
mod simulated;
#[cfg(test)]
mod tests;
