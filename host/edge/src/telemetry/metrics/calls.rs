//! What calls record, by function and version.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::VersionLabels;
use crate::telemetry::usage::Usage;
use amphi_edge_rollout::window::{CallResult, Counts, Window};

/// Bounds of times, in seconds: from what an empty call takes to what nobody waits for.
const SECONDS: [f64; 17] = [
    0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0,
    2.5, 5.0, 10.0,
];

/// Bounds of memory, in bytes: from a page to what 32 bits reach.
const BYTES: [f64; 9] = [
    65536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
    268_435_456.0,
    1_073_741_824.0,
    4_294_967_296.0,
];

/// How many versions that are gone are still told of, so that what they did last is read.
const GONE: usize = 64;

/// How far back [`FunctionMetrics::recent`] looks, and in how many steps it moves on.
pub const RECENT: Duration = Duration::from_secs(10);
const STEPS: usize = 5;

/// What one call was.
#[derive(Clone, Copy, Debug, Default)]
pub struct Call<'a> {
    /// How it ended: `ok`, `error` if the guest said no, or the kind of what went wrong.
    pub outcome: &'a str,
    /// From its begin to its end, waiting included.
    pub wall: Duration,
    /// What its guest has used, if it was let in.
    pub usage: Option<Usage>,
    /// Bytes of the request's body that came.
    pub received: u64,
    /// Bytes of the answer's body that were taken.
    pub sent: u64,
}

/// What an instance does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceState {
    /// It runs a call.
    Live,
    /// It waits for one.
    Idle,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    function: String,
    version: String,
    outcome: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InstanceLabels {
    state: &'static str,
    function: String,
    version: String,
}

type Histograms = Family<VersionLabels, Histogram, fn() -> Histogram>;

/// The families that calls record in.
pub(super) struct Families {
    requests: Family<RequestLabels, Counter>,
    duration: Histograms,
    cpu: Histograms,
    queue: Histograms,
    memory: Histograms,
    fuel: Family<VersionLabels, Counter>,
    log_dropped: Family<VersionLabels, Counter>,
    received: Family<VersionLabels, Counter>,
    sent: Family<VersionLabels, Counter>,
    instances: Family<InstanceLabels, Gauge>,
    /// Versions that nobody has a handle of any more, with the outcomes that they had; the oldest
    /// first.
    gone: Mutex<VecDeque<(VersionLabels, Vec<String>)>>,
}

impl Families {
    pub(super) fn register(registry: &mut Registry) -> Arc<Self> {
        let seconds: fn() -> Histogram = || Histogram::new(SECONDS);
        let families = Self {
            requests: Family::default(),
            duration: Family::new_with_constructor(seconds),
            cpu: Family::new_with_constructor(seconds),
            queue: Family::new_with_constructor(seconds),
            memory: Family::new_with_constructor(|| Histogram::new(BYTES)),
            fuel: Family::default(),
            log_dropped: Family::default(),
            received: Family::default(),
            sent: Family::default(),
            instances: Family::default(),
            gone: Mutex::default(),
        };
        registry.register("fn_requests", "Calls by outcome", families.requests.clone());
        for (name, help, histograms) in [
            ("fn_duration", "Duration of calls", &families.duration),
            ("fn_cpu", "Processor time of guests", &families.cpu),
            ("fn_queue", "Time of calls in the queue", &families.queue),
        ] {
            registry.register_with_unit(name, help, Unit::Seconds, histograms.clone());
        }
        let name = "fn_memory_peak";
        let memory = families.memory.clone();
        registry.register_with_unit(name, "Peak memory of a call", Unit::Bytes, memory);
        registry.register(
            "fn_fuel_consumed",
            "Fuel consumed by calls",
            families.fuel.clone(),
        );
        for (name, help, bytes) in [
            (
                "fn_log_dropped",
                "Guest output dropped over the limit of the log",
                &families.log_dropped,
            ),
            ("fn_received", "Request bodies received", &families.received),
            ("fn_sent", "Response bodies read by clients", &families.sent),
        ] {
            registry.register_with_unit(name, help, Unit::Bytes, bytes.clone());
        }
        registry.register(
            "fn_instances",
            "Instances by state",
            families.instances.clone(),
        );
        Arc::new(families)
    }

    fn gone(&self) -> MutexGuard<'_, VecDeque<(VersionLabels, Vec<String>)>> {
        self.gone.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes the metrics of a version.
    fn forget(&self, of: &VersionLabels, outcomes: &[String]) {
        for outcome in outcomes {
            self.requests.remove(&ended(of, outcome));
        }
        for histograms in [&self.duration, &self.cpu, &self.queue, &self.memory] {
            histograms.remove(of);
        }
        self.fuel.remove(of);
        for bytes in [&self.log_dropped, &self.received, &self.sent] {
            bytes.remove(of);
        }
        for state in [InstanceState::Live, InstanceState::Idle] {
            self.instances.remove(&in_state(of, state));
        }
    }
}

fn ended(of: &VersionLabels, outcome: &str) -> RequestLabels {
    RequestLabels {
        function: of.function.clone(),
        version: of.version.clone(),
        outcome: outcome.to_owned(),
    }
}

fn in_state(of: &VersionLabels, state: InstanceState) -> InstanceLabels {
    InstanceLabels {
        state: match state {
            InstanceState::Live => "live",
            InstanceState::Idle => "idle",
        },
        function: of.function.clone(),
        version: of.version.clone(),
    }
}

/// Where calls of one version are recorded, with everything looked up.
pub struct FunctionMetrics {
    of: VersionLabels,
    families: Arc<Families>,
    ok: Counter,
    duration: Histogram,
    cpu: Histogram,
    queue: Histogram,
    memory: Histogram,
    fuel: Counter,
    log_dropped: Counter,
    received: Counter,
    sent: Counter,
    live: Gauge,
    idle: Gauge,
    /// Counters of calls that were not `ok`.
    others: Mutex<BTreeMap<String, Counter>>,
    recent: Mutex<Window>,
}

impl FunctionMetrics {
    pub(super) fn new(families: &Arc<Families>, function: &str, version: &str) -> Arc<Self> {
        let of = VersionLabels {
            function: function.to_owned(),
            version: version.to_owned(),
        };
        let mut gone = families.gone();
        let back = gone.iter().position(|(other, _)| *other == of);
        let back = back.and_then(|index| gone.remove(index));
        drop(gone);
        let counter = |outcome: &str| families.requests.get_or_create_owned(&ended(&of, outcome));
        let others = back.into_iter().flat_map(|(_, outcomes)| outcomes);
        let others = others.map(|outcome| (outcome.clone(), counter(&outcome)));
        let instances = |state| {
            families
                .instances
                .get_or_create_owned(&in_state(&of, state))
        };
        Arc::new(Self {
            others: Mutex::new(others.collect()),
            recent: Mutex::new(Window::new(RECENT, STEPS)),
            ok: counter(OK),
            duration: families.duration.get_or_create_owned(&of),
            cpu: families.cpu.get_or_create_owned(&of),
            queue: families.queue.get_or_create_owned(&of),
            memory: families.memory.get_or_create_owned(&of),
            fuel: families.fuel.get_or_create_owned(&of),
            log_dropped: families.log_dropped.get_or_create_owned(&of),
            received: families.received.get_or_create_owned(&of),
            sent: families.sent.get_or_create_owned(&of),
            live: instances(InstanceState::Live),
            idle: instances(InstanceState::Idle),
            families: Arc::clone(families),
            of,
        })
    }

    /// A call has ended.
    pub fn record(&self, call: &Call<'_>) {
        match call.outcome {
            OK => self.ok.inc(),
            other => self.other(other).inc(),
        };
        self.received.inc_by(call.received);
        self.sent.inc_by(call.sent);
        // Of what was refused, times say nothing.
        let Some(usage) = call.usage else {
            return;
        };
        self.duration.observe(call.wall.as_secs_f64());
        self.cpu.observe(usage.cpu.as_secs_f64());
        self.queue.observe(usage.queued.as_secs_f64());
        #[expect(
            clippy::cast_precision_loss,
            reason = "a bucket is all that is asked for"
        )]
        self.memory.observe(usage.memory_peak as f64);
        if let Some(fuel) = usage.fuel {
            self.fuel.inc_by(fuel);
        }
    }

    /// A call that says something of the version ended at `now`, in this way.
    pub fn count(&self, result: CallResult, latency: Duration, now: Instant) {
        self.window().count(result, latency, now);
    }

    /// What was [counted](Self::count) in the last [`RECENT`].
    #[must_use]
    pub fn recent(&self, now: Instant) -> Counts {
        self.window().counts(now)
    }

    /// How many calls have ended in each way, of those that were [recorded](Self::record).
    #[must_use]
    pub fn outcomes(&self) -> BTreeMap<String, u64> {
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let others = others.iter();
        let mut outcomes: BTreeMap<String, u64> = others
            .map(|(outcome, counter)| (outcome.clone(), counter.get()))
            .collect();
        outcomes.insert(OK.to_owned(), self.ok.get());
        outcomes
    }

    /// So many instances are in a state, more than before if positive.
    pub fn instances(&self, state: InstanceState, change: i64) {
        match state {
            InstanceState::Live => self.live.inc_by(change),
            InstanceState::Idle => self.idle.inc_by(change),
        };
    }

    /// So many bytes of output were over the limit.
    pub fn log_dropped(&self, bytes: u64) {
        self.log_dropped.inc_by(bytes);
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn other(&self, outcome: &str) -> Counter {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = others.get(outcome) {
            return counter.clone();
        }
        let counter = ended(&self.of, outcome);
        let counter = self.families.requests.get_or_create_owned(&counter);
        others.insert(outcome.to_owned(), counter.clone());
        counter
    }
}

/// The outcome of a call that went well.
pub(crate) const OK: &str = "ok";

impl Drop for FunctionMetrics {
    fn drop(&mut self) {
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let mut outcomes: Vec<String> = others.keys().cloned().collect();
        outcomes.push(OK.to_owned());
        let mut gone = self.families.gone();
        gone.push_back((self.of.clone(), outcomes));
        if gone.len() > GONE
            && let Some((of, outcomes)) = gone.pop_front()
        {
            self.families.forget(&of, &outcomes);
        }
    }
}
