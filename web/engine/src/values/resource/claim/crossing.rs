//! How a claim is given, lent and taken.

use super::{Claim, ClaimState, HostKind};
use crate::store::AsContextMut;
use crate::values::context::{LiftContext, LowerContext};
use crate::values::resource::ResourceAny;
use crate::values::typed::bad_type_info;
use wasmtime_environ::component::{InterfaceType, TypeResourceTableIndex};
use wasmtime_environ::error::{Result, bail};

impl<K: HostKind> Claim<K> {
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
