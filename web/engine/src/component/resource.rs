//! Resources: handle tables, and the host's handles to guest and host resources.
//!
//! Component-model spec, canonical ABI: resource state.

mod any;
mod by_handle;
mod claim;
mod dynamic;
mod handle_table;
mod host;
mod host_handles;
mod ty;

pub use any::ResourceAny;
pub use dynamic::ResourceDynamic;
pub use handle_table::{HandleTable, LiveHandles};
pub use host::Resource;
pub use host_handles::HostHandles;
pub use ty::ResourceType;

use super::instance::InstanceId;
use crate::store::StoreOpaque;
use handle_table::Removed;
use wasmtime_environ::component::{
    ResourceIndex, RuntimeComponentInstanceIndex, TypeResourceTableIndex,
};
use wasmtime_environ::error::{Result, bail};

/// A handle and the table that it is in.
#[derive(Clone, Copy, Debug)]
pub enum HandleIndex {
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
#[derive(Clone, Copy, Debug)]
pub struct Destructor {
    /// The instance that knows the resource.
    pub instance: InstanceId,
    /// The resource.
    pub resource: ResourceIndex,
}

/// The tag of a handle: which resource type it was made for.
pub(super) const HOST_TAG: u32 = u32::MAX;

impl StoreOpaque {
    fn guest_table(
        &mut self,
        instance: InstanceId,
        ty: TypeResourceTableIndex,
    ) -> (
        RuntimeComponentInstanceIndex,
        &mut HandleTable,
        &mut LiveHandles,
    ) {
        let live = self.live_handles.during(self.scopes.calls());
        let instance = &mut self.instances[instance.index()];
        let table = instance.component.types()[ty].unwrap_concrete_instance();
        let handles = &mut instance.handles[table.as_u32() as usize];
        (table, handles, live)
    }

    /// An owned resource enters a guest's table.
    pub fn guest_insert_own(
        &mut self,
        instance: InstanceId,
        ty: TypeResourceTableIndex,
        rep: u32,
    ) -> Result<u32> {
        let (_, handles, live) = self.guest_table(instance, ty);
        handles.insert_own(live, rep, ty.as_u32())
    }

    /// A borrowed resource enters a guest's table for the length of the current call.
    pub fn guest_insert_borrow(
        &mut self,
        instance: InstanceId,
        ty: TypeResourceTableIndex,
        rep: u32,
    ) -> Result<u32> {
        let scope = self.scopes.borrow()?;
        let (_, handles, live) = self.guest_table(instance, ty);
        handles.insert_borrow(live, rep, ty.as_u32(), scope)
    }

    /// An owned resource leaves a guest's table.
    pub fn guest_take_own(
        &mut self,
        instance: InstanceId,
        ty: TypeResourceTableIndex,
        handle: u32,
    ) -> Result<u32> {
        let (_, handles, live) = self.guest_table(instance, ty);
        match handles.remove(live, handle, ty.as_u32())? {
            Removed::Own { rep } => Ok(rep),
            Removed::Borrow { .. } => bail!("cannot lift own resource from a borrow"),
        }
    }

    /// A guest lends a handle of its table for the length of the current call.
    pub fn guest_lend(
        &mut self,
        instance: InstanceId,
        ty: TypeResourceTableIndex,
        handle: u32,
    ) -> Result<u32> {
        let (table, handles, live) = self.guest_table(instance, ty);
        let (rep, owned) = handles.lend(live, handle, ty.as_u32())?;
        if owned {
            self.scopes.lend(HandleIndex::Guest {
                instance,
                table,
                handle,
            })?;
        }
        Ok(rep)
    }

    /// `resource.rep`: the representation behind a handle of a guest's table.
    pub fn guest_rep(
        &mut self,
        instance: InstanceId,
        ty: TypeResourceTableIndex,
        handle: u32,
    ) -> Result<u32> {
        self.guest_table(instance, ty).1.rep(handle, ty.as_u32())
    }

    /// `resource.drop`: returns the representation whose destructor is to be run, if the handle was
    /// owned.
    pub fn guest_remove(
        &mut self,
        instance: InstanceId,
        ty: TypeResourceTableIndex,
        handle: u32,
    ) -> Result<Option<u32>> {
        let (_, handles, live) = self.guest_table(instance, ty);
        match handles.remove(live, handle, ty.as_u32())? {
            Removed::Own { rep } => Ok(Some(rep)),
            Removed::Borrow { scope } => {
                self.scopes.give_back(scope);
                Ok(None)
            }
        }
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
            match lender {
                HandleIndex::Host(handle) => {
                    let live = &mut self.live_handles;
                    self.host_handles.table.unlend(live, handle)?;
                }
                HandleIndex::Guest {
                    instance,
                    table,
                    handle,
                } => self.instances[instance.index()].handles[table.as_u32() as usize]
                    .unlend(&mut self.live_handles, handle)?,
            }
        }
        Ok(())
    }
}
