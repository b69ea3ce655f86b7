//! Host functions, and where a guest's calls of them arrive.

use super::{InstanceData, StoreOpaque};
use crate::handles::InstanceId;
use crate::page::CallFrame;
use crate::types::InstanceType;
use amphi_translate::plan::{ComponentTypes, Options};
use std::fmt;
use std::sync::Arc;
use wasm_bindgen::JsValue;
use wasmtime_environ::component::{InterfaceType, TypeFuncIndex};
use wasmtime_environ::error::{Error, Result, format_err};

/// Where the calls of one import arrive: the wrapper knows its address, reads the first field and
/// calls that; where the guest was suspended, it then calls the second.
#[repr(C)]
pub(crate) struct Landing {
    pub call: Land,
    pub finish: Land,
    /// The closure of the function that is bound; null before.
    pub closure: *const (),
    /// Keeps it alive.
    pub func: Option<Arc<HostFunc>>,
    /// The store of the instance: see `StoreInner`.
    pub store: *mut StoreOpaque,
    pub instance: InstanceId,
    /// Which of the instance's lowered imports it is for.
    pub lowering: u32,
    pub ty: TypeFuncIndex,
    pub types: Arc<ComponentTypes>,
    pub params: InterfaceType,
    pub results: InterfaceType,
    pub options: Options,
}

/// Bytes from one landing to the next.
pub(crate) const LANDING_SIZE: u32 = size_of::<Landing>() as u32;

/// The Rust function that an import's wrapper calls: 0 and the result in the frame, or 1 with the
/// error kept in the store, or 2 if the guest is to be suspended, or 4 if it is to throw.
type Land = extern "C" fn(&Landing, &mut CallFrame) -> u32;

impl Landing {
    /// A landing for calls of an import with these types and options; until it is bound, they fail.
    pub fn new(
        store: *mut StoreOpaque,
        instance: InstanceId,
        lowering: usize,
        types: &Arc<ComponentTypes>,
        ty: TypeFuncIndex,
        options: Options,
    ) -> Landing {
        Landing {
            call: unbound,
            finish: unbound,
            closure: std::ptr::null(),
            func: None,
            store,
            instance,
            lowering: lowering as u32,
            ty,
            types: Arc::clone(types),
            params: InterfaceType::Tuple(types[ty].params),
            results: InterfaceType::Tuple(types[ty].results),
            options,
        }
    }

    /// Binds a host function.
    pub fn bind(&mut self, func: &Arc<HostFunc>) {
        self.call = func.land;
        self.finish = func.finish.unwrap_or(unbound);
        self.closure = (&raw const *func.closure).cast();
        self.func = Some(Arc::clone(func));
    }

    /// What makes the core function that stands in the wrapper's place, if the function that is
    /// bound has one; and that function.
    pub fn stand_in(&self) -> Option<(StandIn, &HostFunc)> {
        let func = self.func.as_ref()?;
        Some((func.stand_in?, func))
    }

    /// What the guest's wrapper is told where the call fails with `error`.
    #[cold]
    pub fn fail(&self, error: Error) -> u32 {
        // SAFETY: the store outlives its instances, and whoever borrows it sleeps while the guest
        // runs: see `StoreInner`.
        unsafe { (*self.store).fail(error) }
    }
}

pub(crate) extern "C" fn unbound(landing: &Landing, _: &mut CallFrame) -> u32 {
    landing.fail(format_err!("an import is called before it is bound"))
}

/// A host function whose types are erased.
pub(crate) struct HostFunc {
    /// What checks the types of its parameters and results; without it any do.
    pub typecheck: Option<[Typecheck; 2]>,
    pub land: Land,
    /// Where a guest that was suspended comes back to, if the function is asynchronous.
    pub finish: Option<Land>,
    /// The function itself; `land` knows its type.
    pub closure: Box<dyn Closure>,
    /// What makes the core function that guests call in its place, where they do.
    pub stand_in: Option<StandIn>,
}

/// Makes the core function that the guest of an instance calls for a host function, in the place of
/// the wrapper that is this trampoline of its plan.
pub(crate) type StandIn = fn(&HostFunc, &InstanceData, usize) -> Result<JsValue>;

/// The type of a function that checks a component type against the Rust type that it knows.
pub(crate) type Typecheck = fn(&InterfaceType, &InstanceType<'_>) -> Result<()>;

/// Any function of the host.
pub(crate) trait Closure: Send + Sync {}

impl<F: Send + Sync> Closure for F {}

impl fmt::Debug for HostFunc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostFunc").finish_non_exhaustive()
    }
}

impl HostFunc {
    /// Whether a guest that calls it may have to be suspended.
    pub fn is_async(&self) -> bool {
        self.finish.is_some()
    }
}
