//! Serve WebAssembly components as functions on one machine.
//!
#![doc = include_str!("edge.md")]

mod api;
mod blocking;
mod causes;
mod deploy;
mod digest;
mod function;
mod host;
mod json;
mod problem;
mod process;
mod runtime;
mod telemetry;
mod version;
#[cfg(test)]
mod woken;

pub use amphi_edge_blocking::file;
pub use amphi_edge_capabilities as grant;
pub use amphi_edge_config as config;
pub use amphi_edge_listen::{Body, BodyError, Client, Handler, REQUEST_ID, RequestId, empty, full};
pub use amphi_edge_rollout as rollout;

pub use api::{openapi, page};
pub use causes::with_causes;
pub use config::Config;
pub use deploy::artifact::{
    CHILD, Cache, CacheError, CompileError, Compiler, Compiling, Isolation, run_if_child,
};
pub use deploy::gate::Refusal;
pub use deploy::granted::{grants_of_function, grants_of_plugin, stores_of};
pub use deploy::{DeployError, SmokeError, examine};
pub use digest::Digest;
pub use function::admission::{Admission, AdmissionDecision, AdmissionLimits, Permit};
pub use function::audit;
pub use function::breaker::{
    Breaker, BreakerLimits, BreakerScope, BreakerState, Ending, Pass, Refused,
};
pub use function::budget::{Account, Budget, ClientBudgets, Full, Held};
pub use function::lanes::{AFFINITY_HEADER, Canary, Lanes, VERSION_HEADER, VERSION_REASON_HEADER};
pub use function::{Function, Spec};
pub use host::{Applied, ApplyError, ApplyProblem, Host, Settings};
pub use problem::{Fault, Kind as ProblemKind, Problem, Scope as ProblemScope};
pub use process::reload::{ConfigSource, ReloadError, Reloader, Reloads};
pub use process::server::{Checked, FileError, GRACE, ServedFunction, Server, StartError};
pub use process::{admin, listen, reload};
pub use runtime::call::{CallState, Exceeded, Failure, Usage};
pub use runtime::engine::{EngineKind, Engines, Pool, PoolSettings, TICK};
pub use runtime::plugin::{ComponentPlugin, Plugin, PluginSettings};
pub use telemetry::metrics::Metrics;
pub use telemetry::{log, metrics};
pub use version::Version;
