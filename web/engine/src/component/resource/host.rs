//! `Resource<T>`: a resource that the host defines, represented by a number.

use super::any::ResourceAny;
use super::host_handles::HostHandle;
use super::ty::ResourceType;
use crate::component::context::{LiftContext, LowerContext};
use crate::component::matching::InstanceType;
use crate::component::typed::{ComponentType, Lift, Lower, bad_type_info};
use crate::component::types::desc;
use crate::store::AsContextMut;
use std::any::type_name;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use wasmtime_environ::component::{CanonicalAbiInfo, InterfaceType};
use wasmtime_environ::error::{Result, bail};

/// A host-defined resource with the representation `rep`, as `wasmtime::component::Resource`.
///
/// Dropping one does not run its destructor: what `rep` stands for belongs to the host, usually to a
/// [`ResourceTable`](crate::component::ResourceTable).
pub struct Resource<T> {
    rep: u32,
    state: Cell<State>,
    _type: PhantomData<fn() -> T>,
}

/// Where the host's claim to a resource stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Borrow,
    /// Owned, and never lent.
    Owned,
    /// Owned, and in the host's table since it was first lent.
    InTable(HostHandle),
    /// Given away.
    Taken,
}

// SAFETY: the page has one thread; `page::local` refuses to compile otherwise.
unsafe impl<T> Sync for Resource<T> {}

impl<T: 'static> Resource<T> {
    /// An owned resource with the representation `rep`.
    pub fn new_own(rep: u32) -> Resource<T> {
        Resource::with(rep, State::Owned)
    }

    /// A borrowed resource with the representation `rep`.
    pub fn new_borrow(rep: u32) -> Resource<T> {
        Resource::with(rep, State::Borrow)
    }

    fn with(rep: u32, state: State) -> Resource<T> {
        Resource {
            rep,
            state: Cell::new(state),
            _type: PhantomData,
        }
    }

    /// The representation.
    pub fn rep(&self) -> u32 {
        self.rep
    }

    /// Whether this is an owned resource, given away or not.
    pub fn owned(&self) -> bool {
        self.state.get() != State::Borrow
    }

    /// The resource behind a dynamically typed handle.
    ///
    /// # Errors
    ///
    /// `resource` is not of this type, or is gone.
    pub fn try_from_resource_any(
        resource: ResourceAny,
        mut store: impl AsContextMut,
    ) -> Result<Resource<T>> {
        if !resource.ty().is_host::<T>() {
            bail!("resource type mismatch");
        }
        let mut store = store.as_context_mut();
        let store = store.opaque();
        if resource.owned() {
            return Ok(Resource::new_own(store.host_take_own(resource.handle)?));
        }
        let rep = store.host_lend(resource.handle)?;
        store.host_remove(resource.handle)?;
        Ok(Resource::new_borrow(rep))
    }

    /// A dynamically typed handle to this resource.
    ///
    /// # Errors
    ///
    /// The resource has been given away already.
    pub fn try_into_resource_any(self, mut store: impl AsContextMut) -> Result<ResourceAny> {
        let mut store = store.as_context_mut();
        let store = store.opaque();
        let (handle, owned) = match self.state.get() {
            State::Borrow => (store.host_insert_borrow(self.rep)?, false),
            State::Owned => (store.host_insert_own(self.rep, None)?, true),
            State::InTable(handle) => (handle, true),
            State::Taken => bail!("host resource already consumed"),
        };
        Ok(ResourceAny::new(handle, ResourceType::host::<T>(), owned))
    }

    fn lower_handle<U>(&self, cx: &mut LowerContext<'_, U>, ty: InterfaceType) -> Result<u32> {
        match ty {
            InterfaceType::Own(table) => {
                self.check(cx.resource_type(table))?;
                let rep = match self.state.get() {
                    State::Borrow => bail!("cannot lower a `borrow` resource into an `own`"),
                    State::Taken => bail!("host resource already consumed"),
                    State::Owned => self.rep,
                    State::InTable(handle) => cx.opaque().host_take_own(handle)?,
                };
                self.state.set(State::Taken);
                let instance = cx.instance_id();
                cx.opaque().guest_insert_own(instance, table, rep)
            }
            InterfaceType::Borrow(table) => {
                self.check(cx.resource_type(table))?;
                let rep = match self.state.get() {
                    State::Borrow => self.rep,
                    State::Taken => bail!("host resource already consumed"),
                    State::Owned => {
                        let handle = cx.opaque().host_insert_own(self.rep, None)?;
                        self.state.set(State::InTable(handle));
                        cx.opaque().host_lend(handle)?
                    }
                    State::InTable(handle) => cx.opaque().host_lend(handle)?,
                };
                cx.lower_borrow(table, rep)
            }
            _ => bad_type_info(),
        }
    }

    fn check(&self, ty: ResourceType) -> Result<()> {
        if ty.is_host::<T>() {
            return Ok(());
        }
        bail!("resource type mismatch")
    }

    fn lift_handle(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        handle: u32,
    ) -> Result<Resource<T>> {
        let instance = cx.instance_id();
        Ok(match ty {
            InterfaceType::Own(table) => {
                Resource::new_own(cx.opaque().guest_take_own(instance, table, handle)?)
            }
            InterfaceType::Borrow(table) => {
                Resource::new_borrow(cx.opaque().guest_lend(instance, table, handle)?)
            }
            _ => bad_type_info(),
        })
    }
}

impl<T> fmt::Debug for Resource<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource")
            .field("rep", &self.rep)
            .field("type", &type_name::<T>())
            .field("state", &self.state.get())
            .finish()
    }
}

// SAFETY: lowered and lifted as the `u32` handle that the canonical ABI makes of a resource.
unsafe impl<T: 'static> ComponentType for Resource<T> {
    type Lower = <u32 as ComponentType>::Lower;
    const ABI: CanonicalAbiInfo = CanonicalAbiInfo::SCALAR4;
    const MAY_REQUIRE_REALLOC: bool = false;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        match ty {
            InterfaceType::Own(table) | InterfaceType::Borrow(table) => {
                if !types.resource_type(*table).is_host::<T>() {
                    bail!("resource type mismatch");
                }
                Ok(())
            }
            other => bail!("expected `own` or `borrow`, found `{}`", desc(other)),
        }
    }
}

// SAFETY: as above.
unsafe impl<T: 'static> Lower for Resource<T> {
    fn linear_lower_to_flat<U>(
        &self,
        cx: &mut LowerContext<'_, U>,
        ty: InterfaceType,
        dst: &mut MaybeUninit<Self::Lower>,
    ) -> Result<()> {
        self.lower_handle(cx, ty)?
            .linear_lower_to_flat(cx, InterfaceType::U32, dst)
    }

    fn linear_lower_to_memory<U>(
        &self,
        cx: &mut LowerContext<'_, U>,
        ty: InterfaceType,
        offset: usize,
    ) -> Result<()> {
        self.lower_handle(cx, ty)?
            .linear_lower_to_memory(cx, InterfaceType::U32, offset)
    }
}

// SAFETY: as above.
unsafe impl<T: 'static> Lift for Resource<T> {
    fn linear_lift_from_flat(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        src: &Self::Lower,
    ) -> Result<Self> {
        let handle = u32::linear_lift_from_flat(cx, InterfaceType::U32, src)?;
        Resource::lift_handle(cx, ty, handle)
    }

    fn linear_lift_from_memory(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        bytes: &[u8],
    ) -> Result<Self> {
        let handle = u32::linear_lift_from_memory(cx, InterfaceType::U32, bytes)?;
        Resource::lift_handle(cx, ty, handle)
    }
}
