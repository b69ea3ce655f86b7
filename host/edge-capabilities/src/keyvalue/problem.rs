//! Why a store did not do what it was asked for.

use amphi_edge_blocking::Stopped;
use std::fmt;

/// Why a store did not do what it was asked for. A guest gets the text as the interface's `other`.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreProblem {
    /// A key has more bytes than may be.
    KeyTooLong {
        /// Its bytes.
        found: usize,
        /// The most there may be.
        most: usize,
    },
    /// A value has more bytes than may be.
    ValueTooLarge {
        /// Its bytes.
        found: usize,
        /// The most there may be.
        most: usize,
    },
    /// One call names more keys than may be.
    BatchTooLong {
        /// How many it names.
        found: usize,
        /// The most there may be.
        most: usize,
    },
    /// One call reads more bytes than may be.
    ReadTooMuch {
        /// The most there may be.
        most: usize,
    },
    /// The store would have more keys than may be.
    TooManyKeys {
        /// The most there may be.
        most: u64,
    },
    /// The store would have more bytes than may be.
    Full {
        /// The most there may be.
        most: u64,
    },
    /// What is to be incremented is no decimal number below 2^64.
    NotANumber {
        /// The key whose value it is.
        key: String,
    },
    /// The incremented number would not be below 2^64.
    TooLargeANumber {
        /// The key whose value it is.
        key: String,
    },
    /// The file could not be read or written.
    Disk(Box<redb::Error>),
    /// The work on the file was lost: the host is shutting down.
    Lost,
}

impl fmt::Display for StoreProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreProblem::KeyTooLong { found, most } => {
                write!(f, "key: expected at most {most} bytes, found {found}")
            }
            StoreProblem::ValueTooLarge { found, most } => {
                write!(f, "value: expected at most {most} bytes, found {found}")
            }
            StoreProblem::BatchTooLong { found, most } => {
                write!(
                    f,
                    "keys of one call: expected at most {most}, found {found}"
                )
            }
            StoreProblem::ReadTooMuch { most } => {
                write!(
                    f,
                    "values of one call: expected at most {most} bytes, found more"
                )
            }
            StoreProblem::TooManyKeys { most } => {
                write!(f, "the store is full: expected at most {most} keys")
            }
            StoreProblem::Full { most } => {
                write!(f, "the store is full: expected at most {most} bytes")
            }
            StoreProblem::NotANumber { key } => {
                write!(
                    f,
                    "`{key}`: expected a decimal number below 2^64 to increment"
                )
            }
            StoreProblem::TooLargeANumber { key } => {
                write!(f, "`{key}`: expected a sum below 2^64")
            }
            StoreProblem::Disk(_) => write!(f, "the store cannot be read or written"),
            StoreProblem::Lost => write!(f, "the store is being closed"),
        }
    }
}

impl std::error::Error for StoreProblem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StoreProblem::Disk(error) => Some(error),
            StoreProblem::KeyTooLong { .. }
            | StoreProblem::ValueTooLarge { .. }
            | StoreProblem::BatchTooLong { .. }
            | StoreProblem::ReadTooMuch { .. }
            | StoreProblem::TooManyKeys { .. }
            | StoreProblem::Full { .. }
            | StoreProblem::NotANumber { .. }
            | StoreProblem::TooLargeANumber { .. }
            | StoreProblem::Lost => None,
        }
    }
}

impl From<Stopped> for StoreProblem {
    fn from(_: Stopped) -> StoreProblem {
        StoreProblem::Lost
    }
}

/// Errors of redb, by which of its operations they are of.
macro_rules! of_the_disk {
    ($($error:ty),*) => {
        $(impl From<$error> for StoreProblem {
            fn from(error: $error) -> StoreProblem {
                StoreProblem::Disk(Box::new(error.into()))
            }
        })*
    };
}

of_the_disk!(
    std::io::Error,
    redb::CommitError,
    redb::DatabaseError,
    redb::StorageError,
    redb::TableError,
    redb::TransactionError
);
