//! Blocking work, which must not block the threads that serve calls: long computations
//! ([`Threads`]), files ([`file`](mod@file)), and whether other users could change a file
//! ([`trusted`]).
//!
//! Nothing here depends on components, configuration or HTTP. The processor time of work is charged
//! to the call that waits for it ([`polling`]), and that of a call itself is measured by
//! [`Stopwatch`].

pub mod file;
mod polled;
mod stopwatch;
mod threads;
pub mod trusted;

pub use polled::{Charged, Polling, polling};
pub use stopwatch::Stopwatch;
pub use threads::{Stopped, Threads, running};
