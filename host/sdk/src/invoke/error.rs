//! Why a line of text is not a call of a component's function.

use std::fmt;

use crate::notation::quoted;
use crate::wave::WaveError;

/// Why a text could not be called. A trap of the guest is not here: it is the engine's own error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvokeError {
    /// The text is not of the form `name(arguments)`.
    NotACall {
        /// The text.
        text: String,
    },
    /// The component exports no function of this name.
    Unknown {
        /// The name as the text has it.
        function: String,
        /// Exported functions with a name near to it.
        near: Vec<String>,
        /// All exported functions.
        exported: Vec<String>,
    },
    /// Several exported functions have this name.
    Ambiguous {
        /// The name as the text has it.
        function: String,
        /// The functions that it could mean.
        candidates: Vec<String>,
    },
    /// The arguments are not WAVE.
    Syntax {
        /// The arguments as the text has them.
        arguments: String,
        /// What is wrong with them.
        error: WaveError,
    },
    /// The function takes another number of arguments.
    Count {
        /// The parameters, each as `name: type`.
        expected: Vec<String>,
        /// How many arguments the text has.
        found: usize,
    },
    /// An argument has another type than its parameter.
    Argument {
        /// The parameter, and the place in it: `items[3].price`.
        path: String,
        /// What the parameter asks for, as a phrase.
        expected: String,
        /// What the text has, as a phrase.
        found: String,
    },
    /// The type of a parameter cannot be written in text.
    Parameter {
        /// The parameter, and the place in it.
        path: String,
        /// The type.
        ty: String,
    },
    /// The function ran, and its result cannot be written as text.
    Result(WaveError),
    /// The instance is not one of the component that the function was resolved against.
    Missing {
        /// The function.
        function: String,
    },
}

impl InvokeError {
    /// The error of reading the argument `name`, named by its parameter.
    pub(super) fn argument(name: &str, error: WaveError) -> Self {
        match error {
            WaveError::Mismatch {
                path,
                expected,
                found,
            } => Self::Argument {
                path: format!("{name}{path}"),
                expected,
                found,
            },
            WaveError::NoText { path, ty } => Self::Parameter {
                path: format!("{name}{path}"),
                ty,
            },
            error @ WaveError::Syntax { .. } => Self::Syntax {
                arguments: name.to_owned(),
                error,
            },
        }
    }
}

impl fmt::Display for InvokeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotACall { text } => {
                let text = quoted(text);
                write!(f, "expected a call such as `add(1, 2)`, found {text}")
            }
            Self::Unknown {
                function,
                near,
                exported,
            } => {
                write!(f, "no exported function {}; ", quoted(function))?;
                match (near.as_slice(), exported.as_slice()) {
                    ([], []) => f.write_str("the component exports no functions"),
                    ([], exported) => write!(f, "expected one of {}", listed(exported)),
                    (near, _) => write!(f, "near names: {}", listed(near)),
                }
            }
            Self::Ambiguous {
                function,
                candidates,
            } => {
                write!(
                    f,
                    "function {} is ambiguous: expected one of {}",
                    quoted(function),
                    listed(candidates)
                )
            }
            Self::Syntax { arguments, error } => {
                write!(f, "arguments {}: {error}", quoted(arguments))
            }
            Self::Count { expected, found } => {
                let plural = if expected.len() == 1 { "" } else { "s" };
                write!(f, "expected {} argument{plural}", expected.len())?;
                if !expected.is_empty() {
                    write!(f, " ({})", listed(expected))?;
                }
                write!(f, ", found {found}")
            }
            Self::Argument {
                path,
                expected,
                found,
            } => {
                write!(f, "argument `{path}`: expected {expected}, found {found}")
            }
            Self::Parameter { path, ty } => {
                write!(
                    f,
                    "argument `{path}`: expected a type that WAVE can express, found `{ty}`"
                )
            }
            Self::Result(error) => write!(f, "result: {error}"),
            Self::Missing { function } => write!(f, "the instance has no function `{function}`"),
        }
    }
}

impl std::error::Error for InvokeError {}

/// The names in backticks, as many as still can be read.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        rest => format!("{} and {rest} more", shown.join(", ")),
    }
}
