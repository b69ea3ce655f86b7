//! `Resource<T>`: a resource that the host defines, represented by a number, whose type is a Rust
//! type.

#[cfg(target_arch = "wasm32")]
mod crossing;

use super::claim::{Claim, HostKind};
use crate::types::ResourceType;
use std::any::type_name;
use std::fmt;
use std::marker::PhantomData;

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
