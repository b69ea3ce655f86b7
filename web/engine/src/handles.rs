//! Handles: the tables that they are in, of component instances and of the host, and the scopes of
//! the calls that lend them.
//!
//! Component-model spec, canonical ABI: resource state. All is numbers: nothing here knows a page,
//! or what a handle stands for.

mod guest;
mod host;
mod scopes;
mod table;
#[cfg(test)]
mod tests;

pub use guest::GuestTable;
pub use host::HostHandle;
pub use scopes::{CallScopes, Mark};
pub use table::LiveHandles;

use host::HostHandles;
use table::HandleTable;
use wasmtime_environ::component::{ResourceIndex, RuntimeComponentInstanceIndex};
use wasmtime_environ::error::Result;

/// The place of an instance in its store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstanceId(u32);

impl InstanceId {
    #[inline]
    pub fn new(index: usize) -> InstanceId {
        InstanceId(index as u32)
    }

    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A handle and the table that it is in.
#[derive(Clone, Copy, Debug)]
enum HandleIndex {
    /// In the store's table of the host's own handles.
    Host(u32),
    /// In the table of a component instance.
    Guest {
        /// The instance that the component instance is part of.
        instance: InstanceId,
        /// The component instance.
        table: RuntimeComponentInstanceIndex,
        /// The handle.
        handle: u32,
    },
}

/// What is run when an owned handle is dropped: the destructor of a resource type of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destructor {
    /// The instance that knows the resource.
    pub instance: InstanceId,
    /// The resource.
    pub resource: ResourceIndex,
}

/// The tag of a handle: which resource type it was made for.
const HOST_TAG: u32 = u32::MAX;

/// All the handles of a store.
#[derive(Debug, Default)]
pub struct Handles {
    /// The calls that are under way.
    pub scopes: CallScopes,
    /// How many handles there are.
    pub live: LiveHandles,
    host: HostHandles,
    /// For each instance, the tables of its component instances.
    guests: Vec<Box<[HandleTable]>>,
}

impl Handles {
    /// The next instance of the store has `count` component instances.
    pub fn add_instance(&mut self, count: usize) {
        let tables = std::iter::repeat_with(HandleTable::default).take(count);
        self.guests.push(tables.collect());
    }

    /// Whether there are as many handles as there may be.
    #[inline]
    pub fn are_full(&self) -> bool {
        self.live.are_full(self.scopes.calls())
    }

    /// The current call ends: borrows must be gone, lent handles are free again.
    #[inline]
    pub fn finish_scope(&mut self) -> Result<()> {
        if self.scopes.is_idle() {
            return Ok(());
        }
        self.unlend_all()
    }

    fn unlend_all(&mut self) -> Result<()> {
        self.scopes.finish()?;
        while let Some(lender) = self.scopes.take_lender() {
            let (table, handle) = match lender {
                HandleIndex::Host(handle) => (&mut self.host.table, handle),
                HandleIndex::Guest {
                    instance,
                    table,
                    handle,
                } => {
                    let tables = &mut self.guests[instance.index()];
                    (&mut tables[table.as_u32() as usize], handle)
                }
            };
            table.unlend(&mut self.live, handle)?;
        }
        Ok(())
    }
}
