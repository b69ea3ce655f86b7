//! Files as streams.
//!
//! Natively a thread reads and writes, and whoever waits for the stream takes over what came of it.
//! Here that is done at once, and is taken over in the same order: what a guest sees of a stream
//! that it does not wait for is the same.

use super::descriptor::File;
use super::errno::Errno;
use crate::io::{InputStream, OutputStream, Pollable, StreamError, StreamResult};
use crate::p2::bindings::filesystem::types::ErrorCode;
use amphi_web::format_err;
use bytes::Bytes;

/// The most that is read or taken at once.
pub const MOST_AT_ONCE: usize = 64 * 1024;

/// What is read for who waits without having asked for any number of bytes.
const UNASKED: usize = 4096;

/// Reads a file from a position on.
pub struct FileInput {
    file: File,
    position: u64,
    read: Read,
    /// Whether nobody has waited for what was read.
    pending: bool,
}

/// What was read last.
enum Read {
    Nothing,
    Bytes(Bytes),
    Failed(Errno),
    /// The end: it stays, even if the file grows.
    End,
}

impl FileInput {
    /// Reads `file` from `position` on.
    pub fn new(file: File, position: u64) -> FileInput {
        FileInput {
            file,
            position,
            read: Read::Nothing,
            pending: false,
        }
    }

    /// Reads at most `size` bytes, if nothing is read that was not given yet.
    fn start(&mut self, size: usize) {
        if !matches!(self.read, Read::Nothing) {
            return;
        }
        self.read = match self.file.read(self.position, size.min(MOST_AT_ONCE)) {
            Ok(bytes) if bytes.is_empty() => Read::End,
            Ok(bytes) => Read::Bytes(bytes.into()),
            Err(code) => Read::Failed(code),
        };
    }
}

#[async_trait::async_trait]
impl Pollable for FileInput {
    async fn ready(&mut self) {
        self.start(UNASKED);
        self.pending = false;
    }
}

#[async_trait::async_trait]
impl InputStream for FileInput {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        if self.pending {
            return Ok(Bytes::new());
        }
        match &mut self.read {
            Read::Nothing => {
                if size > 0 {
                    self.start(size);
                    self.pending = true;
                }
                Ok(Bytes::new())
            }
            Read::Bytes(bytes) => {
                let given = bytes.split_to(size.min(bytes.len()));
                if bytes.is_empty() {
                    self.read = Read::Nothing;
                }
                self.position += given.len() as u64;
                Ok(given)
            }
            Read::Failed(code) => {
                let error = failed(*code);
                self.read = Read::End;
                Err(error)
            }
            Read::End => Err(StreamError::Closed),
        }
    }

    async fn blocking_read(&mut self, size: usize) -> StreamResult<Bytes> {
        self.start(size);
        self.pending = false;
        self.read(size)
    }
}

/// Writes a file from a position on, or always at its end.
pub struct FileOutput {
    file: File,
    position: Option<u64>,
    written: Written,
}

/// What came of the last write.
enum Written {
    /// All is well, and more may be written.
    Well,
    /// Nobody has waited for it: where it ends, or why it failed.
    Pending(Result<u64, Errno>),
    Failed(Errno),
    /// It has failed, and was told.
    Closed,
}

impl FileOutput {
    /// Writes `file` from `position` on, or always at its end.
    pub fn new(file: File, position: Option<u64>) -> FileOutput {
        FileOutput {
            file,
            position,
            written: Written::Well,
        }
    }

    /// Takes over what came of the last write.
    fn settle(&mut self) {
        match self.written {
            Written::Pending(Ok(end)) => {
                self.position = self.position.map(|_| end);
                self.written = Written::Well;
            }
            Written::Pending(Err(code)) => self.written = Written::Failed(code),
            Written::Well | Written::Failed(_) | Written::Closed => {}
        }
    }

    /// That nothing has failed; what has is told once.
    fn check(&mut self) -> StreamResult<()> {
        match self.written {
            Written::Well | Written::Pending(_) => Ok(()),
            Written::Failed(code) => {
                self.written = Written::Closed;
                Err(failed(code))
            }
            Written::Closed => Err(StreamError::Closed),
        }
    }
}

#[async_trait::async_trait]
impl Pollable for FileOutput {
    async fn ready(&mut self) {
        self.settle();
    }
}

#[async_trait::async_trait]
impl OutputStream for FileOutput {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        match self.written {
            Written::Well => {
                self.written = Written::Pending(self.file.write(self.position, &bytes));
                Ok(())
            }
            Written::Pending(_) | Written::Failed(_) => Err(StreamError::Trap(format_err!(
                "write not permitted: check_write not called first"
            ))),
            Written::Closed => Err(StreamError::Closed),
        }
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.check()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.check()?;
        Ok(match self.written {
            Written::Pending(_) => 0,
            Written::Well | Written::Failed(_) | Written::Closed => MOST_AT_ONCE,
        })
    }

    async fn blocking_write_and_flush(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.settle();
        self.check()?;
        self.write(bytes)?;
        self.settle();
        self.check()
    }
}

/// The guest can ask for the code by `filesystem-error-code`.
fn failed(errno: Errno) -> StreamError {
    StreamError::LastOperationFailed(ErrorCode::from(errno).into())
}
