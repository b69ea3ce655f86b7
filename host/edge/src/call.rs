//! What one call of a guest has and may use.

mod clock;
mod failure;
mod files;
mod hooks;
mod meter;
mod state;
mod usage;
mod wasi;

pub use failure::{Exceeded, Failure};
pub use state::CallState;
pub(crate) use state::{begin, bytes};
pub use usage::Usage;

pub(crate) use clock::Clock;
pub(crate) use files::{AT_A_TIME, Files};
pub(crate) use meter::Meter;
pub(crate) use wasi::Wasi;
