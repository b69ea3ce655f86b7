//! What is behind a guest's streams and pollables, whoever links them.

mod async_io;
pub mod pipe;
mod poll;
mod stdio;
mod streams;

#[cfg(test)]
mod tests;

pub use poll::{
    DynPollable, Pollable, all_watched, poll_once, subscribe, unsubscribe, watched,
    without_waiting, would_block,
};
pub use stdio::{IsTerminal, StdinStream, StdoutStream, TerminalInput, TerminalOutput};
pub use streams::{
    DynInputStream, DynOutputStream, Error as IoError, InputStream, OutputStream, StreamError,
    StreamResult,
};
