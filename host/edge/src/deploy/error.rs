//! Why a component is not served.

use std::{fmt, io};

use super::SmokeError;
use crate::deploy::artifact::{CacheError, CompileError};
use crate::deploy::gate::Refusal;
use crate::function::audit::AuditError;
use crate::runtime::call::Failure;
use amphi_edge_blocking::Stopped;
use amphi_edge_capabilities::GrantError;
use amphi_edge_listen::BodyError;

/// Why a component is not served.
#[derive(Debug)]
#[non_exhaustive]
pub enum DeployError {
    /// The bytes are no component, or a broken one.
    Invalid(String),
    /// There is no engine for it.
    Engine(wasmtime::Error),
    /// There is no machine code for it.
    Compile(CompileError),
    /// Its machine code cannot be kept, which it must
    /// ([`Settings::on_cache_failure`](crate::Settings::on_cache_failure)).
    NotCached(CacheError),
    /// It imports what nobody supplies; the error names all of it.
    Link(wasmtime::Error),
    /// It asks for a plugin that is not there.
    NoSuchPlugin {
        /// The plugin.
        name: String,
        /// Those that are there.
        known: Vec<String>,
    },
    /// A plugin cannot serve the function.
    Plugin {
        /// The plugin.
        plugin: String,
        /// What is wrong.
        error: BodyError,
    },
    /// The functions would have more places of the pool for themselves than there are.
    Pool {
        /// How many there are.
        places: u32,
        /// How many would be somebody's own.
        least: u64,
    },
    /// Something cannot be granted.
    Grants(GrantError),
    /// Nothing that it exports can be called.
    NothingToCall {
        /// Each exported function and why it cannot be called.
        refused: Vec<String>,
    },
    /// It does not export the interface that it must.
    Interface {
        /// The interface.
        expected: String,
        /// What it exports.
        found: Vec<String>,
    },
    /// It would break callers.
    Gate(Box<Refusal>),
    /// The system has no random numbers for the secret of its canary's trial.
    Random(io::Error),
    /// What becomes of its trial cannot be written to the audit log.
    Unwritten(AuditError),
    /// No instance can be made.
    Instance(Failure),
    /// It does not answer its smoke call as it must.
    Smoke {
        /// What was called.
        call: String,
        /// How it did not go well.
        error: SmokeError,
    },
    /// Making it was stopped: the process ends, or something in it has panicked.
    Stopped(String),
}

impl fmt::Display for DeployError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(why) => write!(f, "invalid component: {why}"),
            Self::Engine(_) => f.write_str("no engine can be created for the component"),
            Self::Compile(_) => f.write_str("the component could not be compiled"),
            Self::NotCached(_) => f.write_str("its compiled code cannot be cached"),
            Self::Link(_) => f.write_str("unsatisfied imports"),
            Self::NoSuchPlugin { name, known } => write!(
                f,
                "expected a plugin `{name}`, found {}",
                if known.is_empty() {
                    "none".to_owned()
                } else {
                    known.join(", ")
                }
            ),
            Self::Interface { expected, found } => write!(
                f,
                "expected a component that exports `{expected}`, found {}",
                if found.is_empty() {
                    "no interface".to_owned()
                } else {
                    found.join(", ")
                }
            ),
            Self::Gate(_) => f.write_str("it would break callers"),
            Self::Pool { places, least } => write!(
                f,
                "expected `pool.least` of all functions to be at most {places} slots together, found {least}"
            ),
            Self::Random(_) => f.write_str("the system has no random numbers for its trial"),
            Self::Unwritten(_) => f.write_str("the outcome of its trial cannot be written"),
            Self::Grants(_) => f.write_str("its grants cannot be provided"),
            Self::Plugin { plugin, .. } => write!(f, "the plugin `{plugin}` cannot serve it"),
            Self::NothingToCall { refused } if refused.is_empty() => f.write_str(
                "expected an exported function or a handler of `wasi:http`, found neither",
            ),
            Self::NothingToCall { refused } => write!(
                f,
                "expected a function that JSON can call, found none: {}",
                refused.join("; ")
            ),
            Self::Instance(_) => f.write_str("the component cannot be instantiated"),
            Self::Smoke { call, .. } => write!(f, "the smoke call `{call}` failed"),
            Self::Stopped(why) => write!(f, "it was interrupted before it was ready: {why}"),
        }
    }
}

impl std::error::Error for DeployError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Invalid(_)
            | Self::NoSuchPlugin { .. }
            | Self::Interface { .. }
            | Self::NothingToCall { .. }
            | Self::Pool { .. }
            | Self::Stopped(_) => None,
            Self::Gate(refusal) => Some(refusal),
            Self::Random(error) => Some(error),
            Self::Unwritten(error) => Some(error),
            Self::Grants(error) => Some(error),
            Self::Plugin { error, .. } => Some(&**error),
            Self::Engine(error) | Self::Link(error) => Some(error.as_ref()),
            Self::Compile(error) => Some(error),
            Self::NotCached(error) => Some(error),
            Self::Instance(failure) => Some(failure),
            Self::Smoke { error, .. } => Some(error),
        }
    }
}

impl From<Stopped> for DeployError {
    fn from(Stopped(why): Stopped) -> Self {
        Self::Stopped(why)
    }
}
