//! What is wrong with a configuration, and where.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// A place in a file, both from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Issue {
    /// Where in the file, if the configuration is of one.
    pub place: Option<Place>,
    /// The keys that lead to it, such as `functions.calc.limits.memory`; empty at the root.
    pub path: String,
    /// What it is.
    pub problem: Problem,
}

/// What is wrong at a place.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// The text is not of the format at all.
    Syntax(String),
    /// There is something else than there should be.
    Unexpected {
        /// What may be there.
        expected: String,
        /// The component or WIT to replace.
        found: String,
    },
    /// A key that has no meaning there.
    UnknownKey {
        /// The known one that is like it.
        like: Option<String>,
        /// All that are known there.
        known: &'static [&'static str],
    },
    /// A key that must be there and is not.
    MissingKey(String),
    /// It reads well, and cannot be.
    Refused(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(reason) | Self::Refused(reason) => formatter.write_str(reason),
            Self::Unexpected { expected, found } => {
                write!(formatter, "expected {expected}, found {found}")
            }
            Self::UnknownKey {
                like: Some(like), ..
            } => write!(formatter, "unknown key, did you mean `{like}`?"),
            Self::UnknownKey { like: None, known } => {
                formatter.write_str("unknown key, expected one of ")?;
                for (index, name) in known.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(formatter, "{comma}`{name}`")?;
                }
                Ok(())
            }
            Self::MissingKey(key) => write!(formatter, "expected the key `{key}`, found none"),
        }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(formatter, "{}", self.problem),
            path => write!(formatter, "`{path}`: {}", self.problem),
        }
    }
}

/// Why there is no configuration.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file's name ends in none of `.yaml`, `.yml`, `.toml`.
    UnknownFormat(PathBuf),
    /// The file says what cannot be.
    Wrong {
        /// The file.
        file: PathBuf,
        /// All that is wrong, in the order of the file.
        issues: Vec<Issue>,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, .. } => write!(formatter, "cannot read `{}`", file.display()),
            Self::UnknownFormat(file) => write!(
                formatter,
                "cannot identify `{}`: expected a name that ends in `.yaml`, `.yml` or `.toml`",
                file.display()
            ),
            Self::Wrong { file, issues } => {
                for (index, issue) in issues.iter().enumerate() {
                    let line = if index == 0 { "" } else { "\n" };
                    write!(formatter, "{line}{}:", file.display())?;
                    if let Some(Place { line, column }) = issue.place {
                        write!(formatter, "{line}:{column}:")?;
                    }
                    write!(formatter, " {issue}")?;
                }
                Ok(())
            }
        }
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            Self::UnknownFormat(_) | Self::Wrong { .. } => None,
        }
    }
}
