//! Serve WebAssembly components as functions on one machine.
//!
#![doc = include_str!("edge.md")]

pub mod admin;
mod admission;
mod admitted;
mod artifact;
pub mod audit;
mod blocking;
mod breaker;
mod budget;
mod call;
mod causes;
mod deploy;
mod digest;
mod engine;
mod exchange;
mod function;
mod gate;
mod granted;
mod handler;
mod host;
mod instance;
mod json;
mod lanes;
mod link;
pub mod listen;
pub mod log;
pub mod metrics;
pub mod openapi;
pub mod page;
mod plugin;
mod problem;
mod records;
pub mod reload;
mod request;
mod route;
mod server;
mod site;
mod template;
mod typed;
mod version;
#[cfg(test)]
mod woken;

pub use amphi_edge_blocking::file;
pub use amphi_edge_capabilities as grant;
pub use amphi_edge_config as config;
pub use amphi_edge_listen::{Body, BodyError, Client, REQUEST_ID, RequestId, empty, full};
pub use amphi_edge_rollout as rollout;

pub use admission::{Admission, AdmissionLimits, Entry, Permit};
pub use artifact::{
    CHILD, Cache, CacheError, CompileError, Compiler, Compiling, Place, run_if_child,
};
pub use breaker::{Breaker, BreakerLimits, BreakerState, Ending, Pass, Refused, Scope};
pub use budget::{Account, Budget, Clients, Full, Held};
pub use call::{CallState, Exceeded, Failure, Usage};
pub use causes::with_causes;
pub use config::Config;
pub use deploy::{DeployError, SmokeError, examine};
pub use digest::Digest;
pub use engine::{Engines, Kind, Pool, PoolSettings, TICK};
pub use function::{Function, Spec};
pub use gate::Refusal;
pub use granted::{grants_of_function, grants_of_plugin, stores_of};
pub use host::{Applied, ApplyError, ApplyProblem, Host, Settings};
pub use lanes::{AFFINITY_HEADER, Canary, Lanes, VERSION_HEADER, VERSION_REASON_HEADER};
pub use listen::Handler;
pub use metrics::Metrics;
pub use plugin::{ComponentPlugin, Plugin, Settings as PluginSettings};
pub use problem::{Fault, Kind as ProblemKind, Problem, Scope as ProblemScope};
pub use reload::{ConfigSource, ReloadError, Reloader, Reloads};
pub use server::{Checked, FileError, GRACE, Served, Server, StartError};
pub use version::Version;
