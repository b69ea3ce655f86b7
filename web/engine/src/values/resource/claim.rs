//! The host's claim to a resource that it defines, whatever tells the resource's type.

use super::any::ResourceAny;
use crate::handles::HostHandle;
use crate::store::AsContextMut;
use crate::types::InstanceType;
use crate::types::ResourceType;
use crate::types::desc;
use crate::values::context::{LiftContext, LowerContext};
use crate::values::typed::bad_type_info;
use std::cell::Cell;
use wasmtime_environ::component::{InterfaceType, TypeResourceTableIndex};
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

    /// The claim behind a dynamically typed handle.
    pub fn from_any(resource: ResourceAny, mut store: impl AsContextMut) -> Result<Claim<K>> {
        let Some(kind) = K::of(resource.ty()) else {
            bail!("resource type mismatch");
        };
        let mut store = store.as_context_mut();
        let store = store.opaque();
        if resource.owned() {
            return Ok(Claim::own(
                store.handles.host_take_own(resource.handle)?,
                kind,
            ));
        }
        let rep = store.handles.host_lend(resource.handle)?;
        store.handles.host_remove(resource.handle)?;
        Ok(Claim::borrow(rep, kind))
    }

    /// A dynamically typed handle to this resource.
    pub fn into_any(self, mut store: impl AsContextMut) -> Result<ResourceAny> {
        let mut store = store.as_context_mut();
        let store = store.opaque();
        let (handle, owned) = match self.state.get() {
            ClaimState::Borrow => (store.handles.host_insert_borrow(self.rep)?, false),
            ClaimState::Owned => (store.handles.host_insert_own(self.rep, None)?, true),
            ClaimState::InTable(handle) => (handle, true),
            ClaimState::Taken => bail!("host resource already consumed"),
        };
        Ok(ResourceAny::new(handle, self.kind.resource_type(), owned))
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

    /// Gives or lends the resource to a guest: the guest's handle.
    pub fn lower<U>(&self, cx: &mut LowerContext<'_, U>, ty: InterfaceType) -> Result<u32> {
        match ty {
            InterfaceType::Own(table) => {
                self.check(cx.resource_type(table))?;
                let rep = match self.state.get() {
                    ClaimState::Borrow => bail!("cannot lower a `borrow` resource into an `own`"),
                    ClaimState::Taken => bail!("host resource already consumed"),
                    ClaimState::Owned => self.rep,
                    ClaimState::InTable(handle) => cx.opaque().handles.host_take_own(handle)?,
                };
                self.state.set(ClaimState::Taken);
                let instance = cx.instance_id();
                cx.opaque().guest_table(instance, table).insert_own(rep)
            }
            InterfaceType::Borrow(table) => self.lend(cx, table),
            _ => bad_type_info(),
        }
    }

    fn lend<U>(&self, cx: &mut LowerContext<'_, U>, table: TypeResourceTableIndex) -> Result<u32> {
        self.check(cx.resource_type(table))?;
        let rep = match self.state.get() {
            ClaimState::Borrow => self.rep,
            ClaimState::Taken => bail!("host resource already consumed"),
            ClaimState::Owned => {
                let handle = cx.opaque().handles.host_insert_own(self.rep, None)?;
                self.state.set(ClaimState::InTable(handle));
                cx.opaque().handles.host_lend(handle)?
            }
            ClaimState::InTable(handle) => cx.opaque().handles.host_lend(handle)?,
        };
        cx.lower_borrow(table, rep)
    }

    fn check(&self, ty: ResourceType) -> Result<()> {
        if K::of(ty) == Some(self.kind) {
            return Ok(());
        }
        bail!("resource type mismatch")
    }

    /// Takes or borrows the resource that a guest's handle stands for.
    pub fn lift(cx: &mut LiftContext<'_>, ty: InterfaceType, handle: u32) -> Result<Claim<K>> {
        let instance = cx.instance_id();
        let (table, rep, state) = match ty {
            InterfaceType::Own(table) => {
                let rep = cx.opaque().guest_table(instance, table).take_own(handle)?;
                (table, rep, ClaimState::Owned)
            }
            InterfaceType::Borrow(table) => {
                let rep = cx.opaque().guest_table(instance, table).lend(handle)?;
                (table, rep, ClaimState::Borrow)
            }
            _ => bad_type_info(),
        };
        match K::of(cx.resource_type(table)) {
            Some(kind) => Ok(Claim::with(rep, kind, state)),
            None => bail!("resource type mismatch"),
        }
    }
}
