//! The host's claim to a resource that it defines, whatever tells the resource's type.

#[cfg(target_arch = "wasm32")]
mod crossing;

use crate::handles::HostHandle;
use crate::types::{InstanceType, ResourceType, desc};
use std::cell::Cell;
use wasmtime_environ::component::InterfaceType;
use wasmtime_environ::error::{Result, bail};

/// What tells the type of a host resource: a Rust type, or a tag.
pub trait HostKind: Copy + PartialEq {
    /// The kind that `ty` is of, if it is a host resource of this sort.
    fn of(ty: ResourceType) -> Option<Self>;

    /// The resource type.
    fn resource_type(self) -> ResourceType;
}

/// A resource with the representation `rep`, and where the host's claim to it stands.
#[derive(Debug)]
pub struct Claim<K> {
    pub rep: u32,
    pub kind: K,
    state: Cell<ClaimState>,
}

/// Where the host's claim to a resource stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ClaimState {
    Borrow,
    /// Owned, and never lent.
    Owned,
    /// Owned, and in the host's table since it was first lent.
    InTable(HostHandle),
    /// Given away.
    Taken,
}

// SAFETY: the page has one thread; `page::local` refuses to compile otherwise.
#[cfg(target_arch = "wasm32")]
unsafe impl<K: Sync> Sync for Claim<K> {}

impl<K: HostKind> Claim<K> {
    /// An owned resource.
    pub fn own(rep: u32, kind: K) -> Claim<K> {
        Claim::with(rep, kind, ClaimState::Owned)
    }

    /// A borrowed resource.
    pub fn borrow(rep: u32, kind: K) -> Claim<K> {
        Claim::with(rep, kind, ClaimState::Borrow)
    }

    fn with(rep: u32, kind: K, state: ClaimState) -> Claim<K> {
        Claim {
            rep,
            kind,
            state: Cell::new(state),
        }
    }

    /// Whether this is an owned resource, given away or not.
    pub fn owned(&self) -> bool {
        self.state.get() != ClaimState::Borrow
    }

    /// Fails unless `ty` is a resource of this sort.
    pub fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        match ty {
            InterfaceType::Own(table) | InterfaceType::Borrow(table) => {
                match K::of(types.resource_type(*table)) {
                    Some(_) => Ok(()),
                    None => bail!("resource type mismatch"),
                }
            }
            other => bail!("expected `own` or `borrow`, found `{}`", desc(other)),
        }
    }

    fn check(&self, ty: ResourceType) -> Result<()> {
        if K::of(ty) == Some(self.kind) {
            return Ok(());
        }
        bail!("resource type mismatch")
    }
}
