//! The same functions where nothing can wait: what would have to wait is a trap.

use crate::io::{
    DynInputStream, DynOutputStream, DynPollable, Pollable, StreamError, StreamResult,
    without_waiting, would_block,
};
use crate::p2::bindings::io::streams::{self as waiting, HostInputStream, HostOutputStream};
use crate::p2::bindings::sync::io::streams;
use amphi_web::Result;
use amphi_web::component::{Resource, ResourceTable};

/// The trap of a call that would have to wait for the stream `rep`.
fn would_block_on<T: Pollable>(table: &ResourceTable, rep: u32) -> StreamError {
    match table.get(&Resource::<T>::new_borrow(rep)) {
        Ok(stream) => StreamError::Trap(would_block(&stream.awaits())),
        Err(error) => error.into(),
    }
}

impl streams::Host for ResourceTable {
    fn convert_stream_error(&mut self, error: StreamError) -> Result<streams::StreamError> {
        Ok(match waiting::Host::convert_stream_error(self, error)? {
            waiting::StreamError::Closed => streams::StreamError::Closed,
            waiting::StreamError::LastOperationFailed(error) => {
                streams::StreamError::LastOperationFailed(error)
            }
        })
    }
}

impl streams::HostInputStream for ResourceTable {
    fn read(&mut self, stream: Resource<DynInputStream>, len: u64) -> StreamResult<Vec<u8>> {
        HostInputStream::read(self, stream, len)
    }

    fn blocking_read(
        &mut self,
        stream: Resource<DynInputStream>,
        len: u64,
    ) -> StreamResult<Vec<u8>> {
        let rep = stream.rep();
        without_waiting(HostInputStream::blocking_read(self, stream, len))
            .unwrap_or_else(|| Err(would_block_on::<DynInputStream>(self, rep)))
    }

    fn skip(&mut self, stream: Resource<DynInputStream>, len: u64) -> StreamResult<u64> {
        HostInputStream::skip(self, stream, len)
    }

    fn blocking_skip(&mut self, stream: Resource<DynInputStream>, len: u64) -> StreamResult<u64> {
        let rep = stream.rep();
        without_waiting(HostInputStream::blocking_skip(self, stream, len))
            .unwrap_or_else(|| Err(would_block_on::<DynInputStream>(self, rep)))
    }

    fn subscribe(&mut self, stream: Resource<DynInputStream>) -> Result<Resource<DynPollable>> {
        HostInputStream::subscribe(self, stream)
    }

    fn drop(&mut self, stream: Resource<DynInputStream>) -> Result<()> {
        HostInputStream::drop(self, stream)
    }
}

impl streams::HostOutputStream for ResourceTable {
    fn check_write(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<u64> {
        HostOutputStream::check_write(self, stream)
    }

    fn write(&mut self, stream: Resource<DynOutputStream>, bytes: Vec<u8>) -> StreamResult<()> {
        HostOutputStream::write(self, stream, bytes)
    }

    fn blocking_write_and_flush(
        &mut self,
        stream: Resource<DynOutputStream>,
        bytes: Vec<u8>,
    ) -> StreamResult<()> {
        let rep = stream.rep();
        without_waiting(HostOutputStream::blocking_write_and_flush(
            self, stream, bytes,
        ))
        .unwrap_or_else(|| Err(would_block_on::<DynOutputStream>(self, rep)))
    }

    fn flush(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<()> {
        HostOutputStream::flush(self, stream)
    }

    fn blocking_flush(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<()> {
        let rep = stream.rep();
        without_waiting(HostOutputStream::blocking_flush(self, stream))
            .unwrap_or_else(|| Err(would_block_on::<DynOutputStream>(self, rep)))
    }

    fn subscribe(&mut self, stream: Resource<DynOutputStream>) -> Result<Resource<DynPollable>> {
        HostOutputStream::subscribe(self, stream)
    }

    fn write_zeroes(&mut self, stream: Resource<DynOutputStream>, len: u64) -> StreamResult<()> {
        HostOutputStream::write_zeroes(self, stream, len)
    }

    fn blocking_write_zeroes_and_flush(
        &mut self,
        stream: Resource<DynOutputStream>,
        len: u64,
    ) -> StreamResult<()> {
        let rep = stream.rep();
        without_waiting(HostOutputStream::blocking_write_zeroes_and_flush(
            self, stream, len,
        ))
        .unwrap_or_else(|| Err(would_block_on::<DynOutputStream>(self, rep)))
    }

    fn splice(
        &mut self,
        stream: Resource<DynOutputStream>,
        source: Resource<DynInputStream>,
        len: u64,
    ) -> StreamResult<u64> {
        HostOutputStream::splice(self, stream, source, len)
    }

    fn blocking_splice(
        &mut self,
        stream: Resource<DynOutputStream>,
        source: Resource<DynInputStream>,
        len: u64,
    ) -> StreamResult<u64> {
        let rep = source.rep();
        without_waiting(HostOutputStream::blocking_splice(self, stream, source, len))
            .unwrap_or_else(|| Err(would_block_on::<DynInputStream>(self, rep)))
    }

    fn drop(&mut self, stream: Resource<DynOutputStream>) -> Result<()> {
        HostOutputStream::drop(self, stream)
    }
}
