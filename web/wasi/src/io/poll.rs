//! What a guest waits for: it is polled by whoever polls the call; a synchronous call asks once and
//! cannot wait.

use amphi_web::component::{Resource, ResourceTable, ResourceTableError};
use amphi_web::{Error, Result, format_err};
use std::any::Any;
use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// Something that a guest can wait for.
#[async_trait::async_trait]
pub trait Pollable: Send + 'static {
    /// Resolves when there is nothing left to wait for.
    async fn ready(&mut self);

    /// What a guest waits for, in the words of the error that it gets when it cannot.
    fn awaits(&self) -> String {
        "a host resource".to_owned()
    }
}

/// The host's side of the resource `pollable`: which resource of the table it watches, and how.
pub struct DynPollable {
    index: u32,
    view: View,
    delete: Option<fn(&mut ResourceTable, u32) -> Result<()>>,
}

/// An entry of the table as what it can be waited for.
type View = fn(&mut dyn Any) -> Option<&mut dyn Pollable>;

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

/// Deletes `pollable`, and what it watches where it owns that.
pub fn unsubscribe(table: &mut ResourceTable, pollable: Resource<DynPollable>) -> Result<()> {
    let DynPollable { index, delete, .. } = table.delete(pollable)?;
    delete.map_or(Ok(()), |delete| delete(table, index))
}

/// The result of `future`, if it needs no waiting.
pub fn poll_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => Some(result),
        Poll::Pending => None,
    }
}

/// The result of `future`, if it needs no waiting; what gives way to others before it is done is
/// asked once more.
pub fn without_waiting<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..2 {
        if let Poll::Ready(result) = future.as_mut().poll(&mut cx) {
            return Some(result);
        }
    }
    None
}

/// The trap of a guest that would have to wait for `what`.
pub fn would_block(what: &str) -> Error {
    format_err!(
        "the guest would block on {what}: WASI that is linked by `add_to_linker_sync` cannot wait in a page; what is linked by \
         `add_to_linker_async` can, below `call_async`"
    )
}

/// What `pollable` watches.
pub fn watched<'a>(
    table: &'a mut ResourceTable,
    pollable: &Resource<DynPollable>,
) -> Result<&'a mut dyn Pollable> {
    let &DynPollable { index, view, .. } = table.get(pollable)?;
    let entry = table.get_any_mut(index)?;
    Ok(view(entry).ok_or(ResourceTableError::WrongType)?)
}

/// A future for each entry that `pollables` watch, and the places of those that do.
pub fn all_watched<'a>(
    table: &'a mut ResourceTable,
    pollables: &[Resource<DynPollable>],
) -> Result<Vec<Watched<'a>>> {
    let mut places: BTreeMap<u32, (View, Vec<u32>)> = BTreeMap::new();
    for (place, pollable) in (0..).zip(pollables) {
        let &DynPollable { index, view, .. } = table.get(pollable)?;
        let (_, places) = places.entry(index).or_insert((view, Vec::new()));
        places.push(place);
    }
    let entries = table.iter_entries(places);
    entries
        .map(|(entry, (view, places))| {
            let watched = view(entry?).ok_or(ResourceTableError::WrongType)?;
            Ok((watched.ready(), places))
        })
        .collect()
}

/// What is waited for, and the places of the pollables that wait for it.
pub type Watched<'a> = (Pin<Box<dyn Future<Output = ()> + Send + 'a>>, Vec<u32>);
