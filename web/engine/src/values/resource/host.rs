//! `Resource<T>`: a resource that the host defines, represented by a number, whose type is a Rust
//! type.

use super::any::ResourceAny;
use super::by_handle::by_handle;
use super::claim::{Claim, HostKind};
use crate::store::AsContextMut;
use crate::types::InstanceType;
use crate::types::ResourceType;
use crate::values::context::{LiftContext, LowerContext};
use crate::values::typed::NativeLayout;
use std::any::type_name;
use std::fmt;
use std::marker::PhantomData;
use wasmtime_environ::component::InterfaceType;
use wasmtime_environ::error::Result;

/// A host-defined resource with the representation `rep`, as `wasmtime::component::Resource`.
///
/// Dropping one does not run its destructor: what `rep` stands for belongs to the host, usually to
/// a [`ResourceTable`](crate::component::ResourceTable).
pub struct Resource<T>(Claim<OfType<T>>);

/// The type `T` tells.
struct OfType<T>(PhantomData<fn() -> T>);

impl<T> Copy for OfType<T> {}

impl<T> Clone for OfType<T> {
    fn clone(&self) -> OfType<T> {
        *self
    }
}

impl<T> PartialEq for OfType<T> {
    fn eq(&self, _: &OfType<T>) -> bool {
        true
    }
}

impl<T: 'static> HostKind for OfType<T> {
    fn of(ty: ResourceType) -> Option<OfType<T>> {
        ty.is_host::<T>().then_some(OfType(PhantomData))
    }

    fn resource_type(self) -> ResourceType {
        ResourceType::host::<T>()
    }
}

impl<T: 'static> Resource<T> {
    /// An owned resource with the representation `rep`.
    pub fn new_own(rep: u32) -> Resource<T> {
        Resource(Claim::own(rep, OfType(PhantomData)))
    }

    /// A borrowed resource with the representation `rep`.
    pub fn new_borrow(rep: u32) -> Resource<T> {
        Resource(Claim::borrow(rep, OfType(PhantomData)))
    }

    /// The representation.
    pub fn rep(&self) -> u32 {
        self.0.rep
    }

    /// Whether this is an owned resource, given away or not.
    pub fn owned(&self) -> bool {
        self.0.owned()
    }

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

impl<T> fmt::Debug for OfType<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(type_name::<T>())
    }
}

impl<T> fmt::Debug for Resource<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Resource").field(&self.0).finish()
    }
}

by_handle!([T: 'static] Resource<T>, NativeLayout::numbers(3));
