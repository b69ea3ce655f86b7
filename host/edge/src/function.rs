//! A function that is served: a name, a way in, and the version that answers.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use crate::admission::{Admission, AdmissionLimits};
use crate::breaker::{Breaker, BreakerLimits};
use crate::call::Usage;
use crate::config;
use crate::entered::RequestLine;
use crate::log::{Access, access};
use crate::metrics::Call;
use crate::problem::Problem;
use crate::version::Version;

/// What a function is to be.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Its name, as in `/v1/fn/<name>`.
    pub name: String,
    /// The component.
    pub component: Vec<u8>,
    /// All else. The path of the component is not looked at here.
    pub config: config::Function,
}

impl Spec {
    /// A function of a component, everything else as it is when nothing is said.
    #[must_use]
    pub fn new(name: impl Into<String>, component: impl Into<Vec<u8>>) -> Self {
        Self {
            name: name.into(),
            component: component.into(),
            config: config::Function::new(""),
        }
    }
}

/// A function that is served.
pub struct Function {
    /// What it was asked to be.
    pub spec: Arc<Spec>,
    /// Its name, as in `/v1/fn/<name>`.
    pub name: String,
    /// The path under which its component answers HTTP itself, if it can.
    pub route: String,
    /// With which status a top-level error is answered, by its case; 422 where nothing is said.
    pub status: BTreeMap<String, StatusCode>,
    /// How many calls run and wait.
    pub admission: Arc<Admission>,
    /// Whether calls are let through after traps.
    pub breaker: Arc<Breaker>,
    /// What answers.
    pub version: Arc<Version>,
}

impl Function {
    /// A function of `version`. Who waits and what has trapped stays as it was `before`, where the limits are the same.
    pub(crate) fn new(spec: Arc<Spec>, version: Arc<Version>, before: Option<&Self>) -> Self {
        let limits = admission(&spec.config.limits);
        let admission = before
            .map(|before| &before.admission)
            .filter(|admission| *admission.limits() == limits)
            .map_or_else(|| Arc::new(Admission::new(limits)), Arc::clone);
        let limits = breaker(&spec.config.breaker);
        // Another component has another chance.
        let breaker = before
            .filter(|before| before.version.digest == version.digest)
            .map(|before| &before.breaker)
            .filter(|breaker| *breaker.limits() == limits)
            .map_or_else(|| Arc::new(Breaker::new(limits)), Arc::clone);
        Self {
            route: spec.config.route(&spec.name),
            name: spec.name.clone(),
            status: status(&spec.config.status),
            admission,
            breaker,
            version,
            spec,
        }
    }

    /// Takes down what a call has used and how it ended.
    pub(crate) fn record(
        &self,
        line: &RequestLine,
        status: StatusCode,
        outcome: &str,
        wall: Duration,
        usage: Usage,
    ) {
        let memory_peak = usage.memory_peak as u64;
        self.version.metrics.record(&Call {
            outcome,
            wall,
            cpu: usage.cpu,
            queued: usage.queued,
            memory_peak,
            fuel: usage.fuel,
        });
        access(&Access {
            function: &self.name,
            version: &self.version.name,
            method: line.method.as_str(),
            path: &line.path,
            status: status.as_u16(),
            outcome,
            wall,
            cpu: usage.cpu,
            queued: usage.queued,
            memory_peak,
        });
    }

    /// Takes down a request that was not let in.
    pub(crate) fn refuse(&self, line: &RequestLine, problem: &Problem) {
        let nothing = Usage::default();
        self.record(
            line,
            problem.status(),
            problem.kind(),
            Duration::ZERO,
            nothing,
        );
    }
}

/// A number that was checked to be more than zero; one if it was not.
fn some(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

fn admission(limits: &config::Limits) -> AdmissionLimits {
    AdmissionLimits {
        concurrency: some(limits.concurrency),
        queue: limits.queue as usize,
        wait: limits.queue_wait,
    }
}

fn breaker(breaker: &config::Breaker) -> BreakerLimits {
    BreakerLimits {
        traps: some(breaker.traps),
        window: breaker.within,
        open: breaker.open,
    }
}

fn status(status: &BTreeMap<String, u16>) -> BTreeMap<String, StatusCode> {
    status
        .iter()
        .filter_map(|(case, &code)| Some((case.clone(), StatusCode::from_u16(code).ok()?)))
        .collect()
}
