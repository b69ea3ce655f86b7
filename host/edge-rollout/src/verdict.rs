//! Whether one version is worse than the other, whatever one client does.
//!
//! A test asks whether chance explains that so many of the bad calls are the canary's. It is exact
//! if a call's being bad has nothing to do with which version it got, and that a client can see to:
//! it may have a key that is on the canary, and send what fails there. So there are two kinds of
//! evidence.
//!
//! **Drawn calls** have no key. Chance has chosen their version, and no client could choose it, so
//! all of them together are tested, whoever sent them, as long as both versions had theirs at the
//! same time.
//!
//! **All calls** are tested by the strata of their clients. The canary is worse if it is worse
//! without any one stratum: whatever all calls of one client are, those of all others alone have
//! called for it, and have done so with a probability of at most the level. And since a client may
//! as well hide what others see, by good calls of the canary or bad ones of the other version, one
//! stratum may be left out from the start, whichever makes the canary look worst. That is one of
//! [`STRATA`], or none, so the level is shared among that many tests (Bonferroni).

use super::decision::{Cause, Likelihood};
use super::secret::STRATA;
use super::tail::share;
use super::tally::{Question, Sums, Tally};
use super::trial::TrialRules;

/// How many choices of a stratum to leave out there are; one is to leave out none.
const CHOICES: f64 = STRATA as f64 + 1.0;

/// The stable version's calls that a canary's are compared with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside<'a> {
    pub tally: &'a Tally,
    /// Whether they were shared out with the canary's.
    pub at_once: bool,
    /// Whether the same marks were there for both.
    pub same_marks: bool,
}

/// How a comparison is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comparison<'a> {
    pub rules: &'a TrialRules,
    /// What is less likely than this is not chance.
    pub level: f64,
    /// Whether the canary should be as fast as it gets.
    pub warm: bool,
}

/// What a comparison has come to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compared {
    /// How likely it is that chance, and one client's steering, make the canary look so bad.
    pub likely: Likelihood,
    /// Why nobody could say that the canary is as good.
    pub doubt: Option<Cause>,
}

impl Compared {
    /// Nothing was compared.
    pub const NONE: Compared = Compared {
        likely: Likelihood::NONE,
        doubt: None,
    };
}

impl Comparison<'_> {
    /// Asks everything of the canary's calls, beside those of the stable version.
    pub fn of(&self, canary: &Tally, stable: Beside<'_>) -> Compared {
        let views = Views::of(canary, stable);
        let (mut likely, mut least) = (Likelihood::NONE, Likelihood::NONE);
        for question in Question::ALL {
            let asked = match question {
                Question::Slow(_) => self.warm && stable.same_marks,
                Question::Traps | Question::Errors => true,
            };
            if asked {
                let (found, smallest) = self.ask(question, &views);
                likely.lower(question, found);
                least.lower(question, smallest);
            }
        }
        Compared {
            likely,
            doubt: least.below(self.rules.doubt),
        }
    }

    /// How likely it is that the canary is no worse in one thing, all that was left out considered;
    /// and the least likely that anything makes it.
    fn ask(&self, question: Question, views: &Views) -> (f64, f64) {
        let drawn = self.test(question, &views.drawn);
        let whole = self.test(question, &views.all);
        let mut least = drawn.min(whole);
        if self.rules.one_client {
            return (least * 2.0, least);
        }
        let mut best = self.without_any(question, &views.all, whole, views.strata.iter());
        for (hiding, stratum) in views.strata.iter().enumerate() {
            let rest = views.all.without(stratum);
            let likely = self.test(question, &rest);
            least = least.min(likely);
            let (before, after) = views.strata.split_at(hiding);
            let others = before.iter().chain(&after[1..]);
            best = best.min(self.without_any(question, &rest, likely, others));
        }
        (drawn.min(best * CHOICES) * 2.0, least)
    }

    /// How likely it is with all that is in `all`, which is `likely`, and without any one of its
    /// strata. What is likely enough anyway is not looked into.
    fn without_any<'a>(
        &self,
        question: Question,
        all: &Both,
        likely: f64,
        strata: impl Iterator<Item = &'a Both>,
    ) -> f64 {
        if likely * CHOICES * 2.0 >= self.level {
            return likely;
        }
        let without = strata.map(|one| self.test(question, &all.without(one)));
        without.fold(likely, f64::max)
    }

    /// How likely chance alone makes it that so many of the bad calls are the canary's. One, where
    /// the difference is too small to matter.
    fn test(&self, question: Question, Both { canary, stable }: &Both) -> f64 {
        let rate = |sums: &Sums| sums.failed as f64 / sums.calls.max(1) as f64;
        let matters =
            question != Question::Errors || rate(canary) - rate(stable) >= self.rules.excess;
        match matters {
            true => share(canary.sample(question), stable.sample(question)),
            false => 1.0,
        }
    }
}

/// What is looked at: calls that were drawn, all calls, and those of each stratum that has some.
struct Views {
    drawn: Both,
    all: Both,
    strata: Vec<Both>,
}

impl Views {
    fn of(canary: &Tally, stable: Beside<'_>) -> Views {
        let mut views = Views {
            drawn: Both::default(),
            all: Both::default(),
            strata: Vec::new(),
        };
        if stable.at_once {
            (views.drawn.canary, views.drawn.stable) = (*canary.drawn(), *stable.tally.drawn());
        }
        for number in 0..STRATA {
            let (canary, stable) = (canary.stratum(number), stable.tally.stratum(number));
            views.all.canary.add(canary);
            views.all.stable.add(stable);
            if canary.calls + stable.calls > 0 {
                let (canary, stable) = (*canary, *stable);
                views.strata.push(Both { canary, stable });
            }
        }
        views
    }
}

/// Calls of both versions.
#[derive(Clone, Copy, Debug, Default)]
struct Both {
    canary: Sums,
    stable: Sums,
}

impl Both {
    fn without(&self, part: &Both) -> Both {
        Both {
            canary: self.canary.without(&part.canary),
            stable: self.stable.without(&part.stable),
        }
    }
}
