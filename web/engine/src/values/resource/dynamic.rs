//! `ResourceDynamic`: a resource that the host defines, whose type is a number of the host's
//! choice.

use super::any::ResourceAny;
use super::by_handle::by_handle;
use super::claim::{Claim, HostKind};
use crate::store::AsContextMut;
use crate::types::InstanceType;
use crate::types::ResourceType;
use crate::values::context::{LiftContext, LowerContext};
use crate::values::typed::NativeLayout;
use wasmtime_environ::component::InterfaceType;
use wasmtime_environ::error::Result;

/// A host-defined resource of the type [`ResourceType::host_dynamic`], as
/// `wasmtime::component::ResourceDynamic`.
#[derive(Debug)]
pub struct ResourceDynamic(Claim<Tag>);

/// The number that tells the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tag(u32);

impl HostKind for Tag {
    fn of(ty: ResourceType) -> Option<Tag> {
        ty.as_host_dynamic().map(Tag)
    }

    fn resource_type(self) -> ResourceType {
        ResourceType::host_dynamic(self.0)
    }
}

impl ResourceDynamic {
    /// An owned resource with the representation `rep`, of the type `ty`.
    pub fn new_own(rep: u32, ty: u32) -> ResourceDynamic {
        ResourceDynamic(Claim::own(rep, Tag(ty)))
    }

    /// A borrowed resource with the representation `rep`, of the type `ty`.
    pub fn new_borrow(rep: u32, ty: u32) -> ResourceDynamic {
        ResourceDynamic(Claim::borrow(rep, Tag(ty)))
    }

    /// The representation.
    pub fn rep(&self) -> u32 {
        self.0.rep
    }

    /// The number that tells the type.
    pub fn ty(&self) -> u32 {
        self.0.kind.0
    }

    /// Whether this is an owned resource, given away or not.
    pub fn owned(&self) -> bool {
        self.0.owned()
    }

    /// The resource behind a dynamically typed handle.
    ///
    /// # Errors
    ///
    /// `resource` is not one of a tag, or is gone.
    pub fn try_from_resource_any(
        resource: ResourceAny,
        store: impl AsContextMut,
    ) -> Result<ResourceDynamic> {
        Claim::from_any(resource, store).map(ResourceDynamic)
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
        Claim::<Tag>::typecheck(ty, types)
    }

    fn lower_handle<U>(&self, cx: &mut LowerContext<'_, U>, ty: InterfaceType) -> Result<u32> {
        self.0.lower(cx, ty)
    }

    fn lift_handle(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        handle: u32,
    ) -> Result<ResourceDynamic> {
        Claim::lift(cx, ty, handle).map(ResourceDynamic)
    }
}

by_handle!([] ResourceDynamic, NativeLayout::numbers(4));
