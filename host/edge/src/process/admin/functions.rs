//! Functions as the admin API tells of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use serde::Serialize;

use crate::function::Function;
use crate::function::breaker::BreakerState;
use crate::function::lanes::{Canary, Lanes};
use crate::host::Host;
use crate::telemetry::metrics::RECENT;
use crate::version::Version;
use amphi_edge_rollout::decision::{Decision, Figures, micros};
use amphi_edge_rollout::record::millis;

/// What is served.
#[derive(Serialize)]
pub struct Functions {
    /// When, in milliseconds since 1970 began.
    at: u64,
    functions: Vec<OfFunction>,
}

#[derive(Serialize)]
pub struct OfFunction {
    name: String,
    /// How many calls run, and how many wait.
    running: usize,
    queued: usize,
    breaker: OfBreaker,
    versions: Vec<OfVersion>,
    trial: Option<Trial>,
}

#[derive(Serialize)]
struct OfBreaker {
    state: &'static str,
    /// How often it has opened.
    opened: u64,
    /// How many clients are refused alone.
    refused_clients: usize,
}

#[derive(Serialize)]
struct OfVersion {
    role: &'static str,
    digest: String,
    /// Of the interface.
    version: Option<String>,
    /// In percent.
    weight: f64,
    /// How many calls have ended in each way since the process began.
    outcomes: BTreeMap<String, u64>,
    recent: RecentCalls,
}

/// Calls of the last while that say something of their version.
#[derive(Serialize)]
struct RecentCalls {
    /// How long that is.
    seconds: u64,
    calls: u64,
    failed: u64,
    /// Of the answered ones.
    p50_micros: Option<u64>,
    p99_micros: Option<u64>,
}

/// A version on trial.
#[derive(Serialize)]
struct Trial {
    /// The number of its step, from 0, if it goes in steps.
    step: Option<usize>,
    stable: Figures,
    canary: Figures,
    last_decision: Option<Decision>,
}

/// All functions, by name.
pub fn all(host: &Host) -> Functions {
    let functions = host.functions();
    Functions {
        at: millis(SystemTime::now()),
        functions: functions.iter().map(|function| one(function)).collect(),
    }
}

/// One function.
pub fn one(function: &Function) -> OfFunction {
    let lanes = function.lanes();
    let breaker = match function.breaker.state() {
        BreakerState::Closed => "closed",
        BreakerState::Open => "open",
        BreakerState::HalfOpen => "half-open",
    };
    OfFunction {
        name: function.name.clone(),
        running: function.admission.running(),
        queued: function.admission.queued(),
        breaker: OfBreaker {
            state: breaker,
            opened: function.breaker.opened(),
            refused_clients: function.breaker.refused(Instant::now()),
        },
        versions: versions(&lanes),
        trial: lanes.canary.as_deref().map(trial),
    }
}

fn versions(lanes: &Lanes) -> Vec<OfVersion> {
    let canary = lanes.canary.as_ref();
    let share = canary.map_or(0.0, |canary| f64::from(canary.weight().in_10_000()) / 100.0);
    let one = |role, version: &Arc<Version>, weight| OfVersion {
        role,
        digest: version.digest.to_string(),
        version: version.interface.as_ref().map(ToString::to_string),
        weight,
        outcomes: version.metrics.outcomes(),
        recent: recent(version),
    };
    let mut versions = vec![one("stable", &lanes.stable, 100.0 - share)];
    versions.extend(canary.map(|canary| one("canary", &canary.version, share)));
    let side_by_side = lanes.side_by_side.iter();
    versions.extend(side_by_side.map(|version| one("side-by-side", version, 0.0)));
    versions
}

fn recent(version: &Version) -> RecentCalls {
    let counts = version.metrics.recent(Instant::now());
    RecentCalls {
        seconds: RECENT.as_secs(),
        calls: counts.calls,
        failed: counts.failed,
        p50_micros: counts.p50().map(micros),
        p99_micros: counts.p99().map(micros),
    }
}

fn trial(canary: &Canary) -> Trial {
    canary.with(|rollout| {
        let (stable, canary) = rollout.figures();
        Trial {
            step: rollout.step(),
            stable,
            canary,
            last_decision: rollout.last_decision().cloned(),
        }
    })
}
