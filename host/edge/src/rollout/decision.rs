//! What a look at a canary came to, and the figures it was made from.

use super::tail::{Sample, exceeding, share};
use super::trial::TrialRules;
use super::window::Counts;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a look came to, with the figures it was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Whether the canary goes back, and why; none means that it stays.
    pub rollback: Option<Cause>,
    /// Which look it was, from 1. A rollback without a look has the number of looks there were.
    pub look: u32,
    /// The level of each of its tests: a probability below it is a rollback.
    pub level: f64,
    /// The stable version's calls in the window.
    pub stable: Figures,
    /// The canary's calls in the window.
    pub canary: Figures,
    /// The canary's calls since the look before.
    pub batch: Figures,
    /// How likely it is that chance alone makes the canary's window so much worse.
    pub of_window: Likelihood,
    /// How likely it is that chance alone makes the canary's latest calls so much worse.
    pub of_batch: Likelihood,
}

/// Why a canary goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// It could not be instantiated.
    NotInstantiated,
    /// It failed more often.
    Errors,
    /// It trapped more often.
    Traps,
    /// It was slow more often.
    Latency,
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
    /// The 99th percentile of the answered ones, in microseconds.
    pub p99_micros: Option<u64>,
}

/// Probabilities, from 0 to 1, that chance alone makes one version so much worse.
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
    pub(super) fn of(counts: &Counts) -> Figures {
        Figures {
            calls: counts.calls,
            failed: counts.failed,
            trapped: counts.trapped,
            not_instantiated: counts.not_instantiated,
            p99_micros: counts.p99().map(micros),
        }
    }
}

/// Whole microseconds.
pub(crate) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

impl Likelihood {
    /// Nothing was asked.
    pub(super) const NONE: Likelihood = Likelihood {
        errors: 1.0,
        traps: 1.0,
        latency: 1.0,
    };

    /// How likely it is that the canary is as good as the stable version and looks like this. One, where the difference is too small to matter.
    pub(super) fn of(
        canary: &Counts,
        stable: &Counts,
        rules: &TrialRules,
        warm: bool,
    ) -> Likelihood {
        let sample = |hits, counts: &Counts| Sample {
            hits,
            of: counts.calls,
        };
        let rate = |counts: &Counts| counts.failed as f64 / counts.calls.max(1) as f64;
        let matters = rate(canary) - rate(stable) >= rules.excess;
        let errors = match matters {
            true => share(sample(canary.failed, canary), sample(stable.failed, stable)),
            false => 1.0,
        };
        let traps = share(
            sample(canary.trapped, canary),
            sample(stable.trapped, stable),
        );
        let latency = match warm {
            true => slower(canary, stable, rules.slower),
            false => 1.0,
        };
        Likelihood {
            errors,
            traps,
            latency,
        }
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

/// How likely it is that so many of the canary's calls are beyond what the slowest hundredth of the stable version's begins with, `times` taken. The limit between
/// sizes of latencies that is looked at is not below the stable version's latency of that rank, so that no more of the canary's are above it than the test counts.
fn slower(canary: &Counts, stable: &Counts, times: f64) -> f64 {
    let beyond = stable.answered() / 100;
    let Some(limit) = stable.latency(beyond) else {
        return 1.0;
    };
    let slow = canary.slower(limit.mul_f64(times.max(1.0)));
    exceeding(slow, canary.answered(), stable.answered(), beyond + 1)
}
