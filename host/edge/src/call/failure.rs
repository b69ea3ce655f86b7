//! How a call fails once there is an instance for it.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use wasmtime::{PoolConcurrencyLimitError, Trap};

/// A limit of the function that its guest has met.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exceeded {
    /// The guest has computed for too long.
    Cpu {
        /// How long it may.
        limit: Duration,
    },
    /// The call took too long by the clock on the wall.
    Wall {
        /// How long it may.
        limit: Duration,
    },
    /// The instance's memories are too large together.
    Memory {
        /// The most bytes.
        limit: usize,
        /// How many there would have been.
        wanted: usize,
    },
    /// The instance's tables are too large together.
    Tables {
        /// The most elements.
        limit: usize,
        /// How many there would have been.
        wanted: usize,
    },
    /// The response is too large.
    Response {
        /// The most bytes.
        limit: u64,
    },
}

impl Exceeded {
    /// What the limit is called in metrics and in problem documents.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Cpu { .. } => "cpu-limit",
            Self::Wall { .. } => "deadline",
            Self::Memory { .. } => "memory-limit",
            Self::Tables { .. } => "table-limit",
            Self::Response { .. } => "response-limit",
        }
    }
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu { limit } => write!(f, "expected at most {limit:?} of computing"),
            Self::Wall { limit } => write!(f, "expected an answer within {limit:?}"),
            Self::Memory { limit, wanted } => {
                write!(
                    f,
                    "expected at most {limit} bytes of memory, found {wanted}"
                )
            }
            Self::Tables { limit, wanted } => {
                write!(
                    f,
                    "expected at most {limit} elements of tables, found {wanted}"
                )
            }
            Self::Response { limit } => {
                write!(f, "expected a response of at most {limit} bytes")
            }
        }
    }
}

impl Error for Exceeded {}

/// Why a call that had an instance has no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// No place in the pool became free.
    NoPlace {
        /// How long the call has waited.
        waited: Duration,
    },
    /// The instance could not be made.
    Instantiation(wasmtime::Error),
    /// A limit was met.
    Exceeded(Exceeded),
    /// The guest trapped.
    Trap {
        /// The kind of the trap: its name in Wasmtime, in kebab case.
        kind: String,
        /// What happened, with the guest's frames.
        error: wasmtime::Error,
    },
    /// The guest answered with an error of HTTP instead of a response.
    Refused(String),
    /// The guest returned without an answer.
    NoResponse,
    /// Nobody waited for the answer any more.
    GivenUp,
}

impl Failure {
    /// What `error`, which ended a guest, is: what the meter has refused comes first, since the trap only follows from it.
    pub(crate) fn of(error: wasmtime::Error, refused: Option<Exceeded>) -> Self {
        if let Some(exceeded) = error.downcast_ref::<Exceeded>() {
            return Self::Exceeded(exceeded.clone());
        }
        if let Some(refused) = refused {
            return Self::Exceeded(refused);
        }
        let kind = error.downcast_ref::<Trap>().map_or_else(
            || "host-error".to_owned(),
            |trap| kebab(&format!("{trap:?}")),
        );
        Self::Trap { kind, error }
    }

    /// What an error of instantiation is: a trap of a start function is a trap as any other.
    pub(crate) fn of_instantiation(error: wasmtime::Error) -> Self {
        if error.is::<Exceeded>() || error.is::<Trap>() {
            return Self::of(error, None);
        }
        if error.is::<PoolConcurrencyLimitError>() {
            return Self::NoPlace {
                waited: Duration::ZERO,
            };
        }
        Self::Instantiation(error)
    }

    /// What the failure is called in metrics and in problem documents.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::NoPlace { .. } => "no-place",
            Self::Instantiation(_) => "instantiation",
            Self::Exceeded(exceeded) => exceeded.kind(),
            Self::Trap { kind, .. } => kind,
            Self::Refused(_) => "error-code",
            Self::NoResponse => "no-response",
            Self::GivenUp => "given-up",
        }
    }
}

/// `UnreachableCodeReached` as `unreachable-code-reached`.
fn kebab(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPlace { waited } => {
                write!(f, "no instance became free within {waited:?}")
            }
            Self::Instantiation(_) => write!(f, "the component could not be instantiated"),
            Self::Exceeded(_) => write!(f, "the call met a limit of its function"),
            Self::Trap { kind, .. } => write!(f, "the guest trapped: {kind}"),
            Self::Refused(code) => write!(f, "the guest answered with the error code {code}"),
            Self::NoResponse => write!(f, "the guest returned without setting a response"),
            Self::GivenUp => write!(f, "nobody waited for the answer any more"),
        }
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Instantiation(error) | Self::Trap { error, .. } => Some(error.as_ref()),
            Self::Exceeded(exceeded) => Some(exceeded),
            Self::NoPlace { .. } | Self::Refused(_) | Self::NoResponse | Self::GivenUp => None,
        }
    }
}
