//! `wasi:io/poll` over the table's pollables.

use crate::io::{
    DynPollable, all_watched, poll_once, unsubscribe, watched, without_waiting, would_block,
};
use crate::p2::bindings::io::poll;
use crate::p2::bindings::sync;
use amphi_web::component::{Resource, ResourceTable};
use amphi_web::{Result, ensure};
use std::future::poll_fn;
use std::task::Poll;

impl poll::Host for ResourceTable {
    async fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> Result<Vec<u32>> {
        ensure!(
            !pollables.is_empty(),
            "`wasi:io/poll#poll`: expected at least one pollable, found an empty list"
        );
        let mut watched = all_watched(self, &pollables)?;
        let ready = poll_fn(|cx| {
            let mut ready = Vec::new();
            for (future, places) in &mut watched {
                if future.as_mut().poll(cx).is_ready() {
                    ready.append(places);
                }
            }
            match ready.is_empty() {
                true => Poll::Pending,
                false => Poll::Ready(ready),
            }
        });
        Ok(ready.await)
    }
}

impl poll::HostPollable for ResourceTable {
    fn ready(&mut self, pollable: Resource<DynPollable>) -> Result<bool> {
        Ok(poll_once(watched(self, &pollable)?.ready()).is_some())
    }

    async fn block(&mut self, pollable: Resource<DynPollable>) -> Result<()> {
        watched(self, &pollable)?.ready().await;
        Ok(())
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> Result<()> {
        unsubscribe(self, pollable)
    }
}

impl sync::io::poll::Host for ResourceTable {
    fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> Result<Vec<u32>> {
        let reps: Vec<u32> = pollables.iter().map(Resource::rep).collect();
        if let Some(polled) = without_waiting(poll::Host::poll(self, pollables)) {
            return polled;
        }
        let mut awaited = Vec::new();
        for rep in reps {
            awaited.push(watched(self, &Resource::new_borrow(rep))?.awaits());
        }
        Err(would_block(&awaited.join(", ")))
    }
}

impl sync::io::poll::HostPollable for ResourceTable {
    fn ready(&mut self, pollable: Resource<DynPollable>) -> Result<bool> {
        poll::HostPollable::ready(self, pollable)
    }

    fn block(&mut self, pollable: Resource<DynPollable>) -> Result<()> {
        let watched = watched(self, &pollable)?;
        without_waiting(watched.ready()).ok_or_else(|| would_block(&watched.awaits()))
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> Result<()> {
        poll::HostPollable::drop(self, pollable)
    }
}
