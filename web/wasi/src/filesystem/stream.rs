//! Files as streams.

use super::descriptor::File;
use super::types::ErrorCode;
use crate::p2::{InputStream, OutputStream, Pollable, StreamError, StreamResult};
use bytes::Bytes;

/// The most that is read or taken at once.
pub const MOST_AT_ONCE: usize = 64 * 1024;

/// Reads a file from a position on.
pub struct FileInput {
    pub file: File,
    pub position: u64,
}

/// Writes a file from a position on, or always at its end.
pub struct FileOutput {
    pub file: File,
    pub position: Option<u64>,
}

#[async_trait::async_trait]
impl Pollable for FileInput {
    async fn ready(&mut self) {}
}

#[async_trait::async_trait]
impl InputStream for FileInput {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        if size == 0 {
            return Ok(Bytes::new());
        }
        let bytes = self.file.read(self.position, size.min(MOST_AT_ONCE));
        let bytes = bytes.map_err(failed)?;
        if bytes.is_empty() {
            return Err(StreamError::Closed);
        }
        self.position += bytes.len() as u64;
        Ok(bytes.into())
    }
}

#[async_trait::async_trait]
impl Pollable for FileOutput {
    async fn ready(&mut self) {}
}

#[async_trait::async_trait]
impl OutputStream for FileOutput {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let end = self.file.write(self.position, &bytes).map_err(failed)?;
        if self.position.is_some() {
            self.position = Some(end);
        }
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(MOST_AT_ONCE)
    }
}

/// The guest can ask for the code by `filesystem-error-code`.
fn failed(code: ErrorCode) -> StreamError {
    StreamError::LastOperationFailed(code.into())
}
