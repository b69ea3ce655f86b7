//! Whether a canary goes back: its calls against those of the stable version.
//!
//! A [`Trial`] counts the calls of both. Whenever the canary has had so many calls more ([`TrialRules::batch`]), it looks: is chance enough to explain that the
//! canary failed more often, trapped more often, or was slow more often? It asks that of the calls since the last look, so that what goes bad goes back
//! soon however well it was before, and of the canary's window, so that what is a little worse is found in time.
//!
//! **How often chance alone rolls back.** If the versions are equally good (each call's result has nothing to do with which one it got), each of the six tests of a
//! look calls for a rollback with a probability of at most its level, since the tests are exact. The `k`th look spends `alpha / (k (k + 1))`, a sixth of it on each
//! test. All looks together spend `alpha`, however many there are and although they see the same calls again: by Boole's inequality the probability that a canary
//! which is as good as the stable version *ever* goes back is at most `alpha`. This is alpha spending (K. K. G. Lan and D. L. DeMets, 1983, "Discrete sequential
//! boundaries for clinical trials", Biometrika 70) without an end to the trial, and without the gain from looks' dependence, which would need one. With the default,
//! one in a million canaries; a thousand runs see one with a probability of at most 1/1,000.
//!
//! What the calculation does not cover is calls that depend on each other: one user whose every call fails, and whose key puts them all on the canary. The margins
//! ([`TrialRules::excess`], [`TrialRules::slower`]) are for that: a difference that would not matter is none, however sure it is.
//!
//! **How soon.** A canary that fails every call goes back after fewer than two batches of bad calls: less than 100 by default, whatever it did before, as
//! long as the stable version has had a batch in its window and fails at most every tenth call. One that cannot be instantiated goes back at once.

use super::choice::Side;
use super::decision::{Cause, Decision, Figures, Likelihood};
use super::window::{CallResult, Counts, Window};
use std::num::NonZeroU64;
use std::time::{Duration, Instant};

/// How many tests one look makes.
const TESTS: f64 = 6.0;

/// When a canary goes back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrialRules {
    /// The greatest probability that a canary which is as good as the stable version ever goes back, above 0 and below 1.
    pub alpha: f64,
    /// After how many calls of the canary there is a look. The stable version must have had as many in its window.
    pub batch: NonZeroU64,
    /// By how much the canary's share of failed calls must exceed the stable version's to matter: 0.01 is one call in a hundred.
    pub excess: f64,
    /// A call of the canary is slow if it takes this many times what 99 of 100 calls of the stable version take; from 1.
    pub slower: f64,
    /// For how long after its begin the canary may be slow: its caches are cold.
    pub hold_off: Duration,
    /// This many calls for which the component could not be instantiated end the trial at once.
    pub not_instantiated: NonZeroU64,
    /// How far back the windows go.
    pub window: Duration,
}

impl Default for TrialRules {
    fn default() -> TrialRules {
        TrialRules {
            alpha: 1e-6,
            batch: NonZeroU64::new(50).expect("more than none"),
            excess: 0.005,
            slower: 1.5,
            hold_off: Duration::from_secs(10),
            not_instantiated: NonZeroU64::new(3).expect("more than none"),
            window: Duration::from_secs(300),
        }
    }
}

/// The calls of a canary and of the stable version since the canary began, or since its weight last changed.
#[derive(Clone, Debug)]
pub struct Trial {
    rules: TrialRules,
    began: Instant,
    stable: Window,
    canary: Window,
    /// The canary's calls since the last look, in a window that has no end.
    batch: Window,
    since_look: u64,
    looks: u32,
    over: bool,
}

impl Trial {
    /// A trial that begins.
    #[must_use]
    pub fn new(rules: TrialRules, now: Instant) -> Trial {
        let window = Window::new(rules.window, 12);
        Trial {
            rules,
            began: now,
            stable: window.clone(),
            canary: window,
            batch: Window::new(Duration::MAX, 1),
            since_look: 0,
            looks: 0,
            over: false,
        }
    }

    /// Counts a call that ended at `now`, and looks if it is time to. After a rollback there is nothing more to decide.
    pub fn count(
        &mut self,
        side: Side,
        result: CallResult,
        latency: Duration,
        now: Instant,
    ) -> Option<Decision> {
        if side == Side::Stable {
            self.stable.count(result, latency, now);
        } else {
            self.canary.count(result, latency, now);
            self.batch.count(result, latency, now);
            self.since_look += 1;
        }
        if self.over {
            return None;
        }
        let decision = match result {
            CallResult::NotInstantiated if side == Side::Canary => self.trip(now),
            _ => None,
        };
        let decision = decision.or_else(|| self.look(now));
        self.over = decision
            .as_ref()
            .is_some_and(|made| made.rollback.is_some());
        decision
    }

    /// Forgets what was counted, since the weight has changed: shares of calls from before and after are not to be mixed. The looks go on.
    pub fn weight_changed(&mut self) {
        self.stable.clear();
        self.canary.clear();
        self.batch.clear();
        self.since_look = 0;
    }

    /// What is in the windows: the stable version's calls, and the canary's.
    pub fn figures(&mut self, now: Instant) -> (Figures, Figures) {
        let (stable, canary) = (self.stable.counts(now), self.canary.counts(now));
        (Figures::of(&stable), Figures::of(&canary))
    }

    /// How many calls the canary has had.
    #[must_use]
    pub fn canary_calls(&self) -> u64 {
        self.canary.total()
    }

    fn trip(&mut self, now: Instant) -> Option<Decision> {
        let canary = self.canary.counts(now);
        (canary.not_instantiated >= self.rules.not_instantiated.get()).then(|| {
            let stable = self.stable.counts(now);
            let none = Likelihood::NONE;
            let cause = Some(Cause::NotInstantiated);
            self.decision(cause, 0.0, (&stable, &canary), (none, none), now)
        })
    }

    fn look(&mut self, now: Instant) -> Option<Decision> {
        let least = self.rules.batch.get();
        if self.since_look < least {
            return None;
        }
        let stable = self.stable.counts(now);
        if stable.calls < least {
            return None;
        }
        let (canary, batch) = (self.canary.counts(now), self.batch.counts(now));
        self.looks += 1;
        let look = f64::from(self.looks);
        let level = self.rules.alpha / (look * (look + 1.0)) / TESTS;
        let warm = now.saturating_duration_since(self.began) >= self.rules.hold_off;
        let likely = |canary| Likelihood::of(canary, &stable, &self.rules, warm);
        let (of_window, of_batch) = (likely(&canary), likely(&batch));
        let cause = of_batch.below(level).or(of_window.below(level));
        let both = (of_window, of_batch);
        let decision = self.decision(cause, level, (&stable, &canary), both, now);
        self.batch.clear();
        self.since_look = 0;
        Some(decision)
    }

    fn decision(
        &mut self,
        rollback: Option<Cause>,
        level: f64,
        (stable, canary): (&Counts, &Counts),
        (of_window, of_batch): (Likelihood, Likelihood),
        now: Instant,
    ) -> Decision {
        Decision {
            rollback,
            look: self.looks,
            level,
            stable: Figures::of(stable),
            canary: Figures::of(canary),
            batch: Figures::of(&self.batch.counts(now)),
            of_window,
            of_batch,
        }
    }
}

#[cfg(test)]
mod tests;
