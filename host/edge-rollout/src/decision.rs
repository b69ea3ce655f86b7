//! What a look at a canary came to, and the figures it was made from.

use super::tally::{Question, Tally};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a look came to, with the figures it was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Whether the canary goes back, and why; none means that it stays.
    pub rollback: Option<Cause>,
    /// Why the canary is not to have more calls, although it does not go back: it looks worse with
    /// one client's calls, or without them, or may be by chance.
    #[serde(default)]
    pub doubt: Option<Cause>,
    /// Which look it was, from 1. A rollback without a comparison has the number of looks there
    /// were.
    pub look: u32,
    /// The level of each of its tests: a probability below it is a rollback. Zero without a
    /// comparison.
    pub level: f64,
    /// The stable version's calls in the window, or in its last one.
    pub stable: Figures,
    /// The canary's calls in the window.
    pub canary: Figures,
    /// The canary's calls since the look before.
    pub batch: Figures,
    /// How likely it is that chance alone, whatever one client does, makes the canary's window so
    /// much worse.
    pub of_window: Likelihood,
    /// How likely it is that chance alone, whatever one client does, makes the canary's latest
    /// calls so much worse.
    pub of_batch: Likelihood,
}

/// Why a canary goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// It could not be instantiated.
    NotInstantiated,
    /// None of its calls succeeded.
    NoneSucceeded,
    /// It failed more often.
    Errors,
    /// It trapped more often.
    Traps,
    /// It was slow more often.
    Latency,
    /// It had no call that says anything of it for too long.
    NoCalls,
    /// Its step could not be ended for too long: too few clients have called one of the versions,
    /// or there was doubt.
    Undecided,
}

impl Cause {
    /// The word for it in metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Cause::NotInstantiated => "not-instantiated",
            Cause::Errors => "errors",
            Cause::Traps => "traps",
            Cause::Latency => "latency",
            Cause::NoneSucceeded => "none-succeeded",
            Cause::NoCalls => "no-calls",
            Cause::Undecided => "undecided",
        }
    }
}

/// Some calls in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// How many.
    pub calls: u64,
    /// Those of them that failed, in whatever way.
    pub failed: u64,
    /// Those of them that trapped, or had no instance.
    pub trapped: u64,
    /// Those of them that had no instance.
    pub not_instantiated: u64,
    /// In how many strata their clients are, at most 64: two clients are two strata, but for one
    /// time in 64.
    #[serde(default)]
    pub clients: u64,
    /// The 99th percentile of the answered ones, in microseconds.
    pub p99_micros: Option<u64>,
}

/// Probabilities, from 0 to 1, that chance alone makes one version so much worse. One that is far
/// from the level is a lower bound of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Likelihood {
    /// In failed calls.
    pub errors: f64,
    /// In trapped calls.
    pub traps: f64,
    /// In slow calls.
    pub latency: f64,
}

impl Figures {
    pub(super) fn of(tally: &Tally) -> Figures {
        let counts = tally.counts();
        Figures {
            calls: counts.calls,
            failed: counts.failed,
            trapped: counts.trapped,
            not_instantiated: counts.not_instantiated,
            clients: tally.clients(),
            p99_micros: counts.p99().map(micros),
        }
    }
}

/// Whole microseconds.
#[must_use]
pub fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

impl Likelihood {
    /// Nothing was asked.
    pub(super) const NONE: Likelihood = Likelihood {
        errors: 1.0,
        traps: 1.0,
        latency: 1.0,
    };

    /// What one question has come to, where it is less likely than what was there.
    pub(super) fn lower(&mut self, question: Question, likely: f64) {
        let of = match question {
            Question::Traps => &mut self.traps,
            Question::Errors => &mut self.errors,
            Question::Slow(_) => &mut self.latency,
        };
        *of = of.min(likely);
    }

    /// What is less likely than `level`: traps before errors before latency.
    pub(super) fn below(&self, level: f64) -> Option<Cause> {
        let causes = [
            (self.traps, Cause::Traps),
            (self.errors, Cause::Errors),
            (self.latency, Cause::Latency),
        ];
        let mut causes = causes.into_iter();
        causes
            .find(|(likely, _)| *likely < level)
            .map(|(_, cause)| cause)
    }
}
