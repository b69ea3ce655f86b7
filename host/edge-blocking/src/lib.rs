//! What may block a thread, and must block no other's: work that takes long ([`Threads`]), files
//! ([`file`](mod@file)), and whether somebody else could change them ([`trusted`]).
//!
//! Nothing here knows a component, a configuration or HTTP. Work is charged to whatever the thread
//! that waits for it is busy with ([`polling`]).

pub mod file;
mod polled;
mod threads;
pub mod trusted;

pub use polled::{Charged, Polling, polling};
pub use threads::{Stopped, Threads, running};
