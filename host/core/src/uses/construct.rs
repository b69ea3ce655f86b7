//! What a component can be made of that an engine may lack.

use std::fmt;
use wasmparser::WasmFeatures;

/// A construct of the component model that is not in its first version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Construct {
    /// A function type that is `async`, or a function that is lifted or lowered so.
    AsyncFunction,
    /// `stream`.
    Stream,
    /// `future`.
    Future,
    /// `error-context`.
    ErrorContext,
    /// `map`.
    Map,
    /// `list` with a length.
    FixedLengthList,
    /// Values as imports and exports.
    Value,
    /// A start function of a component.
    Start,
    /// Values as objects that are collected.
    GcAbi,
    /// A type that no adapter between components takes.
    Wide {
        /// What it is.
        what: &'static str,
        /// What its parts are called.
        parts: &'static str,
        /// How many it has.
        count: usize,
    },
    /// A built-in function by its name.
    Builtin(&'static str, Family),
}

/// What a built-in function belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// The first version of the component model.
    First,
    /// Asynchronous calls.
    Async,
    /// Error contexts.
    ErrorContext,
    /// Threads that take turns.
    Threads,
    /// Threads that run at once.
    SharedThreads,
}

impl Construct {
    /// The feature that allows it.
    pub fn needs(self) -> WasmFeatures {
        match self {
            Construct::AsyncFunction | Construct::Stream | Construct::Future => {
                WasmFeatures::CM_ASYNC
            }
            Construct::ErrorContext => WasmFeatures::CM_ERROR_CONTEXT,
            Construct::Map => WasmFeatures::CM_MAP,
            Construct::FixedLengthList => WasmFeatures::CM_FIXED_LENGTH_LISTS,
            Construct::Value | Construct::Start => WasmFeatures::CM_VALUES,
            Construct::GcAbi => WasmFeatures::CM_GC,
            Construct::Wide { .. } => WasmFeatures::COMPONENT_MODEL,
            Construct::Builtin(_, family) => match family {
                Family::First => WasmFeatures::COMPONENT_MODEL,
                Family::Async => WasmFeatures::CM_ASYNC,
                Family::ErrorContext => WasmFeatures::CM_ERROR_CONTEXT,
                Family::Threads => WasmFeatures::CM_THREADING,
                Family::SharedThreads => WasmFeatures::SHARED_EVERYTHING_THREADS,
            },
        }
    }
}

impl fmt::Display for Construct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Construct::AsyncFunction => "async functions",
            Construct::Stream => "stream types",
            Construct::Future => "future types",
            Construct::ErrorContext => "error-context types",
            Construct::Map => "map types",
            Construct::FixedLengthList => "fixed-length lists",
            Construct::Value => "imported and exported values",
            Construct::Start => "start functions of components",
            Construct::GcAbi => "the garbage-collected canonical ABI",
            Construct::Wide { what, parts, count } => {
                return write!(f, "{what} of {count} {parts}");
            }
            Construct::Builtin(name, _) => return write!(f, "built-in `{name}`"),
        })
    }
}
