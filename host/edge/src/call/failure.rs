//! How a call fails once there is an instance for it.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use wasmtime::component::ResourceTableError;
use wasmtime::{PoolConcurrencyLimitError, Store, Trap};

use super::CallState;

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
    /// One call to the host has handed over too much.
    Hostcall {
        /// The most bytes.
        limit: usize,
    },
    /// The call has too many handles.
    Resources {
        /// The most.
        limit: usize,
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
            Self::Hostcall { .. } => "hostcall-limit",
            Self::Resources { .. } => "resource-limit",
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
            Self::Hostcall { limit } => {
                write!(
                    f,
                    "expected at most {limit} bytes in a call to the host, found more"
                )
            }
            Self::Resources { limit } => {
                write!(f, "expected at most {limit} handles, found more")
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
    /// What `error`, which ended a guest of `store`, is: what was refused comes first, since the trap only follows from it.
    pub(crate) fn of(error: wasmtime::Error, store: &Store<CallState>) -> Self {
        if let Some(exceeded) = error.downcast_ref::<Exceeded>() {
            return Self::Exceeded(exceeded.clone());
        }
        let limits = limit_of_host(&error, store);
        if let Some(exceeded) = limits.or_else(|| store.data().meter.refused()) {
            return Self::Exceeded(exceeded);
        }
        let kind = error.downcast_ref::<Trap>().map_or_else(
            || "host-error".to_owned(),
            |trap| kebab(&format!("{trap:?}")),
        );
        Self::Trap { kind, error }
    }

    /// What an error of instantiation is: a trap of a start function is a trap as any other.
    pub(crate) fn of_instantiation(error: wasmtime::Error, store: &Store<CallState>) -> Self {
        if error.is::<PoolConcurrencyLimitError>() {
            return Self::NoPlace {
                waited: Duration::ZERO,
            };
        }
        match Self::of(error, store) {
            Self::Trap { error, .. } if !error.is::<Trap>() => Self::Instantiation(error),
            failure => failure,
        }
    }

    /// The error that ends a guest which has called another that failed so: a limit is still one.
    pub(crate) fn into_error(self) -> wasmtime::Error {
        match self {
            Self::Exceeded(exceeded) => exceeded.into(),
            Self::Trap { error, .. } | Self::Instantiation(error) => error,
            other => wasmtime::Error::new(other),
        }
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

/// The limit that the host's side of a call has met: Wasmtime says of two of them only in words which it was.
fn limit_of_host(error: &wasmtime::Error, store: &Store<CallState>) -> Option<Exceeded> {
    let says = |words: &str| error.chain().any(|cause| cause.to_string().contains(words));
    if says("fuel allocated for hostcalls has been exhausted") {
        let limit = store.hostcall_fuel();
        return Some(Exceeded::Hostcall { limit });
    }
    let full = error.chain().any(|cause| {
        let cause = cause.downcast_ref::<ResourceTableError>();
        matches!(cause, Some(ResourceTableError::Full))
    });
    if full || says("store handle limit exceeded") {
        let limit = store.max_component_handles();
        return Some(Exceeded::Resources { limit });
    }
    None
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
