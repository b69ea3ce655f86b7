//! The host's own handles: what `ResourceAny` and lent host resources stand for.

use super::table::{HandleTable, LiveHandles, Removed};
use super::{Destructor, HOST_TAG, HandleIndex, Handles};
use wasmtime_environ::error::{Result, bail};

/// A handle of the host, good for one life of its table slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostHandle {
    index: u32,
    generation: u32,
}

/// The host's handles in one store.
#[derive(Debug, Default)]
pub struct HostHandles {
    pub(super) table: HandleTable,
    /// For each handle that the table has ever given out: its generation and destructor.
    slots: Vec<(u32, Option<Destructor>)>,
    generation: u32,
}

impl Handles {
    /// An owned resource comes to the host.
    pub fn host_insert_own(&mut self, rep: u32, dtor: Option<Destructor>) -> Result<HostHandle> {
        let live = self.live.during(self.scopes.calls());
        let index = self.host.table.insert_own(live, rep, HOST_TAG)?;
        Ok(self.host.name(index, dtor))
    }

    /// A borrowed resource comes to the host for the length of the current call.
    pub fn host_insert_borrow(&mut self, rep: u32) -> Result<HostHandle> {
        let scope = self.scopes.borrow()?;
        let live = self.live.during(self.scopes.calls());
        let table = &mut self.host.table;
        let index = table.insert_borrow(live, rep, HOST_TAG, scope)?;
        Ok(self.host.name(index, None))
    }

    /// An owned resource leaves the host.
    pub fn host_take_own(&mut self, handle: HostHandle) -> Result<u32> {
        self.host.check(handle)?;
        match self.host.remove(&mut self.live, handle)? {
            Removed::Own { rep } => Ok(rep),
            Removed::Borrow { .. } => bail!("cannot lift own resource from a borrow"),
        }
    }

    /// The host lends a resource for the length of the current call.
    pub fn host_lend(&mut self, handle: HostHandle) -> Result<u32> {
        self.host.check(handle)?;
        let live = self.live.during(self.scopes.calls());
        let table = &mut self.host.table;
        let (rep, owned) = table.lend(live, handle.index, HOST_TAG)?;
        if owned {
            self.scopes.lend(HandleIndex::Host(handle.index))?;
        }
        Ok(rep)
    }

    /// The host drops a handle: what destructor is to be run on which representation, if it was
    /// owned.
    pub fn host_remove(&mut self, handle: HostHandle) -> Result<Option<(u32, Option<Destructor>)>> {
        let dtor = self.host.check(handle)?;
        match self.host.remove(&mut self.live, handle)? {
            Removed::Own { rep } => Ok(Some((rep, dtor))),
            Removed::Borrow { scope } => {
                self.scopes.give_back(scope);
                Ok(None)
            }
        }
    }
}

impl HostHandles {
    fn name(&mut self, index: u32, dtor: Option<Destructor>) -> HostHandle {
        let slot = index as usize;
        if self.slots.len() <= slot {
            self.slots.resize(slot + 1, (0, None));
        }
        self.slots[slot] = (self.generation, dtor);
        HostHandle {
            index,
            generation: self.generation,
        }
    }

    fn check(&self, handle: HostHandle) -> Result<Option<Destructor>> {
        match self.slots.get(handle.index as usize) {
            Some((generation, dtor)) if *generation == handle.generation => Ok(*dtor),
            Some(_) => bail!("host-owned resource was already de-allocated"),
            None => bail!("unknown handle index {}", handle.index),
        }
    }

    /// Later handles in the same slot get another generation, so that stale ones are told apart.
    fn remove(&mut self, live: &mut LiveHandles, handle: HostHandle) -> Result<Removed> {
        let removed = self.table.remove(live, handle.index, HOST_TAG)?;
        self.generation = self.generation.wrapping_add(1);
        Ok(removed)
    }
}
