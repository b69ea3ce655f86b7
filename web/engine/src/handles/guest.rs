//! The handles of guests.

use super::table::{HandleTable, LiveHandles, Removed};
use super::{HandleIndex, Handles, InstanceId};
use wasmtime_environ::component::{RuntimeComponentInstanceIndex, TypeResourceTableIndex};
use wasmtime_environ::error::{Result, bail};

/// The table of a component instance, for handles of one resource type.
#[derive(Debug)]
pub struct GuestTable<'a> {
    handles: &'a mut Handles,
    instance: InstanceId,
    table: RuntimeComponentInstanceIndex,
    tag: u32,
}

impl Handles {
    /// The handles of the resource type `ty` in the table of the component instance `table`, which
    /// is part of `instance`.
    #[inline]
    pub fn guest(
        &mut self,
        instance: InstanceId,
        table: RuntimeComponentInstanceIndex,
        ty: TypeResourceTableIndex,
    ) -> GuestTable<'_> {
        GuestTable {
            handles: self,
            instance,
            table,
            tag: ty.as_u32(),
        }
    }
}

impl GuestTable<'_> {
    fn parts(&mut self) -> (&mut HandleTable, &mut LiveHandles) {
        let Handles {
            scopes,
            live,
            guests,
            ..
        } = &mut *self.handles;
        let table = &mut guests[self.instance.index()][self.table.as_u32() as usize];
        (table, live.during(scopes.calls()))
    }

    /// An owned resource enters the table.
    pub fn insert_own(&mut self, rep: u32) -> Result<u32> {
        let tag = self.tag;
        let (table, live) = self.parts();
        table.insert_own(live, rep, tag)
    }

    /// A borrowed resource enters the table for the length of the current call.
    pub fn insert_borrow(&mut self, rep: u32) -> Result<u32> {
        let (tag, scope) = (self.tag, self.handles.scopes.borrow()?);
        let (table, live) = self.parts();
        table.insert_borrow(live, rep, tag, scope)
    }

    /// An owned resource leaves the table.
    pub fn take_own(&mut self, handle: u32) -> Result<u32> {
        let tag = self.tag;
        let (table, live) = self.parts();
        match table.remove(live, handle, tag)? {
            Removed::Own { rep } => Ok(rep),
            Removed::Borrow { .. } => bail!("cannot lift own resource from a borrow"),
        }
    }

    /// The guest lends a handle for the length of the current call.
    pub fn lend(&mut self, handle: u32) -> Result<u32> {
        let tag = self.tag;
        let (table, live) = self.parts();
        let (rep, owned) = table.lend(live, handle, tag)?;
        if owned {
            self.handles.scopes.lend(HandleIndex::Guest {
                instance: self.instance,
                table: self.table,
                handle,
            })?;
        }
        Ok(rep)
    }

    /// `resource.rep`: the representation behind a handle.
    pub fn rep(&mut self, handle: u32) -> Result<u32> {
        let tag = self.tag;
        self.parts().0.rep(handle, tag)
    }

    /// `resource.drop`: returns the representation whose destructor is to be run, if the handle was
    /// owned.
    pub fn remove(&mut self, handle: u32) -> Result<Option<u32>> {
        let tag = self.tag;
        let (table, live) = self.parts();
        match table.remove(live, handle, tag)? {
            Removed::Own { rep } => Ok(Some(rep)),
            Removed::Borrow { scope } => {
                self.handles.scopes.give_back(scope);
                Ok(None)
            }
        }
    }
}
