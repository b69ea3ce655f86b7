//! `ResourceAny`: a handle to a resource whose type is known at run time only.

use super::by_handle::by_handle;
use super::dynamic::ResourceDynamic;
use super::host::Resource;
use crate::handles::Destructor;
use crate::handles::HostHandle;
use crate::store::AsContextMut;
use crate::types::InstanceType;
use crate::types::ResourceType;
use crate::types::desc;
use crate::values::context::{LiftContext, LowerContext};
use crate::values::typed::{NativeLayout, bad_type_info};
use wasmtime_environ::component::{InterfaceType, TypeResourceTableIndex};
use wasmtime_environ::error::{Result, bail};

/// A handle to a resource of a guest or of the host, as `wasmtime::component::ResourceAny`.
///
/// Must be dropped with [`resource_drop`](ResourceAny::resource_drop) or
/// [`resource_drop_async`](ResourceAny::resource_drop_async), since a destructor needs the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceAny {
    pub(crate) handle: HostHandle,
    ty: ResourceType,
    owned: bool,
}

impl ResourceAny {
    pub(super) fn new(handle: HostHandle, ty: ResourceType, owned: bool) -> ResourceAny {
        ResourceAny { handle, ty, owned }
    }

    /// The handle for a host resource.
    ///
    /// # Errors
    ///
    /// The resource has been given away already.
    pub fn try_from_resource<T: 'static>(
        resource: Resource<T>,
        store: impl AsContextMut,
    ) -> Result<ResourceAny> {
        resource.try_into_resource_any(store)
    }

    /// The host resource behind this handle.
    ///
    /// # Errors
    ///
    /// The resource is not one of `T`, or is gone.
    pub fn try_into_resource<T: 'static>(self, store: impl AsContextMut) -> Result<Resource<T>> {
        Resource::try_from_resource_any(self, store)
    }

    /// The host resource behind this handle, which is one of a tag.
    ///
    /// # Errors
    ///
    /// The resource is not one of a tag, or is gone.
    pub fn try_into_resource_dynamic(self, store: impl AsContextMut) -> Result<ResourceDynamic> {
        ResourceDynamic::try_from_resource_any(self, store)
    }

    /// The resource's type.
    pub fn ty(&self) -> ResourceType {
        self.ty
    }

    /// Whether the handle owns the resource.
    pub fn owned(&self) -> bool {
        self.owned
    }

    fn typecheck_handle(ty: &InterfaceType, _types: &InstanceType<'_>) -> Result<()> {
        match ty {
            InterfaceType::Own(_) | InterfaceType::Borrow(_) => Ok(()),
            other => bail!("expected `own` or `borrow`, found `{}`", desc(other)),
        }
    }

    fn lower_handle<U>(&self, cx: &mut LowerContext<'_, U>, ty: InterfaceType) -> Result<u32> {
        let instance = cx.instance_id();
        match ty {
            InterfaceType::Own(table) => {
                self.check(cx, table)?;
                let rep = cx.opaque().handles.host_take_own(self.handle)?;
                cx.opaque().guest_table(instance, table).insert_own(rep)
            }
            InterfaceType::Borrow(table) => {
                self.check(cx, table)?;
                let rep = cx.opaque().handles.host_lend(self.handle)?;
                cx.lower_borrow(table, rep)
            }
            _ => bad_type_info(),
        }
    }

    fn check<U>(&self, cx: &LowerContext<'_, U>, table: TypeResourceTableIndex) -> Result<()> {
        if cx.resource_type(table) != self.ty {
            bail!("mismatched resource types");
        }
        Ok(())
    }

    fn lift_handle(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        handle: u32,
    ) -> Result<ResourceAny> {
        let instance = cx.instance_id();
        match ty {
            InterfaceType::Own(table) => {
                let ty = cx.resource_type(table);
                let resource = cx.types[table].unwrap_concrete_ty();
                let rep = cx.opaque().guest_table(instance, table).take_own(handle)?;
                let dtor = Destructor { instance, resource };
                let handle = cx.opaque().handles.host_insert_own(rep, Some(dtor))?;
                Ok(ResourceAny::new(handle, ty, true))
            }
            InterfaceType::Borrow(table) => {
                let ty = cx.resource_type(table);
                let rep = cx.opaque().guest_table(instance, table).lend(handle)?;
                let handle = cx.opaque().handles.host_insert_borrow(rep)?;
                Ok(ResourceAny::new(handle, ty, false))
            }
            _ => bad_type_info(),
        }
    }
}

by_handle!([] ResourceAny, NativeLayout::words(5));
