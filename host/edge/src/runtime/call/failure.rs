//! How a call fails once there is an instance for it.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use amphi::wasi::I32Exit;
use amphi::wasi_http::FieldMapError;
use wasmtime::component::ResourceTableError;
use wasmtime::{PoolConcurrencyLimitError, Store, ThrownException, Trap};

use super::CallState;
use crate::problem::{Kind, Problem, kebab};

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
    /// Header fields that the guest makes are too large together.
    Fields {
        /// The most bytes.
        limit: usize,
    },
    /// The response is too large.
    Response {
        /// The most bytes.
        limit: u64,
    },
}

impl Exceeded {
    /// What kind of problem it is that the limit is met.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Cpu { .. } => Kind::CpuLimit,
            Self::Wall { .. } => Kind::Deadline,
            Self::Memory { .. } => Kind::MemoryLimit,
            Self::Tables { .. } => Kind::TableLimit,
            Self::Hostcall { .. } => Kind::HostcallLimit,
            Self::Resources { .. } => Kind::ResourceLimit,
            Self::Fields { .. } => Kind::FieldsLimit,
            Self::Response { .. } => Kind::ResponseLimit,
        }
    }
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu { limit } => write!(f, "expected at most {limit:?} of processor time"),
            Self::Wall { limit } => write!(f, "expected a response within {limit:?}"),
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
            Self::Fields { limit } => {
                write!(
                    f,
                    "expected header fields of at most {limit} bytes, found more"
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
        /// The trap; none, if the host ended the guest for another reason.
        trap: Option<Trap>,
        /// What happened, with the guest's frames.
        error: wasmtime::Error,
    },
    /// The guest ended itself, by `wasi:cli/exit`.
    Exit {
        /// Its exit code.
        code: i32,
    },
    /// The guest answered with an error of HTTP instead of a response.
    Refused {
        /// The error's code: `internal-error`.
        code: String,
        /// The code with what the guest said of it, which is not for clients.
        text: String,
    },
    /// The guest answered with a status that ends no request.
    BadStatus(u16),
    /// The guest has not finished the body of its answer, or not as it has announced it.
    Unfinished,
    /// The guest returned without an answer.
    NoResponse,
    /// Nobody waited for the answer any more.
    GivenUp,
}

impl Failure {
    /// What `error`, which ended a guest of `store`, is: what was refused comes first, since the
    /// trap only follows from it.
    pub(crate) fn of(error: wasmtime::Error, store: &Store<CallState>) -> Self {
        if let Some(exceeded) = error.downcast_ref::<Exceeded>() {
            return Self::Exceeded(exceeded.clone());
        }
        let limits = limit_of_host(&error, store);
        if let Some(exceeded) = limits.or_else(|| store.data().meter.refused()) {
            return Self::Exceeded(exceeded);
        }
        if let Some(exit) = error.downcast_ref::<I32Exit>() {
            return Self::Exit { code: exit.0 };
        }
        // What nobody has caught ends a guest as a trap does.
        let uncaught = error.is::<ThrownException>();
        let trap = error.downcast_ref().copied();
        let trap = trap.or_else(|| uncaught.then_some(Trap::UncaughtException));
        Self::Trap { trap, error }
    }

    /// What an error of instantiation is: a trap of a start function is a trap as any other, and so
    /// is what it throws.
    pub(crate) fn of_instantiation(error: wasmtime::Error, store: &Store<CallState>) -> Self {
        if error.is::<PoolConcurrencyLimitError>() {
            return Self::NoPlace {
                waited: Duration::ZERO,
            };
        }
        match Self::of(error, store) {
            Self::Trap { trap: None, error } => Self::Instantiation(error),
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

    /// What the guest answered with instead of a response.
    pub(crate) fn refused(code: &impl fmt::Debug) -> Self {
        let text = format!("{code:?}");
        let name = text.split(['(', ' ']).next().unwrap_or_default();
        let code = kebab(name.trim_start_matches("ErrorCode::"));
        Self::Refused { code, text }
    }

    /// All that is known of it, if the guest has had a part in it.
    pub(crate) fn in_full(&self) -> Option<String> {
        match self {
            Self::Trap { error, .. } | Self::Instantiation(error) => Some(format!("{error:#}")),
            Self::Refused { text, .. } => Some(format!("{self}: {text}")),
            Self::Exceeded(exceeded) => Some(exceeded.to_string()),
            Self::Exit { .. } | Self::BadStatus(_) | Self::Unfinished | Self::NoResponse => {
                Some(self.to_string())
            }
            Self::NoPlace { .. } | Self::GivenUp => None,
        }
    }

    /// What kind of problem it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::NoPlace { .. } => Kind::NoPlace,
            Self::Instantiation(_) => Kind::Instantiation,
            Self::Exceeded(exceeded) => exceeded.kind(),
            Self::Trap { trap, .. } => Kind::Trap(*trap),
            Self::Exit { .. } => Kind::Exit,
            Self::Refused { .. } => Kind::ErrorCode,
            Self::BadStatus(_) => Kind::BadStatus,
            Self::Unfinished => Kind::AnswerBroken,
            Self::NoResponse => Kind::NoResponse,
            Self::GivenUp => Kind::GivenUp,
        }
    }
}

/// The limit that the host's side of a call has met: Wasmtime says of two of them only in words
/// which it was.
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
    let too_many = error.downcast_ref().is_some_and(|error| {
        use FieldMapError::{TooManyFields, TotalSizeTooBig};
        matches!(error, TooManyFields | TotalSizeTooBig)
    });
    if too_many {
        let limit = store.data().fields;
        return Some(Exceeded::Fields { limit });
    }
    None
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPlace { waited } => {
                write!(f, "no instance became free within {waited:?}")
            }
            Self::Instantiation(_) => write!(f, "the component could not be instantiated"),
            Self::Exceeded(_) => write!(f, "the call exceeded a limit of its function"),
            Self::Trap { .. } => write!(f, "the guest trapped: {}", self.kind().word()),
            Self::Exit { code } => write!(f, "the guest exited with code {code}"),
            Self::Refused { code, .. } => {
                write!(f, "the guest returned the error code `{code}`")
            }
            Self::BadStatus(status) => {
                write!(f, "expected a status from 200 to 599, found {status}")
            }
            Self::Unfinished => write!(f, "the guest left its response unfinished"),
            Self::NoResponse => write!(f, "the guest returned without setting a response"),
            Self::GivenUp => write!(f, "the client disconnected"),
        }
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Instantiation(error) | Self::Trap { error, .. } => Some(error.as_ref()),
            Self::Exceeded(exceeded) => Some(exceeded),
            Self::NoPlace { .. }
            | Self::Exit { .. }
            | Self::Refused { .. }
            | Self::BadStatus(_)
            | Self::Unfinished
            | Self::NoResponse
            | Self::GivenUp => None,
        }
    }
}

impl From<&Failure> for Problem {
    fn from(failure: &Failure) -> Self {
        let kind = failure.kind();
        let problem = match failure {
            Failure::Exceeded(exceeded) => Self::new(kind, exceeded),
            // A guest's frames are for the log, and so is what it says of an error.
            other => Self::new(kind, other),
        };
        match failure {
            Failure::NoPlace { waited } => problem.retry_after(*waited),
            Failure::Trap { .. } => problem.with("trap", kind.word()),
            Failure::Refused { code, .. } => problem.with("code", code.as_str()),
            _ => problem,
        }
    }
}
