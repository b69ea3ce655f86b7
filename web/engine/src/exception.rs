//! `ThrownException`: what a call fails with when its guest has thrown what nobody caught.

use std::fmt;

/// The error of a call whose guest has thrown an exception that nobody caught, as
/// `wasmtime::ThrownException`.
///
/// After it no instance of the store can be entered again. A host function that fails with it,
/// since it called another instance of its caller's store, throws the exception on, and its caller
/// may catch it.
#[derive(Debug)]
pub struct ThrownException;

impl fmt::Display for ThrownException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("thrown Wasm exception")
    }
}

impl std::error::Error for ThrownException {}
