//! Serve WebAssembly components as functions on one machine.

mod admission;
mod body;
mod breaker;
pub mod config;
pub mod grant;
pub mod listen;

pub use admission::{Admission, AdmissionLimits, Entry, Permit};
pub use body::{Body, BodyError, empty, full};
pub use breaker::{Answer, Breaker, BreakerLimits, BreakerState, Circuit, Ending, Pass};
pub use config::Config;
pub use listen::Handler;
