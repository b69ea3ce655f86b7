//! What one call of a guest has and may use.

mod clock;
mod failure;
mod file_threads;
mod hooks;
mod meter;
mod patience;
mod plugins;
mod state;
mod used;
mod wasi;

pub use crate::telemetry::usage::Usage;
pub use failure::{Exceeded, Failure};
pub use state::CallState;
pub(crate) use state::{begin, bytes};

pub(crate) use clock::Clock;
pub(crate) use file_threads::{AT_A_TIME, Files};
pub(crate) use meter::Meter;
pub(crate) use patience::{Patience, within};
pub(crate) use plugins::{PluginInstance, PluginInstances};
pub(crate) use wasi::Wasi;
