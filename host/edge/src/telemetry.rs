//! What the host tells of itself: metrics, the log, and what a call has used.

pub mod log;
pub mod metrics;
pub(crate) mod usage;
