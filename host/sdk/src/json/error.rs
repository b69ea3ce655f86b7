//! Why a text is not the arguments, or the value, that it should be.

use std::fmt;

use super::bounds::Bound;
use super::path::{Path, Step};

/// Why a text in JSON is not a value of the wanted type, or a value cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonError {
    /// The text is not JSON.
    Syntax {
        /// What would be JSON there, as a phrase.
        expected: String,
        /// What the text has, as a phrase.
        found: String,
        /// Where.
        position: Position,
    },
    /// The text has another value than the type asks for.
    Mismatch {
        /// Where in the value: `readings[3].value`, beginning with the name of the argument. Empty
        /// for the whole.
        path: String,
        /// What the type asks for, as a phrase.
        expected: String,
        /// What the text has, as a phrase.
        found: String,
        /// Where in the text.
        position: Position,
    },
    /// The text, or what is written, is more than is allowed.
    TooMuch {
        /// Where in the value; empty for the whole.
        path: String,
        /// What there is too much of.
        bound: Bound,
        /// How much is allowed.
        most: usize,
    },
    /// A value that should be written is not of the type. It does not come from a guest.
    Unwritable {
        /// Where in the value; empty for the whole.
        path: String,
        /// What the type asks for, as a phrase.
        expected: String,
    },
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// In bytes, from 0.
    pub offset: usize,
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
}

impl Position {
    /// The place of a byte of `text`.
    pub(super) fn of(text: &str, offset: usize) -> Self {
        let before = &text.as_bytes()[..offset.min(text.len())];
        let line = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        // Each character has one byte that does not go on with another.
        let begins = |byte: &&u8| **byte & 0xc0 != 0x80;
        Position {
            offset,
            line: 1 + before.iter().filter(|byte| **byte == b'\n').count(),
            column: 1 + before[line..].iter().filter(begins).count(),
        }
    }
}

impl JsonError {
    /// Where in the value, beginning with the name of the argument; empty for the whole.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Syntax { .. } => "",
            Self::Mismatch { path, .. }
            | Self::TooMuch { path, .. }
            | Self::Unwritable { path, .. } => path,
        }
    }

    /// What should be there, as a phrase, where that is not a bound.
    #[must_use]
    pub fn expected(&self) -> Option<&str> {
        match self {
            Self::Syntax { expected, .. }
            | Self::Mismatch { expected, .. }
            | Self::Unwritable { expected, .. } => Some(expected),
            Self::TooMuch { .. } => None,
        }
    }

    /// What is there instead, as a phrase.
    #[must_use]
    pub fn found(&self) -> Option<&str> {
        match self {
            Self::Syntax { found, .. } | Self::Mismatch { found, .. } => Some(found),
            Self::TooMuch { .. } | Self::Unwritable { .. } => None,
        }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path().is_empty() {
            write!(f, "`{}`: ", self.path())?;
        }
        match self {
            Self::Syntax {
                expected,
                found,
                position,
            }
            | Self::Mismatch {
                expected,
                found,
                position,
                ..
            } => {
                write!(f, "expected {expected}, found {found} ({position})")
            }
            Self::TooMuch { bound, most, .. } => {
                write!(f, "expected at most {most} {bound}, found more")
            }
            Self::Unwritable { expected, .. } => {
                write!(
                    f,
                    "expected a value for {expected}, found one of another type"
                )
            }
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes => "bytes",
            Self::Depth => "levels of nested arrays and objects",
            Self::Elements => "values",
            Self::Memory => "bytes of memory for the values",
        })
    }
}

impl std::error::Error for JsonError {}

/// An error on its way out: each level adds its step, so that nothing is spent on paths while all
/// is well.
#[derive(Debug)]
pub(super) struct Fault {
    /// From the inside out.
    steps: Vec<Step>,
    offset: usize,
    problem: Problem,
}

/// What is wrong.
#[derive(Debug)]
pub(super) enum Problem {
    Syntax { expected: String, found: String },
    Mismatch { expected: String, found: String },
    TooMuch(Bound, usize),
    Unwritable { expected: String },
}

/// A result that takes little room where all is well.
pub(super) type Read<T> = Result<T, Box<Fault>>;

impl Fault {
    pub(super) fn new(offset: usize, problem: Problem) -> Box<Self> {
        Box::new(Fault {
            steps: Vec::new(),
            offset,
            problem,
        })
    }

    /// The same, seen from outside of `step`.
    pub(super) fn inside(mut self: Box<Self>, step: Step) -> Box<Self> {
        self.steps.push(step);
        self
    }

    /// The same, with the outermost step, where that is a place, by its name.
    pub(super) fn renamed(mut self: Box<Self>, name: impl FnOnce(usize) -> String) -> Box<Self> {
        if let Some(step) = self.steps.last_mut()
            && let Step::Index(index) = step
        {
            *step = Step::Field(name(*index));
        }
        self
    }

    /// The error for a caller, whose text was `source`.
    pub(super) fn told(self, source: &str) -> JsonError {
        let path = Path::outward(self.steps).to_string();
        let position = Position::of(source, self.offset);
        match self.problem {
            Problem::Syntax { expected, found } => JsonError::Syntax {
                expected,
                found,
                position,
            },
            Problem::Mismatch { expected, found } => JsonError::Mismatch {
                path,
                expected,
                found,
                position,
            },
            Problem::TooMuch(bound, most) => JsonError::TooMuch { path, bound, most },
            Problem::Unwritable { expected } => JsonError::Unwritable { path, expected },
        }
    }
}
