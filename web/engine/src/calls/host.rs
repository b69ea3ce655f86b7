//! Host functions: from a guest's call to a Rust closure and back.

mod async_func;

pub use async_func::{finish, now_or_never};

use crate::page::{CallFrame, FRAME_SLOTS, Frame};
use crate::raw::ValRaw;
use crate::store::{HostFunc, Landing, StoreContextMut, StoreInner};
use crate::types::ComponentFunc;
use crate::values::context::{AlignedBytes, LiftContext, LowerContext};
use crate::values::typed::{
    ComponentNamedList, Lift, Lower, slice_to_storage, slice_to_storage_mut,
};
use crate::values::val::{Sink, Source, Val, lift_tuple, lower_tuple};
use std::sync::Arc;
use wasmtime_environ::component::{
    CanonicalAbiInfo, InterfaceType, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS, TypeFuncIndex, TypeTuple,
};
use wasmtime_environ::error::{Result, bail};

impl Landing {
    /// Runs `entry` on a call of this import, in a scope of its own.
    #[inline]
    fn run(
        &self,
        frame: &mut CallFrame,
        entry: impl FnOnce(&mut HostCall<'_>) -> Result<()>,
    ) -> u32 {
        let depth = self.enter();
        let result = entry(&mut self.host_call(&mut frame.slots));
        self.unwind(depth);
        match result {
            Ok(()) => 0,
            Err(error) => self.fail(error),
        }
    }

    #[inline]
    pub fn host_call<'a>(&'a self, frame: &'a mut Frame) -> HostCall<'a> {
        HostCall {
            landing: self,
            frame,
        }
    }

    /// A scope begins; returns the depth to unwind to at its end.
    #[inline]
    fn enter(&self) -> usize {
        // SAFETY: the store outlives its instances, and whoever borrows it sleeps while the guest
        // runs.
        unsafe { (*self.store).handles.scopes.enter() }
    }

    #[inline]
    fn unwind(&self, depth: usize) {
        // SAFETY: as in `enter`.
        unsafe { (*self.store).leave_host(depth) }
    }
}

/// One call from a guest, before its types are known.
pub(crate) struct HostCall<'a> {
    landing: &'a Landing,
    frame: &'a mut Frame,
}

impl HostFunc {
    /// A function with static types, for stores with data `T`.
    pub fn wrap<T, F, P, R>(func: F) -> Arc<HostFunc>
    where
        T: 'static,
        F: Fn(StoreContextMut<'_, T>, P) -> Result<R> + Send + Sync + 'static,
        P: ComponentNamedList + Lift + 'static,
        R: ComponentNamedList + Lower + 'static,
    {
        Arc::new(HostFunc {
            typecheck: Some([P::typecheck, R::typecheck]),
            land: match const { StoreInner::<T>::IS_NEVER } {
                true => land_never,
                false => land_typed::<T, F, P, R>,
            },
            finish: None,
            closure: Box::new(func),
            stand_in: None,
        })
    }

    /// A function over dynamic values, for stores with data `T`.
    pub fn dynamic<T, F>(func: F) -> Arc<HostFunc>
    where
        T: 'static,
        F: Fn(StoreContextMut<'_, T>, ComponentFunc, &[Val], &mut [Val]) -> Result<()>
            + Send
            + Sync
            + 'static,
    {
        Arc::new(HostFunc {
            typecheck: None,
            land: land_dynamic::<T, F>,
            finish: None,
            closure: Box::new(func),
            stand_in: None,
        })
    }
}

extern "C" fn land_typed<T, F, P, R>(landing: &Landing, frame: &mut CallFrame) -> u32
where
    T: 'static,
    F: Fn(StoreContextMut<'_, T>, P) -> Result<R> + Send + Sync + 'static,
    P: ComponentNamedList + Lift + 'static,
    R: ComponentNamedList + Lower + 'static,
{
    // SAFETY: a landing that is bound calls what its closure brought with it, which knows the type.
    let func = unsafe { &*landing.closure.cast::<F>() };
    landing.run(frame, |call| {
        let params = call.lift_params::<P>()?;
        // SAFETY: a linker's functions are called for stores with its data type alone.
        let result = func(unsafe { call.store() }, params)?;
        // SAFETY: as above.
        unsafe { call.lower_result::<T, R>(&result) }
    })
}

/// Where calls of a function for a [`Nobody`](crate::component::Nobody) arrive: it takes a resource
/// first, of which no guest has any.
extern "C" fn land_never(landing: &Landing, frame: &mut CallFrame) -> u32 {
    landing.run(frame, |call| {
        call.lift(true, |cx, ty, from| {
            if let (InterfaceType::Tuple(index), Given::Flat(frame)) = (ty, from)
                && let Some(InterfaceType::Borrow(table)) = cx.types[index].types.first()
            {
                // SAFETY: the wrapper has stored the flat parameters, of which this is the first.
                let handle = unsafe { frame[0].assume_init() }.get_u32();
                let instance = cx.instance_id();
                cx.opaque().guest_table(instance, *table).lend(handle)?;
            }
            Ok(())
        })?;
        bail!("a function that nothing can be given to is called")
    })
}

extern "C" fn land_dynamic<T, F>(landing: &Landing, frame: &mut CallFrame) -> u32
where
    T: 'static,
    F: Fn(StoreContextMut<'_, T>, ComponentFunc, &[Val], &mut [Val]) -> Result<()>
        + Send
        + Sync
        + 'static,
{
    // SAFETY: as in `land_typed`.
    let func = unsafe { &*landing.closure.cast::<F>() };
    landing.run(frame, |call| {
        let (ty, params) = call.lift_values()?;
        let mut results = vec![Val::Bool(false); ty.results().len()];
        // SAFETY: a linker's functions are called for stores with its data type alone.
        func(unsafe { call.store::<T>() }, ty, &params, &mut results)?;
        // SAFETY: as above.
        unsafe { call.lower_values::<T>(&results) }
    })
}

/// Where a call's parameters are.
enum Given<'a> {
    Flat(&'a Frame),
    Memory(usize),
}

/// Where a call's result goes.
enum Wanted<'a> {
    Flat(&'a mut Frame),
    Memory(usize),
}

impl HostCall<'_> {
    /// The store, with data `T`.
    ///
    /// # Safety
    ///
    /// The store's data is a `T`.
    #[inline]
    unsafe fn store<'a, T: 'static>(&self) -> StoreContextMut<'a, T> {
        // SAFETY: a `StoreOpaque` is the head of a `StoreInner`, and the caller's borrow of that
        // sleeps while its guest runs: see there.
        StoreContextMut(unsafe { &mut *self.landing.store.cast::<StoreInner<T>>() })
    }

    /// The call ends, but for its result: borrows must be gone, lent handles are free again.
    pub fn finish_scope(&mut self) -> Result<()> {
        // SAFETY: as in `store`.
        unsafe { (*self.landing.store).handles.finish_scope() }
    }

    /// The type of the parameters, or of the results.
    fn tuple(&self, ty: InterfaceType) -> Result<&TypeTuple> {
        match ty {
            InterfaceType::Tuple(index) => Ok(&self.landing.types[index]),
            _ => bail!("parameters or results are not a tuple"),
        }
    }

    /// The parameters, with static types.
    #[inline]
    fn lift_params<P: ComponentNamedList + Lift>(&mut self) -> Result<P> {
        self.lift(P::flatten_count() <= MAX_FLAT_PARAMS, lift_typed::<P>)
    }

    /// Lowers a result with a static type.
    ///
    /// # Safety
    ///
    /// The store's data is a `T`.
    #[inline]
    unsafe fn lower_result<T, R>(&mut self, result: &R) -> Result<()>
    where
        T: 'static,
        R: ComponentNamedList + Lower,
    {
        let flat = R::flatten_count() <= MAX_FLAT_RESULTS;
        // SAFETY: the caller's promise.
        unsafe { self.lower::<T>(flat, |cx, ty, to| lower_typed(cx, ty, to, result)) }
    }

    /// The parameters as dynamic values, and the function's type.
    fn lift_values(&mut self) -> Result<(ComponentFunc, Vec<Val>)> {
        let index = self.landing.ty;
        let flat = self.is_flat(self.landing.params, MAX_FLAT_PARAMS)?;
        self.lift(flat, |cx, _, from| {
            let ty = ComponentFunc::from(index, &cx.instance_type());
            Ok((ty, lift_dynamic(cx, index, from)?))
        })
    }

    /// Lowers results that are dynamic values.
    ///
    /// # Safety
    ///
    /// The store's data is a `T`.
    unsafe fn lower_values<T: 'static>(&mut self, results: &[Val]) -> Result<()> {
        let index = self.landing.ty;
        let flat = self.is_flat(self.landing.results, MAX_FLAT_RESULTS)?;
        // SAFETY: the caller's promise.
        unsafe { self.lower::<T>(flat, |cx, _, to| lower_dynamic(cx, index, to, results)) }
    }

    /// Whether parameters or results are flat, by the function's type.
    fn is_flat(&self, ty: InterfaceType, most: usize) -> Result<bool> {
        Ok(self.tuple(ty)?.abi.flat_count(most).is_some())
    }

    #[inline]
    fn lift<R>(
        &mut self,
        flat: bool,
        lift: impl FnOnce(&mut LiftContext<'_>, InterfaceType, Given<'_>) -> Result<R>,
    ) -> Result<R> {
        let landing = self.landing;
        let source = if flat {
            Given::Flat(self.frame)
        } else {
            // SAFETY: parameters that do not fit come behind one pointer in the first slot.
            let pointer = unsafe { self.frame[0].assume_init() }.get_u32();
            check_pointer(&self.tuple(landing.params)?.abi, pointer)?;
            Given::Memory(pointer as usize)
        };
        // SAFETY: as in `store`.
        let store = unsafe { &mut *landing.store };
        let mut cx = LiftContext::new(store, &landing.types, &landing.options, landing.instance);
        lift(&mut cx, landing.params, source)
    }

    /// # Safety
    ///
    /// The store's data is a `T`.
    #[inline]
    unsafe fn lower<T: 'static>(
        &mut self,
        flat: bool,
        lower: impl FnOnce(&mut LowerContext<'_, T>, InterfaceType, Wanted<'_>) -> Result<()>,
    ) -> Result<()> {
        let landing = self.landing;
        // SAFETY: the caller's promise.
        let store = unsafe { self.store::<T>() };
        let mut cx = LowerContext::new(store, &landing.types, &landing.options, landing.instance);
        cx.opaque().handles.finish_scope()?;
        if flat {
            return lower(&mut cx, landing.results, Wanted::Flat(self.frame));
        }
        let pointer = self.result_pointer(&self.tuple(landing.params)?.abi);
        let abi = &self.tuple(landing.results)?.abi;
        check_pointer(abi, pointer)?;
        let size = abi.size32 as usize;
        cx.check_bounds(pointer as usize, size)?;
        cx.expect(size);
        lower(&mut cx, landing.results, Wanted::Memory(pointer as usize))?;
        cx.flush()
    }

    /// Where a result that is not flat goes: the slot after the parameters.
    fn result_pointer(&self, params: &CanonicalAbiInfo) -> u32 {
        let slot = params.flat_count(MAX_FLAT_PARAMS).unwrap_or(1);
        // SAFETY: the wrapper has filled the slot, since the lowered type has a return pointer.
        unsafe { self.frame[slot].assume_init() }.get_u32()
    }
}

fn check_pointer(abi: &CanonicalAbiInfo, pointer: u32) -> Result<()> {
    if !pointer.is_multiple_of(abi.align32) {
        bail!("pointer not aligned");
    }
    Ok(())
}

#[inline]
fn lift_typed<P: Lift>(cx: &mut LiftContext<'_>, ty: InterfaceType, from: Given<'_>) -> Result<P> {
    match from {
        // SAFETY: the wrapper has stored the flat parameters, which is what `P::Lower` is made of.
        Given::Flat(frame) => P::linear_lift_from_flat(cx, ty, unsafe { slice_to_storage(frame) }),
        Given::Memory(pointer) => {
            let mut space = AlignedBytes::new();
            let bytes = cx.read_in(&mut space, pointer, P::SIZE32)?;
            P::linear_lift_from_memory(cx, ty, bytes)
        }
    }
}

#[inline]
fn lower_typed<T: 'static, R: Lower>(
    cx: &mut LowerContext<'_, T>,
    ty: InterfaceType,
    to: Wanted<'_>,
    result: &R,
) -> Result<()> {
    match to {
        Wanted::Flat(frame) => {
            // SAFETY: a flat result is one slot at the most, and the frame has more.
            result.linear_lower_to_flat(cx, ty, unsafe { slice_to_storage_mut(frame) })?;
            cx.flush()
        }
        Wanted::Memory(pointer) => result.linear_lower_to_memory(cx, ty, pointer),
    }
}

fn lift_dynamic(cx: &mut LiftContext<'_>, ty: TypeFuncIndex, from: Given<'_>) -> Result<Vec<Val>> {
    let types = Arc::clone(cx.types);
    let params = &types[types[ty].params];
    match from {
        Given::Flat(frame) => {
            // SAFETY: the wrapper has stored the flat parameters, and no more of the frame is read.
            let frame: &[ValRaw; FRAME_SLOTS] = unsafe { slice_to_storage(frame) };
            lift_tuple(cx, params, Source::Flat(&mut frame.iter()))
        }
        Given::Memory(pointer) => {
            let bytes = cx.read(pointer, params.abi.size32 as usize)?;
            lift_tuple(cx, params, Source::Memory(&bytes, 0))
        }
    }
}

fn lower_dynamic<T: 'static>(
    cx: &mut LowerContext<'_, T>,
    ty: TypeFuncIndex,
    to: Wanted<'_>,
    results: &[Val],
) -> Result<()> {
    let types = cx.types;
    let tuple = &types[types[ty].results];
    match to {
        Wanted::Flat(frame) => {
            lower_tuple(cx, tuple, results, Sink::Flat(&mut frame.iter_mut()))?;
            cx.flush()
        }
        Wanted::Memory(pointer) => lower_tuple(cx, tuple, results, Sink::Memory(pointer)),
    }
}
