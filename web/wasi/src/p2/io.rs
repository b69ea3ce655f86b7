//! The functions of `wasi:io/streams` and `wasi:io/error` over the table's streams. [`sync`] has
//! those that cannot wait.

mod poll;
mod sync;

use crate::io::{
    DynInputStream, DynOutputStream, DynPollable, IoError, StreamError, StreamResult, subscribe,
};
use crate::p2::bindings::io::{error, streams};
use amphi_web::Result;
use amphi_web::component::{Resource, ResourceTable};
use bytes::Bytes;

/// The most that the interface allows in one blocking write.
const MAX_BLOCKING_WRITE: usize = 4096;

/// As many zeroes as one blocking write may have.
const ZEROES: &[u8] = &[0; MAX_BLOCKING_WRITE];

impl error::Host for ResourceTable {}

impl error::HostError for ResourceTable {
    fn to_debug_string(&mut self, error: Resource<IoError>) -> Result<String> {
        Ok(format!("{:?}", self.get(&error)?))
    }

    fn drop(&mut self, error: Resource<IoError>) -> Result<()> {
        self.delete(error)?;
        Ok(())
    }
}

impl streams::Host for ResourceTable {
    fn convert_stream_error(&mut self, error: StreamError) -> Result<streams::StreamError> {
        match error {
            StreamError::Closed => Ok(streams::StreamError::Closed),
            StreamError::LastOperationFailed(error) => {
                let error = self.push(error)?;
                Ok(streams::StreamError::LastOperationFailed(error))
            }
            StreamError::Trap(error) => Err(error),
        }
    }
}

impl streams::HostInputStream for ResourceTable {
    fn read(&mut self, stream: Resource<DynInputStream>, len: u64) -> StreamResult<Vec<u8>> {
        Ok(self.get_mut(&stream)?.read(size(len))?.into())
    }

    async fn blocking_read(
        &mut self,
        stream: Resource<DynInputStream>,
        len: u64,
    ) -> StreamResult<Vec<u8>> {
        let stream = self.get_mut(&stream)?;
        Ok(stream.blocking_read(size(len)).await?.into())
    }

    fn skip(&mut self, stream: Resource<DynInputStream>, len: u64) -> StreamResult<u64> {
        Ok(self.get_mut(&stream)?.read(size(len))?.len() as u64)
    }

    async fn blocking_skip(
        &mut self,
        stream: Resource<DynInputStream>,
        len: u64,
    ) -> StreamResult<u64> {
        let stream = self.get_mut(&stream)?;
        Ok(stream.blocking_read(size(len)).await?.len() as u64)
    }

    fn subscribe(&mut self, stream: Resource<DynInputStream>) -> Result<Resource<DynPollable>> {
        subscribe(self, stream)
    }

    fn drop(&mut self, stream: Resource<DynInputStream>) -> Result<()> {
        self.delete(stream)?;
        Ok(())
    }
}

impl streams::HostOutputStream for ResourceTable {
    fn check_write(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<u64> {
        Ok(self.get_mut(&stream)?.check_write()? as u64)
    }

    fn write(&mut self, stream: Resource<DynOutputStream>, bytes: Vec<u8>) -> StreamResult<()> {
        self.get_mut(&stream)?.write(bytes.into())
    }

    async fn blocking_write_and_flush(
        &mut self,
        stream: Resource<DynOutputStream>,
        bytes: Vec<u8>,
    ) -> StreamResult<()> {
        if bytes.len() > MAX_BLOCKING_WRITE {
            return Err(too_large("blocking-write-and-flush"));
        }
        let stream = self.get_mut(&stream)?;
        stream.blocking_write_and_flush(bytes.into()).await
    }

    fn flush(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<()> {
        self.get_mut(&stream)?.flush()
    }

    async fn blocking_flush(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<()> {
        let stream = self.get_mut(&stream)?;
        stream.flush()?;
        stream.write_ready().await?;
        Ok(())
    }

    fn subscribe(&mut self, stream: Resource<DynOutputStream>) -> Result<Resource<DynPollable>> {
        subscribe(self, stream)
    }

    fn write_zeroes(&mut self, stream: Resource<DynOutputStream>, len: u64) -> StreamResult<()> {
        let stream = self.get_mut(&stream)?;
        let permit = stream.check_write()?;
        if len > permit as u64 {
            return Err(StreamError::trap(
                "cannot write more zeroes than `check_write` allows",
            ));
        }
        stream.write(match ZEROES.get(..size(len)) {
            Some(zeroes) => Bytes::from_static(zeroes),
            None => vec![0; size(len)].into(),
        })
    }

    async fn blocking_write_zeroes_and_flush(
        &mut self,
        stream: Resource<DynOutputStream>,
        len: u64,
    ) -> StreamResult<()> {
        let Some(zeroes) = ZEROES.get(..size(len)) else {
            return Err(too_large("blocking-write-zeroes-and-flush"));
        };
        let stream = self.get_mut(&stream)?;
        stream
            .blocking_write_and_flush(Bytes::from_static(zeroes))
            .await
    }

    fn splice(
        &mut self,
        stream: Resource<DynOutputStream>,
        source: Resource<DynInputStream>,
        len: u64,
    ) -> StreamResult<u64> {
        let permit = self.get_mut(&stream)?.check_write()?;
        let bytes = match size(len).min(permit) {
            0 => return Ok(0),
            len => self.get_mut(&source)?.read(len)?,
        };
        let spliced = bytes.len() as u64;
        if spliced > 0 {
            self.get_mut(&stream)?.write(bytes)?;
        }
        Ok(spliced)
    }

    async fn blocking_splice(
        &mut self,
        stream: Resource<DynOutputStream>,
        source: Resource<DynInputStream>,
        len: u64,
    ) -> StreamResult<u64> {
        let permit = self.get_mut(&stream)?.write_ready().await?;
        let bytes = match size(len).min(permit) {
            0 => return Ok(0),
            len => self.get_mut(&source)?.blocking_read(len).await?,
        };
        let spliced = bytes.len() as u64;
        if spliced > 0 {
            let stream = self.get_mut(&stream)?;
            stream.blocking_write_and_flush(bytes).await?;
        }
        Ok(spliced)
    }

    fn drop(&mut self, stream: Resource<DynOutputStream>) -> Result<()> {
        self.delete(stream)?;
        Ok(())
    }
}

/// A length that the page cannot address asks for as much as there is.
fn size(len: u64) -> usize {
    len.try_into().unwrap_or(usize::MAX)
}

fn too_large(function: &str) -> StreamError {
    StreamError::trap(&format!(
        "Buffer too large for {function} (expected at most {MAX_BLOCKING_WRITE})"
    ))
}
