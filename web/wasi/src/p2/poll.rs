//! `wasi:io/poll`: readiness that is asked for once, since a call in the page cannot wait.

use super::bindings::sync::io::poll;
use crate::WasiCtxView;
use amphi_web::component::{Resource, ResourceTable, ResourceTableError};
use amphi_web::{Error, Result, ensure, format_err};
use std::any::Any;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Something that a guest can wait for.
#[async_trait::async_trait]
pub trait Pollable: Send + 'static {
    /// Resolves when there is nothing left to wait for.
    async fn ready(&mut self);

    /// What a guest waits for, in the words of the error that it gets when it would have to.
    fn awaits(&self) -> String {
        "a host resource".to_owned()
    }
}

/// The host's side of the resource `pollable`: which resource of the table it watches, and how.
pub struct DynPollable {
    index: u32,
    view: fn(&mut dyn Any) -> Option<&mut dyn Pollable>,
    delete: Option<fn(&mut ResourceTable, u32) -> Result<()>>,
}

/// Makes a `pollable` that watches `resource`.
///
/// An owned `resource` goes when the pollable goes; a borrowed one cannot be deleted before it.
///
/// # Errors
///
/// The table has no such resource, or is full.
pub fn subscribe<T: Pollable>(
    table: &mut ResourceTable,
    resource: Resource<T>,
) -> Result<Resource<DynPollable>> {
    let pollable = DynPollable {
        index: resource.rep(),
        view: |entry| Some(entry.downcast_mut::<T>()?),
        delete: resource.owned().then_some(|table, index| {
            table.delete(Resource::<T>::new_own(index))?;
            Ok(())
        }),
    };
    Ok(table.push_child(pollable, &resource)?)
}

/// The result of `future`, if it needs no waiting.
pub fn poll_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => Some(result),
        Poll::Pending => None,
    }
}

/// The trap of a guest that would have to wait for `what`.
pub fn would_block(what: &str) -> Error {
    format_err!(
        "the guest would block on {what}: a synchronous call in the page cannot wait, and suspending it (JSPI) is not \
         supported yet"
    )
}

impl WasiCtxView<'_> {
    fn watched(&mut self, pollable: &Resource<DynPollable>) -> Result<&mut dyn Pollable> {
        let &DynPollable { index, view, .. } = self.table.get(pollable)?;
        let entry = self.table.get_any_mut(index)?;
        Ok(view(entry).ok_or(ResourceTableError::WrongType)?)
    }
}

impl poll::Host for WasiCtxView<'_> {
    fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> Result<Vec<u32>> {
        ensure!(
            !pollables.is_empty(),
            "`wasi:io/poll#poll`: expected at least one pollable, found an empty list"
        );
        let mut ready = Vec::new();
        let mut awaited = Vec::new();
        for (index, pollable) in (0..).zip(&pollables) {
            let watched = self.watched(pollable)?;
            match poll_once(watched.ready()) {
                Some(()) => ready.push(index),
                None => awaited.push(watched.awaits()),
            }
        }
        ensure!(!ready.is_empty(), would_block(&awaited.join(", ")));
        Ok(ready)
    }
}

impl poll::HostPollable for WasiCtxView<'_> {
    fn ready(&mut self, pollable: Resource<DynPollable>) -> Result<bool> {
        Ok(poll_once(self.watched(&pollable)?.ready()).is_some())
    }

    fn block(&mut self, pollable: Resource<DynPollable>) -> Result<()> {
        let watched = self.watched(&pollable)?;
        poll_once(watched.ready()).ok_or_else(|| would_block(&watched.awaits()))
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> Result<()> {
        let DynPollable { index, delete, .. } = self.table.delete(pollable)?;
        delete.map_or(Ok(()), |delete| delete(self.table, index))
    }
}
