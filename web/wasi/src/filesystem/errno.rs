//! Why something cannot be done with a tree, in the words of POSIX; the interface's have the same
//! meaning.

/// Why something cannot be done with a tree.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Errno {
    BadDescriptor,
    Busy,
    CrossDevice,
    Exist,
    FileTooLarge,
    InsufficientMemory,
    InsufficientSpace,
    Invalid,
    IsDirectory,
    Loop,
    NameTooLong,
    NoEntry,
    NotDirectory,
    NotEmpty,
    NotPermitted,
    Unsupported,
}

/// What the functions of a tree return.
pub type TreeResult<T> = Result<T, Errno>;
