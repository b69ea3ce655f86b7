//! The errors that cross from a WASI function to its caller.

use amphi_web::{Error, Result};
use std::fmt;

/// The guest ended itself with this exit status; what `wasi:cli/exit` makes a call fail with.
///
/// Zero is success: ask the error of a call for it with `downcast_ref` before taking that error for
/// a failure.
#[derive(Debug)]
pub struct I32Exit(pub i32);

impl fmt::Display for I32Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exited with i32 exit status {}", self.0)
    }
}

impl std::error::Error for I32Exit {}

/// Either an error code `T` of the interface, which the guest sees, or a trap, which ends the call.
pub struct TrappableError<T>(Kind<T>);

enum Kind<T> {
    Code(T),
    Trap(Error),
}

impl<T> TrappableError<T> {
    /// An error that the guest does not see: the call fails with `error`.
    pub fn trap(error: impl Into<Error>) -> Self {
        Self(Kind::Trap(error.into()))
    }

    /// The code for the guest.
    ///
    /// # Errors
    ///
    /// The error is a trap, and is returned.
    pub fn downcast(self) -> Result<T> {
        match self.0 {
            Kind::Code(code) => Ok(code),
            Kind::Trap(error) => Err(error),
        }
    }

    /// The code for the guest, unless the error is a trap.
    pub fn downcast_ref(&self) -> Option<&T> {
        match &self.0 {
            Kind::Code(code) => Some(code),
            Kind::Trap(_) => None,
        }
    }
}

impl<T> From<T> for TrappableError<T>
where
    T: std::error::Error + Send + Sync + 'static,
{
    fn from(code: T) -> Self {
        Self(Kind::Code(code))
    }
}

impl<T: fmt::Debug> fmt::Debug for TrappableError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Code(code) => code.fmt(f),
            Kind::Trap(error) => error.fmt(f),
        }
    }
}

impl<T: fmt::Display> fmt::Display for TrappableError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Code(code) => code.fmt(f),
            Kind::Trap(error) => error.fmt(f),
        }
    }
}

impl<T: fmt::Debug + fmt::Display> std::error::Error for TrappableError<T> {}
