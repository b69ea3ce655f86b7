//! How a `Resource` crosses.

use super::{OfType, Resource};
use crate::store::AsContextMut;
use crate::types::InstanceType;
use crate::values::context::{LiftContext, LowerContext};
use crate::values::resource::ResourceAny;
use crate::values::resource::by_handle::by_handle;
use crate::values::resource::claim::Claim;
use crate::values::typed::NativeLayout;
use wasmtime_environ::component::InterfaceType;
use wasmtime_environ::error::Result;

impl<T: 'static> Resource<T> {
    /// The resource behind a dynamically typed handle.
    ///
    /// # Errors
    ///
    /// `resource` is not of this type, or is gone.
    pub fn try_from_resource_any(
        resource: ResourceAny,
        store: impl AsContextMut,
    ) -> Result<Resource<T>> {
        Claim::from_any(resource, store).map(Resource)
    }

    /// A dynamically typed handle to this resource.
    ///
    /// # Errors
    ///
    /// The resource has been given away already.
    pub fn try_into_resource_any(self, store: impl AsContextMut) -> Result<ResourceAny> {
        self.0.into_any(store)
    }

    fn typecheck_handle(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        Claim::<OfType<T>>::typecheck(ty, types)
    }

    fn lower_handle<U>(&self, cx: &mut LowerContext<'_, U>, ty: InterfaceType) -> Result<u32> {
        self.0.lower(cx, ty)
    }

    fn lift_handle(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        handle: u32,
    ) -> Result<Resource<T>> {
        Claim::lift(cx, ty, handle).map(Resource)
    }
}

by_handle!([T: 'static] Resource<T>, NativeLayout::numbers(3));
