//! Why JSON cannot carry the values of a type.

use std::fmt;

/// A function, or a type, that cannot be spoken to in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// Where: the parameter or `result`, and the place in its type: `baskets[]`, `result.ok`. Empty
    /// for a type as a whole.
    pub path: String,
    /// The type there, as in WIT.
    pub ty: String,
    /// Why not.
    pub reason: Reason,
}

/// Why a type has no form in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// A handle means something in its instance only, which ends with the call.
    Resource,
    /// A stream goes on after the call has returned.
    Stream,
    /// A future is known after the call has returned.
    Future,
    /// An error context means something in its instance only.
    ErrorContext,
    /// Spelt out, the types have more parts than are worked with.
    Parts {
        /// How many are.
        most: usize,
    },
    /// The types of the functions of one component have more parts than are worked with together.
    Together {
        /// How many are.
        most: usize,
    },
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        write!(f, "JSON cannot carry `{}`: {}", self.ty, self.reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resource => {
                f.write_str("a resource lives in its instance, which ends with the call")
            }
            Self::Stream => f.write_str("a stream goes on after the call has returned"),
            Self::Future => f.write_str("a future is known only after the call has returned"),
            Self::ErrorContext => {
                f.write_str("an error context lives in its instance, which ends with the call")
            }
            Self::Parts { most } => write!(f, "its type has more than {most} parts"),
            Self::Together { most } => write!(
                f,
                "with it the types of the component's functions have more than {most} parts"
            ),
        }
    }
}

impl std::error::Error for Unsupported {}
