//! Metrics, in the format of Prometheus.
//!
//! There is one [`Metrics`] per process. A plugin that is a component has the metrics of a
//! function, under its own name, with one call for each call of its exports. A call is recorded
//! through a [`FunctionMetrics`], whose metrics were looked up when its version was deployed. Times
//! are in seconds, sizes in bytes, as the names say.
//!
//! | name | labels | what |
//! |---|---|---|
//! | `amphi_fn_requests_total` | `function`, `version`, `outcome` | calls, by what the client got: `ok`, `error` (the guest returned an error), or the `kind` of a problem |
//! | `amphi_fn_duration_seconds` | `function`, `version` | duration of calls, including time in the queue |
//! | `amphi_fn_cpu_seconds` | `function`, `version` | processor time of the guest |
//! | `amphi_fn_queue_seconds` | `function`, `version` | time in the queue |
//! | `amphi_fn_memory_peak_bytes` | `function`, `version` | peak memory |
//! | `amphi_fn_fuel_consumed_total` | `function`, `version` | fuel, where it is counted |
//! | `amphi_fn_received_bytes_total`, `amphi_fn_sent_bytes_total` | `function`, `version` | bytes of request bodies received, and of response bodies read by clients |
//! | `amphi_server_held_bytes` | | bodies of JSON calls that are held in memory for clients |
//! | `amphi_server_requests_total` | `outcome` | requests that reached no function: `ok` if the host responded itself, or the `kind` of the problem |
//! | `amphi_fn_log_dropped_bytes_total` | `function`, `version` | guest output dropped over the limit of the log |
//! | `amphi_log_dropped_lines_total` | | log lines dropped because they were not read in time |
//! | `amphi_connections_refused_total` | `reason` | connections rejected by a limit: that of their `client`, or of all connections (`full`) |
//! | `amphi_fn_instances` | `function`, `version`, `state` | instances that run a call (`live`) or wait for one (`idle`) |
//! | `amphi_pool_*` | `engine` | the engine's pool: instances, memories, tables, stacks, and what is kept warm |
//! | `amphi_route_weight` | `function`, `version` | the share of calls that a version gets, in percent |
//! | `amphi_rollout_state` | `function`, `state` | 1 for the state of the latest trial |
//! | `amphi_config_generation` | | the number of the configuration in use |
//! | `amphi_config_reload_total` | `result` | reloads, `ok` or the reason of the failure |
//! | `amphi_config_last_reload_success` | | 1 if the last reload succeeded |
//! | `amphi_abi_gate_total` | `result`, `reason` | new versions checked by the ABI gate |
//! | `amphi_rollout_unwritten_total` | | decisions about trials not carried out because they could not be written to the audit log |
//! | `amphi_cache_failures_total` | | components whose compiled code could not be cached |

mod calls;
mod pool;

use std::sync::{Arc, LazyLock};

use http::Response;
use http::header::{CONTENT_TYPE, HeaderValue};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

pub(crate) use calls::OK;
pub use calls::{Call, FunctionMetrics, InstanceState, RECENT};

use amphi_edge_listen::{Body, full};
use calls::Families;
use pool::PoolGauges;

/// All metrics of a process.
pub struct Metrics {
    registry: Registry,
    calls: Arc<Families>,
    pool: PoolGauges,
    weight: Family<VersionLabels, Gauge>,
    rollout: Family<RolloutLabels, Gauge>,
    generation: Gauge,
    reloads: Family<ResultLabels, Counter>,
    last_reload: Gauge,
    gate: Family<GateLabels, Counter>,
    cache_failures: Counter,
    answered: Family<OutcomeLabels, Counter>,
    held: Gauge,
    unwritten: Counter,
}

/// The state of a function's latest trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RolloutState {
    /// It is on trial.
    Trial,
    /// The canary became the stable version.
    Promoted,
    /// The canary was rolled back.
    RolledBack,
}

impl RolloutState {
    const ALL: [Self; 3] = [Self::Trial, Self::Promoted, Self::RolledBack];

    fn name(self) -> &'static str {
        match self {
            Self::Trial => "trial",
            Self::Promoted => "promoted",
            Self::RolledBack => "rolled-back",
        }
    }
}

/// A version of a function.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct VersionLabels {
    function: String,
    version: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RolloutLabels {
    function: String,
    state: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResultLabels {
    result: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct GateLabels {
    result: String,
    reason: String,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// Why a connection was rejected.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    reason: &'static str,
}

/// Lines of the log of this process that were dropped, which all logs have in common.
pub(crate) static DROPPED_LINES: LazyLock<Counter> = LazyLock::new(Counter::default);

/// Connections that got no place of their own, in the whole process, since it began.
static REFUSED: LazyLock<Family<ReasonLabels, Counter>> = LazyLock::new(Family::default);

/// A connection got no place of its own.
pub(crate) fn without_place(reason: &'static str) {
    REFUSED.get_or_create(&ReasonLabels { reason }).inc();
}

impl Metrics {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("amphi");
        let metrics = Self {
            calls: Families::register(&mut registry),
            pool: PoolGauges::register(&mut registry),
            weight: Family::default(),
            rollout: Family::default(),
            generation: Gauge::default(),
            reloads: Family::default(),
            last_reload: Gauge::default(),
            gate: Family::default(),
            cache_failures: Counter::default(),
            answered: Family::default(),
            held: Gauge::default(),
            unwritten: Counter::default(),
            registry: Registry::default(),
        };
        let (weight, rollout) = (metrics.weight.clone(), metrics.rollout.clone());
        registry.register(
            "route_weight",
            "Share of calls that a version gets, in percent",
            weight,
        );
        registry.register(
            "rollout_state",
            "1 for the state of the latest trial",
            rollout,
        );
        let (generation, last) = (metrics.generation.clone(), metrics.last_reload.clone());
        registry.register(
            "config_generation",
            "Number of the configuration in use",
            generation,
        );
        let name = "config_last_reload_success";
        registry.register(name, "1 if the last reload succeeded", last);
        let (reloads, gate) = (metrics.reloads.clone(), metrics.gate.clone());
        registry.register("config_reload", "Reloads by result", reloads);
        registry.register("abi_gate", "New versions checked by the ABI gate", gate);
        let name = "cache_failures";
        registry.register(
            name,
            "Compiled code that could not be cached",
            metrics.cache_failures.clone(),
        );
        let held = metrics.held.clone();
        registry.register_with_unit(
            "server_held",
            "Request and response bodies of JSON calls held in memory",
            Unit::Bytes,
            held,
        );
        let answered = metrics.answered.clone();
        let name = "server_requests";
        registry.register(name, "Requests that reached no function", answered);
        let name = "rollout_unwritten";
        registry.register(
            name,
            "Decisions about trials not carried out because they could not be written to the audit log",
            metrics.unwritten.clone(),
        );
        let name = "log_dropped_lines";
        registry.register(
            name,
            "Log lines dropped because they were not read in time",
            DROPPED_LINES.clone(),
        );
        let name = "connections_refused";
        registry.register(name, "Connections rejected by a limit", REFUSED.clone());
        Self {
            registry,
            ..metrics
        }
    }

    /// Where calls of a version are recorded. The figures outlive the last handle, until many other
    /// versions are gone as well.
    #[must_use]
    pub fn function(&self, function: &str, version: &str) -> Arc<FunctionMetrics> {
        FunctionMetrics::new(&self.calls, function, version)
    }

    /// A request ended that reached no function: there is none for it, or the host responded
    /// itself.
    pub(crate) fn answered(&self, outcome: &'static str) {
        self.answered
            .get_or_create(&OutcomeLabels { outcome })
            .inc();
    }

    /// Sets how many bytes of bodies are held in memory for clients.
    pub(crate) fn held(&self, bytes: u64) {
        self.held.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    /// Sets the metrics of the pool of `engine`.
    pub fn pool(&self, engine: &str, metrics: &wasmtime::PoolingAllocatorMetrics) {
        self.pool.set(engine, metrics);
    }

    /// Sets the share of its function's calls that a version gets, in percent; `None` removes it.
    pub fn weight(&self, function: &str, version: &str, percent: Option<u32>) {
        let of = VersionLabels {
            function: function.to_owned(),
            version: version.to_owned(),
        };
        match percent {
            Some(percent) => {
                self.weight.get_or_create(&of).set(percent.into());
            }
            None => {
                self.weight.remove(&of);
            }
        }
    }

    /// Sets the state of a function's latest trial; `None` stands for no trial.
    pub fn rollout(&self, function: &str, state: Option<RolloutState>) {
        let phase = |state: RolloutState| RolloutLabels {
            function: function.to_owned(),
            state: state.name().to_owned(),
        };
        for other in RolloutState::ALL {
            self.rollout.remove(&phase(other));
        }
        if let Some(state) = state {
            self.rollout.get_or_create(&phase(state)).set(1);
        }
    }

    /// A reload ended: `Ok` with the number of the configuration in use now, or the reason of the
    /// failure, in a word.
    pub fn reload(&self, result: Result<u64, &str>) {
        let word = result.err().unwrap_or("ok");
        let result_label = ResultLabels {
            result: word.to_owned(),
        };
        self.reloads.get_or_create(&result_label).inc();
        self.last_reload.set(result.is_ok().into());
        if let Ok(generation) = result {
            self.generation
                .set(i64::try_from(generation).unwrap_or(i64::MAX));
        }
    }

    /// A new version was judged: whether it was let in, and the class of what spoke against it, or
    /// `none`.
    pub fn gate(&self, accepted: bool, reason: &str) {
        let judged = GateLabels {
            result: if accepted { "accepted" } else { "refused" }.to_owned(),
            reason: reason.to_owned(),
        };
        self.gate.get_or_create(&judged).inc();
    }

    /// The code of a component was compiled, but could not be kept.
    pub fn cache_failed(&self) {
        self.cache_failures.inc();
    }

    /// Decisions about versions on trial could not be written, so they were not taken.
    pub fn unwritten(&self, decisions: usize) {
        self.unwritten.inc_by(decisions as u64);
    }

    /// Everything, in the text format of OpenMetrics.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        text::encode(&mut text, &self.registry).expect("a string takes whatever is written");
        text
    }

    /// [`text`](Self::text) as an answer to `GET /metrics`.
    #[must_use]
    pub fn response(&self) -> Response<Body> {
        let mut response = Response::new(full(self.text()));
        let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::usage::Usage;
    use std::time::Duration;

    #[test]
    fn what_is_recorded_is_read() {
        let metrics = Metrics::new();
        let calc = metrics.function("calc", "abc");
        let call = Call {
            outcome: "ok",
            wall: Duration::from_millis(3),
            usage: Some(Usage {
                cpu: Duration::from_micros(50),
                queued: Duration::ZERO,
                memory_peak: 2 << 20,
                fuel: Some(100),
            }),
            received: 10,
            sent: 4,
        };
        calc.record(&call);
        calc.record(&call);
        calc.record(&Call {
            outcome: "queue-full",
            usage: None,
            ..call
        });
        metrics.answered("no-route");
        calc.record(&Call {
            outcome: "cpu-limit",
            ..call
        });
        calc.instances(InstanceState::Live, 2);
        calc.log_dropped(7);
        let outcomes = [("cpu-limit", 1), ("ok", 2), ("queue-full", 1)];
        let outcomes = outcomes.map(|(outcome, count)| (outcome.to_owned(), count));
        assert_eq!(calc.outcomes(), outcomes.into());
        metrics.weight("calc", "abc", Some(10));
        metrics.rollout("calc", Some(RolloutState::Trial));
        metrics.rollout("calc", Some(RolloutState::RolledBack));
        metrics.reload(Ok(3));
        metrics.reload(Err("gate"));
        metrics.gate(false, "removed-func");
        metrics.cache_failed();
        metrics.unwritten(2);
        let text = metrics.text();
        for line in [
            r#"amphi_fn_requests_total{function="calc",version="abc",outcome="ok"} 2"#,
            r#"amphi_fn_requests_total{function="calc",version="abc",outcome="cpu-limit"} 1"#,
            r#"amphi_fn_duration_seconds_count{function="calc",version="abc"} 3"#,
            r#"amphi_fn_duration_seconds_bucket{le="0.0025",function="calc",version="abc"} 0"#,
            r#"amphi_fn_duration_seconds_bucket{le="0.005",function="calc",version="abc"} 3"#,
            r#"amphi_fn_cpu_seconds_bucket{le="0.0001",function="calc",version="abc"} 3"#,
            r#"amphi_fn_queue_seconds_count{function="calc",version="abc"} 3"#,
            r#"amphi_fn_memory_peak_bytes_sum{function="calc",version="abc"} 6291456.0"#,
            r#"amphi_fn_fuel_consumed_total{function="calc",version="abc"} 300"#,
            r#"amphi_fn_requests_total{function="calc",version="abc",outcome="queue-full"} 1"#,
            r#"amphi_fn_received_bytes_total{function="calc",version="abc"} 40"#,
            r#"amphi_fn_sent_bytes_total{function="calc",version="abc"} 16"#,
            r#"amphi_server_requests_total{outcome="no-route"} 1"#,
            r#"amphi_fn_log_dropped_bytes_total{function="calc",version="abc"} 7"#,
            r#"amphi_fn_instances{state="live",function="calc",version="abc"} 2"#,
            r#"amphi_route_weight{function="calc",version="abc"} 10"#,
            r#"amphi_rollout_state{function="calc",state="rolled-back"} 1"#,
            "amphi_config_generation 3",
            "amphi_config_last_reload_success 0",
            r#"amphi_config_reload_total{result="ok"} 1"#,
            r#"amphi_config_reload_total{result="gate"} 1"#,
            r#"amphi_abi_gate_total{result="refused",reason="removed-func"} 1"#,
            "amphi_cache_failures_total 1",
            "amphi_rollout_unwritten_total 2",
            "# EOF",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(!text.contains(r#"state="trial""#), "{text}");
    }

    #[test]
    fn versions_that_are_gone_are_forgotten_in_the_end() {
        let metrics = Metrics::new();
        let call = Call {
            outcome: "ok",
            ..Call::default()
        };
        let stays = metrics.function("calc", "stays");
        stays.record(&call);
        for number in 0..1000 {
            metrics
                .function("calc", &format!("v{number}"))
                .record(&call);
        }
        let text = metrics.text();
        let is_there = |version: &str| text.contains(&format!(r#"version="{version}""#));
        assert!(is_there("stays") && is_there("v999"), "{text}");
        assert!(!is_there("v0") && !is_there("v500"), "{text}");
        let again = metrics.function("calc", "v999");
        again.record(&call);
        let again = r#"amphi_fn_requests_total{function="calc",version="v999",outcome="ok"} 2"#;
        assert!(metrics.text().contains(again), "{}", metrics.text());
    }
}
