//! When a canary goes back, and when it may have more calls.
//!
//! A trial counts the calls of both versions in sums, by [strata](super::secret::Stratum) of their
//! clients. Whenever the canary has had so many calls more ([`TrialRules::batch`]), it looks. Did
//! none of these succeed? Is chance enough to explain that the canary failed more often, trapped
//! more often, or was slow more often? It asks that of the calls since the last look, so that what
//! goes bad goes back soon however well it was before, and of the canary's window, so that what is
//! a little worse is found in time.
//!
//! **What is compared.** A window begins with a weight, and anew when it is as long as
//! [`TrialRules::window`] and both versions have had [`TrialRules::renewal`] calls in it. A stable
//! version without calls, since the canary gets all of them or since the weight has just changed,
//! is represented by its last window. Whether a call was slow is counted when it ends, against
//! [`Marks`] from calls of the stable version before.
//!
//! **How often chance alone rolls back.** If the versions are equally good (each call's result has
//! nothing to do with which one it got), each of the ten tests of a look calls for a rollback with
//! a probability of at most its level, since the tests are exact. The `k`th look spends `alpha / (k
//! (k + 1))`, a tenth of it on each test. All looks together spend `alpha`, however many there are
//! and although they see the same calls again: by Boole's inequality the probability that a canary
//! which is as good as the stable version *ever* goes back by comparison is at most `alpha`. This
//! is alpha spending (K. K. G. Lan and D. L. DeMets, 1983, "Discrete sequential boundaries for
//! clinical trials", Biometrika 70) without an end to the trial, and without the gain from looks'
//! dependence, which would need one. With the default, one in a million canaries; a thousand runs
//! see one with a probability of at most 1/1,000.
//!
//! It holds whatever one client does, who may choose what it sends by the version that it gets:
//! what is compared leaves any one stratum out, see `verdict`. Calls of several clients that depend
//! on each other are not covered. The margins ([`TrialRules::excess`], [`TrialRules::slower`]) are
//! for that: a difference that would not matter is none, however sure it is.
//!
//! **How soon.** A canary none of whose calls has ever succeeded goes back with its first batch,
//! whoever called it. One that was well goes back with the first batch of which no call succeeds,
//! if [enough](TrialRules::others) of it is not one client's, or nobody else's call has ever
//! succeeded: after fewer than two batches of bad calls. No stable version is needed for that. What
//! only a part of the calls shows is found by comparison. One that cannot be instantiated goes back
//! at once.
//!
//! **When it may have more.** A step is passed by a look without [doubt](TrialRules::doubt) for
//! which the canary has had a batch of calls in it, and the stable version [`TrialRules::seen`]
//! whose times are known. The last one, after which the canary is promoted, is passed if the canary
//! has had [`TrialRules::promotion`] calls in the trial besides, and [`TrialRules::seen`] in the
//! window. The busiest client's calls are left out of all these, so that no client alone can have a
//! step passed.

use super::choice::{Side, Weight};
use super::decision::{Cause, Decision, Figures};
use super::secret::STRATA;
use super::tally::{Call, Marks, Tally};
use super::verdict::{Beside, Compared, Comparison};
use super::window::CallResult;
use std::num::NonZeroU64;
use std::time::{Duration, Instant};

/// How many tests one look makes: five questions of the window and of the batch.
const TESTS: f64 = 10.0;

/// When a canary goes back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrialRules {
    /// The greatest probability that a canary which is as good as the stable version ever goes back
    /// by comparison, above 0 and below 1.
    pub alpha: f64,
    /// What is less likely than this by chance is in doubt: the canary stays, and gets no more
    /// calls. From alpha to 1.
    pub doubt: f64,
    /// After how many calls of the canary there is a look. If none of them succeeded, that is
    /// enough. A stable version with fewer calls since the weight changed is represented by those
    /// before.
    pub batch: NonZeroU64,
    /// How many calls of a batch of which none succeeded must not be the busiest client's, unless
    /// no other has ever had one that did. That chance makes so many fail is as unlikely as the
    /// canary's share of failed calls to this power.
    pub others: NonZeroU64,
    /// By how much the canary's share of failed calls must exceed the stable version's to matter:
    /// 0.01 is one call in a hundred.
    pub excess: f64,
    /// A call of the canary is slow if it takes this many times what a part of the calls of the
    /// stable version take; from 1.
    pub slower: f64,
    /// For how long after its begin the canary may be slow: its caches are cold.
    pub hold_off: Duration,
    /// This many calls for which the component could not be instantiated end the trial at once.
    pub not_instantiated: NonZeroU64,
    /// How long a window is at least.
    pub window: Duration,
    /// How many calls both versions must have had in a window that ends.
    pub renewal: u64,
    /// Of how many calls of the stable version the first marks are.
    pub marked: u64,
    /// How many calls the canary must have had in the whole trial to be promoted, its busiest
    /// client's left out.
    pub promotion: u64,
    /// How many calls of each version must have been looked at for a promotion, the busiest
    /// client's left out.
    pub seen: u64,
    /// Whether calls of one client alone may decide, since there are no others or since they all
    /// come by one proxy.
    pub one_client: bool,
    /// For how long a canary may have no call that says something, and a step may go on beyond its
    /// time.
    pub timeout: Duration,
    /// How long after a decision that could not be written it is tried again.
    pub retry: Duration,
}

impl Default for TrialRules {
    fn default() -> TrialRules {
        TrialRules {
            alpha: 1e-6,
            doubt: 1e-3,
            batch: NonZeroU64::new(50).expect("more than none"),
            others: NonZeroU64::new(15).expect("more than none"),
            excess: 0.005,
            slower: 1.5,
            hold_off: Duration::from_secs(10),
            not_instantiated: NonZeroU64::new(3).expect("more than none"),
            window: Duration::from_secs(300),
            renewal: 1_000,
            marked: 200,
            promotion: 1_500,
            seen: 200,
            one_client: false,
            timeout: Duration::from_secs(24 * 60 * 60),
            retry: Duration::from_secs(5),
        }
    }
}

/// What the latest look lets a canary have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Passes {
    /// What it has.
    #[default]
    Nothing,
    /// More calls.
    Step,
    /// All calls, for good.
    Promotion,
}

/// The calls of a canary and of the stable version since the canary began.
#[derive(Clone, Debug)]
pub struct Trial {
    rules: TrialRules,
    began: Instant,
    weight: Weight,
    /// How often the weight was changed.
    turn: u32,
    /// When the window began.
    window: Instant,
    stable: Tally,
    canary: Tally,
    marks: Option<Marks>,
    /// The stable version's last window, and its marks.
    kept: Option<(Tally, Option<Marks>)>,
    /// The canary's calls since the last look.
    batch: Tally,
    /// The canary's calls in the whole trial and with this weight, and those that succeeded, by
    /// stratum.
    ever: [u64; STRATA],
    step: [u64; STRATA],
    succeeded: [u64; STRATA],
    /// When the canary last had a call, or began to get some.
    called: Instant,
    looks: u32,
    passes: Passes,
    over: bool,
}

impl Trial {
    /// A trial that begins with this weight.
    #[must_use]
    pub fn new(rules: TrialRules, weight: Weight, now: Instant) -> Trial {
        Trial {
            rules,
            began: now,
            weight,
            turn: 0,
            window: now,
            stable: Tally::default(),
            canary: Tally::default(),
            marks: None,
            kept: None,
            batch: Tally::default(),
            ever: [0; STRATA],
            step: [0; STRATA],
            succeeded: [0; STRATA],
            called: now,
            looks: 0,
            passes: Passes::Nothing,
            over: false,
        }
    }

    /// Counts a call that ended at `now`, and looks if it is time to. After a rollback there is
    /// nothing more to decide. A call that was shared out by a weight before is not counted.
    pub fn count(&mut self, call: &Call, now: Instant) -> Option<Decision> {
        if call.turn != self.turn {
            return None;
        }
        let call = &self.as_it_counts(call, now);
        match call.side {
            Side::Stable => self.count_stable(call),
            Side::Canary => self.count_canary(call, now),
        }
        if self.over || call.side == Side::Stable {
            return None;
        }
        let decision = match call.result {
            CallResult::NotInstantiated => self.trip(),
            _ => None,
        };
        let decision = decision.or_else(|| self.look(now));
        self.over = decision
            .as_ref()
            .is_some_and(|made| made.rollback.is_some());
        decision
    }

    /// What a call says. One that its client gave up after it had taken longer than even a slow
    /// call of the stable version may was not answered, and has failed; before that, giving up says
    /// nothing. It is so on both sides, and without the time that the guest has waited for its
    /// client.
    fn as_it_counts(&self, call: &Call, now: Instant) -> Call {
        let warm = now.saturating_duration_since(self.began) >= self.rules.hold_off;
        let marks = self
            .marks
            .filter(|_| warm && call.result == CallResult::GivenUp);
        let longest = marks.map(|marks| marks.times(self.rules.slower).longest());
        match longest.is_some_and(|longest| call.latency > longest) {
            true => Call {
                result: CallResult::Error,
                ..*call
            },
            false => *call,
        }
    }

    /// Forgets what was counted in the window, since the weight has changed: shares of calls from
    /// before and after are not to be mixed. The looks go on.
    pub fn weight_changed(&mut self, weight: Weight, now: Instant) {
        self.keep_stable();
        self.marks = self.kept.as_ref().and_then(|(_, marks)| *marks);
        self.stable = Tally::default();
        self.canary = Tally::default();
        self.batch.forget_slow();
        self.turn = self.turn.wrapping_add(1);
        self.step = [0; STRATA];
        (self.weight, self.window, self.called) = (weight, now, now);
        self.passes = Passes::Nothing;
    }

    /// What is in the windows: the stable version's calls, and the canary's.
    #[must_use]
    pub fn figures(&self) -> (Figures, Figures) {
        let stable = self.beside().map_or(&self.stable, |beside| beside.tally);
        (Figures::of(stable), Figures::of(&self.canary))
    }

    /// How many calls the canary has had with this weight, without its busiest client's.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.others(&self.step)
    }

    /// What the latest look lets the canary have.
    #[must_use]
    pub fn passes(&self) -> Passes {
        self.passes
    }

    /// Whether the canary has had no call for too long, of those that it is to get.
    #[must_use]
    pub fn is_forgotten(&self, now: Instant) -> bool {
        let since = now.saturating_duration_since(self.called);
        self.weight > Weight::NONE && since >= self.rules.timeout
    }

    /// A rollback for something that no look sees. There is nothing more to decide.
    pub fn give_up(&mut self, cause: Cause) -> Decision {
        self.over = true;
        self.decision(Some(cause), 0.0, Compared::NONE, Compared::NONE)
    }

    fn count_stable(&mut self, call: &Call) {
        self.stable.count(call, self.marks.as_ref());
        if self.marks.is_none() && self.stable.calls() >= self.rules.marked {
            self.marks = Some(Marks::of(self.stable.counts()));
        }
    }

    fn count_canary(&mut self, call: &Call, now: Instant) {
        let marks = self.marks.map(|marks| marks.times(self.rules.slower));
        self.canary.count(call, marks.as_ref());
        self.batch.count(call, marks.as_ref());
        if call.result == CallResult::GivenUp {
            return;
        }
        let stratum = call.stratum.number();
        self.ever[stratum] += 1;
        self.step[stratum] += 1;
        self.succeeded[stratum] += u64::from(call.result == CallResult::Good);
        self.called = now;
    }

    fn trip(&self) -> Option<Decision> {
        let found = self.canary.counts().not_instantiated;
        let cause = Some(Cause::NotInstantiated);
        (found >= self.rules.not_instantiated.get())
            .then(|| self.decision(cause, 0.0, Compared::NONE, Compared::NONE))
    }

    fn look(&mut self, now: Instant) -> Option<Decision> {
        if self.batch.calls() < self.rules.batch.get() {
            return None;
        }
        if self.none_succeeded() {
            let cause = Some(Cause::NoneSucceeded);
            return Some(self.decision(cause, 0.0, Compared::NONE, Compared::NONE));
        }
        let Some(beside) = self.beside() else {
            self.batch = Tally::default();
            return None;
        };
        let look = f64::from(self.looks) + 1.0;
        let comparison = Comparison {
            rules: &self.rules,
            level: self.rules.alpha / (look * (look + 1.0)) / TESTS,
            warm: now.saturating_duration_since(self.began) >= self.rules.hold_off,
        };
        let of_window = comparison.of(&self.canary, beside);
        let of_batch = comparison.of(&self.batch, beside);
        let level = comparison.level;
        let cause = of_batch.likely.below(level);
        let cause = cause.or(of_window.likely.below(level));
        let passes = match of_batch.doubt.or(of_window.doubt) {
            None => self.could_see(beside, comparison.warm),
            Some(_) => Passes::Nothing,
        };
        self.looks += 1;
        self.passes = passes;
        let decision = self.decision(cause, level, of_window, of_batch);
        self.batch = Tally::default();
        self.renew(now);
        Some(decision)
    }

    /// Whether no call of the batch succeeded, and not only one client's, who may see to that,
    /// while others' do.
    fn none_succeeded(&self) -> bool {
        let counts = self.batch.counts();
        if counts.failed < counts.calls {
            return false;
        }
        let calls = |stratum: &usize| self.batch.stratum(*stratum).calls;
        let busiest = (0..STRATA).max_by_key(calls).unwrap_or_default();
        let others = counts.calls - calls(&busiest);
        let succeeded: u64 = self.succeeded.iter().sum();
        others >= self.rules.others.get() || succeeded == self.succeeded[busiest]
    }

    /// What a look that has found nothing lets the canary have.
    fn could_see(&self, beside: Beside<'_>, warm: bool) -> Passes {
        let of = |tally: &Tally| {
            self.others(&std::array::from_fn(|stratum| tally.stratum(stratum).timed))
        };
        let seen = self.rules.seen;
        if !beside.same_marks || of(beside.tally) < seen || self.calls() < self.rules.batch.get() {
            return Passes::Nothing;
        }
        let could = warm && of(&self.canary) >= seen;
        match could && self.others(&self.ever) >= self.rules.promotion {
            true => Passes::Promotion,
            false => Passes::Step,
        }
    }

    /// The stable version's calls that the canary's are compared with.
    fn beside(&self) -> Option<Beside<'_>> {
        let now = Beside {
            tally: &self.stable,
            at_once: true,
            same_marks: true,
        };
        if self.stable.calls() >= self.rules.batch.get() {
            return Some(now);
        }
        let (tally, marks) = self.kept.as_ref()?;
        Some(Beside {
            tally,
            at_once: false,
            same_marks: *marks == self.marks,
        })
    }

    /// Keeps the stable version's window, if it says as much as the last one.
    fn keep_stable(&mut self) -> bool {
        let there = self.stable.calls();
        let kept = self.kept.as_ref().map_or(0, |(tally, _)| tally.calls());
        let keeps = there > 0 && there >= kept.min(self.rules.renewal);
        if keeps {
            self.kept = Some((std::mem::take(&mut self.stable), self.marks));
        }
        keeps
    }

    /// Begins the window anew, if it was long enough: a day's good calls would hide an hour's bad
    /// ones.
    fn renew(&mut self, now: Instant) {
        let enough = |tally: &Tally| tally.calls() >= self.rules.renewal;
        let old = now.saturating_duration_since(self.window) >= self.rules.window;
        let stable = self.weight == Weight::ALL || enough(&self.stable);
        if !old || !stable || !enough(&self.canary) {
            return;
        }
        if enough(&self.stable) && self.keep_stable() {
            let kept = self.kept.as_ref();
            self.marks = kept.map(|(tally, _)| Marks::of(tally.counts()));
        }
        self.canary = Tally::default();
        self.window = now;
    }

    /// How many calls there are, if one client's are not to count.
    fn others(&self, calls: &[u64; STRATA]) -> u64 {
        let busiest = match self.rules.one_client {
            true => 0,
            false => calls.iter().copied().max().unwrap_or_default(),
        };
        calls.iter().sum::<u64>() - busiest
    }

    fn decision(
        &self,
        rollback: Option<Cause>,
        level: f64,
        of_window: Compared,
        of_batch: Compared,
    ) -> Decision {
        let (stable, canary) = self.figures();
        Decision {
            rollback,
            doubt: of_batch.doubt.or(of_window.doubt),
            look: self.looks,
            level,
            stable,
            canary,
            batch: Figures::of(&self.batch),
            of_window: of_window.likely,
            of_batch: of_batch.likely,
        }
    }
}

#[cfg(test)]
mod tests;
