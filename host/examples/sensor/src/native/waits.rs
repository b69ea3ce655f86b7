//! Waits that end at the deadline: epochs interrupt a guest's code, but not the host while the
//! guest waits in it.

use super::Bounds;
use crate::app::State;
use amphi::component::{HasData, Linker, Resource, ResourceTable};
use amphi::wasi::p2::DynPollable;
use amphi::wasi::p2::bindings::{io::poll as asynchronous, sync::io::poll};
use amphi::wasi::runtime::in_tokio;
use amphi::{Error, Result};
use std::fmt;
use std::time::Instant;

/// The guest waited past its deadline.
#[derive(Debug)]
pub struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the component waited past its deadline")
    }
}

impl std::error::Error for TooLong {}

/// Puts waits that end at the deadline in the place of WASI's.
pub fn bound(linker: &mut Linker<State<Bounds>>) -> Result<()> {
    linker.allow_shadowing(true);
    poll::add_to_linker::<_, BoundedPoll<'static>>(linker, |state| {
        let until = state.data.host.until;
        BoundedPoll {
            table: &mut state.table,
            until,
        }
    })?;
    linker.allow_shadowing(false);
    Ok(())
}

struct BoundedPoll<'a> {
    table: &'a mut ResourceTable,
    until: Instant,
}

impl HasData for BoundedPoll<'static> {
    type Data<'a> = BoundedPoll<'a>;
}

impl BoundedPoll<'_> {
    fn wait<T>(&mut self, what: impl AsyncFnOnce(&mut ResourceTable) -> Result<T>) -> Result<T> {
        let until = self.until.into();
        in_tokio(async {
            match tokio::time::timeout_at(until, what(self.table)).await {
                Ok(result) => result,
                Err(_) => Err(Error::new(TooLong)),
            }
        })
    }
}

impl poll::Host for BoundedPoll<'_> {
    fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> Result<Vec<u32>> {
        self.wait(async |table| asynchronous::Host::poll(table, pollables).await)
    }
}

impl poll::HostPollable for BoundedPoll<'_> {
    fn ready(&mut self, pollable: Resource<DynPollable>) -> Result<bool> {
        self.wait(async |table| asynchronous::HostPollable::ready(table, pollable).await)
    }

    fn block(&mut self, pollable: Resource<DynPollable>) -> Result<()> {
        self.wait(async |table| asynchronous::HostPollable::block(table, pollable).await)
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> Result<()> {
        asynchronous::HostPollable::drop(self.table, pollable)
    }
}
