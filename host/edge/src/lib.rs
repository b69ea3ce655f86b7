//! Serve WebAssembly components as functions on one machine.

mod body;

pub use body::{Body, BodyError, empty, full};
