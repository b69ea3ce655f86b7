//! Host functions: from a guest's call to a Rust closure and back.

use super::context::{AlignedBytes, LiftContext, LowerContext};
use super::instance::InstanceId;
use super::matching::{InstanceType, typecheck_func};
use super::typed::{ComponentNamedList, Lift, Lower, slice_to_storage, slice_to_storage_mut};
use super::types::ComponentFunc;
use super::val::Val;
use crate::page::FRAME_SLOTS;
use crate::plan::Options;
use crate::raw::ValRaw;
use crate::store::{StoreContextMut, StoreInner, StoreOpaque};
use std::fmt;
use std::mem::MaybeUninit;
use std::sync::Arc;
use wasmtime_environ::component::{
    CanonicalAbiInfo, InterfaceType, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS, TypeFuncIndex, TypeTuple,
};
use wasmtime_environ::error::{Result, bail};

/// The arguments and results of one call from a guest.
pub(crate) type Frame = [MaybeUninit<ValRaw>; FRAME_SLOTS];

/// One call from a guest, before its types are known.
pub(crate) struct HostCall<'a> {
    pub store: *mut StoreOpaque,
    pub instance: InstanceId,
    pub ty: TypeFuncIndex,
    pub options: &'a Options,
    pub frame: &'a mut Frame,
}

type Entry = dyn Fn(&mut HostCall<'_>) -> Result<()> + Send + Sync;

/// A host function whose types are erased.
pub(crate) struct HostFunc {
    pub typecheck: fn(TypeFuncIndex, &InstanceType<'_>) -> Result<()>,
    pub entry: Box<Entry>,
}

impl fmt::Debug for HostFunc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostFunc").finish_non_exhaustive()
    }
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
            typecheck: typecheck_func::<P, R>,
            entry: Box::new(move |call| {
                let params = call.lift(lift_typed::<P>)?;
                // SAFETY: a linker's functions are called for stores with its data type alone.
                let result = func(unsafe { call.store() }, params)?;
                // SAFETY: as above.
                unsafe { call.lower::<T>(|cx, ty, to| lower_typed(cx, ty, to, &result)) }
            }),
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
            typecheck: |ty, types| match types.types[ty].async_ {
                true => bail!("functions that are `async` in WIT: not supported yet"),
                false => Ok(()),
            },
            entry: Box::new(move |call| {
                let index = call.ty;
                let (ty, params) = call.lift(|cx, _, from| {
                    let ty = ComponentFunc::from(index, &cx.instance_type());
                    Ok((ty, lift_dynamic(cx, index, from)?))
                })?;
                let mut results = vec![Val::Bool(false); ty.results().len()];
                // SAFETY: a linker's functions are called for stores with its data type alone.
                func(unsafe { call.store::<T>() }, ty, &params, &mut results)?;
                // SAFETY: as above.
                unsafe { call.lower::<T>(|cx, _, to| lower_dynamic(cx, index, to, &results)) }
            }),
        })
    }
}

/// Where a call's parameters are.
enum Source<'a> {
    Flat(&'a Frame),
    Memory(usize),
}

/// Where a call's result goes.
enum Destination<'a> {
    Flat(&'a mut Frame),
    Memory(usize),
}

impl HostCall<'_> {
    /// The store, with data `T`.
    ///
    /// # Safety
    ///
    /// The store's data is a `T`.
    unsafe fn store<'a, T: 'static>(&self) -> StoreContextMut<'a, T> {
        // SAFETY: a `StoreOpaque` is the head of a `StoreInner`; the caller's borrow of it sleeps while its guest runs.
        StoreContextMut(unsafe { &mut *self.store.cast::<StoreInner<T>>() })
    }

    fn lift<R>(
        &mut self,
        lift: impl FnOnce(&mut LiftContext<'_>, InterfaceType, Source<'_>) -> Result<R>,
    ) -> Result<R> {
        // SAFETY: as in `store`.
        let mut cx = LiftContext::new(unsafe { &mut *self.store }, self.options, self.instance);
        let params = cx.types[self.ty].params;
        let abi = &cx.types[params].abi;
        let source = match abi.flat_count(MAX_FLAT_PARAMS) {
            Some(_) => Source::Flat(self.frame),
            None => {
                // SAFETY: parameters that do not fit come behind one pointer in the first slot.
                let pointer = unsafe { self.frame[0].assume_init() }.get_u32();
                check_pointer(abi, pointer)?;
                Source::Memory(pointer as usize)
            }
        };
        lift(&mut cx, InterfaceType::Tuple(params), source)
    }

    /// # Safety
    ///
    /// The store's data is a `T`.
    unsafe fn lower<T: 'static>(
        &mut self,
        lower: impl FnOnce(&mut LowerContext<'_, T>, InterfaceType, Destination<'_>) -> Result<()>,
    ) -> Result<()> {
        // SAFETY: the caller's promise.
        let store = unsafe { self.store::<T>() };
        let mut cx = LowerContext::new(store, self.options, self.instance);
        let func = &cx.types[self.ty];
        let (params, results) = (&cx.types[func.params], &cx.types[func.results]);
        let ty = InterfaceType::Tuple(func.results);
        cx.opaque().finish_scope()?;
        if results.abi.flat_count(MAX_FLAT_RESULTS).is_some() {
            return lower(&mut cx, ty, Destination::Flat(self.frame));
        }
        // The return pointer comes after the parameters.
        let slot = params.abi.flat_count(MAX_FLAT_PARAMS).unwrap_or(1);
        // SAFETY: the wrapper has filled the slot, since the lowered type has a return pointer.
        let pointer = unsafe { self.frame[slot].assume_init() }.get_u32();
        check_pointer(&results.abi, pointer)?;
        let size = results.abi.size32 as usize;
        cx.check_bounds(pointer as usize, size)?;
        cx.stage(pointer as usize, size);
        lower(&mut cx, ty, Destination::Memory(pointer as usize))?;
        cx.flush()
    }
}

fn check_pointer(abi: &CanonicalAbiInfo, pointer: u32) -> Result<()> {
    if !pointer.is_multiple_of(abi.align32) {
        bail!("pointer not aligned");
    }
    Ok(())
}

fn lift_typed<P: Lift>(cx: &mut LiftContext<'_>, ty: InterfaceType, from: Source<'_>) -> Result<P> {
    match from {
        // SAFETY: the wrapper has stored the flat parameters, which is what `P::Lower` is made of.
        Source::Flat(frame) => P::linear_lift_from_flat(cx, ty, unsafe { slice_to_storage(frame) }),
        Source::Memory(pointer) => {
            let mut space = AlignedBytes::new();
            let bytes = cx.read_in(&mut space, pointer, P::SIZE32)?;
            P::linear_lift_from_memory(cx, ty, bytes)
        }
    }
}

fn lower_typed<T: 'static, R: Lower>(
    cx: &mut LowerContext<'_, T>,
    ty: InterfaceType,
    to: Destination<'_>,
    result: &R,
) -> Result<()> {
    match to {
        Destination::Flat(frame) => {
            // SAFETY: a flat result is one slot at the most, and the frame has more.
            result.linear_lower_to_flat(cx, ty, unsafe { slice_to_storage_mut(frame) })?;
            cx.flush()
        }
        Destination::Memory(pointer) => result.linear_lower_to_memory(cx, ty, pointer),
    }
}

fn lift_dynamic(cx: &mut LiftContext<'_>, ty: TypeFuncIndex, from: Source<'_>) -> Result<Vec<Val>> {
    let types = Arc::clone(cx.types);
    let params = &types[types[ty].params];
    match from {
        Source::Flat(frame) => {
            // SAFETY: the wrapper has stored the flat parameters, and no more of the frame is read.
            let frame: &[ValRaw; FRAME_SLOTS] = unsafe { slice_to_storage(frame) };
            let mut slots = frame.iter();
            params
                .types
                .iter()
                .map(|ty| Val::lift(cx, *ty, &mut slots))
                .collect()
        }
        Source::Memory(pointer) => {
            let bytes = cx.read(pointer, params.abi.size32 as usize)?;
            load_tuple(cx, params, &bytes)
        }
    }
}

/// Values that stand one after another in memory, as the fields of a record do.
pub(super) fn load_tuple(
    cx: &mut LiftContext<'_>,
    tuple: &TypeTuple,
    bytes: &[u8],
) -> Result<Vec<Val>> {
    let types = Arc::clone(cx.types);
    let mut offset = 0;
    tuple
        .types
        .iter()
        .map(|ty| {
            let abi = types.canonical_abi(ty);
            let start = abi.next_field32_size(&mut offset);
            Val::load(cx, *ty, &bytes[start..][..abi.size32 as usize])
        })
        .collect()
}

/// Stores values one after another from `offset`, as the fields of a record are.
pub(super) fn store_tuple<T: 'static>(
    cx: &mut LowerContext<'_, T>,
    tuple: &TypeTuple,
    values: &[Val],
    mut offset: usize,
) -> Result<()> {
    let types = cx.types;
    for (ty, value) in tuple.types.iter().zip(values) {
        let start = types.canonical_abi(ty).next_field32_size(&mut offset);
        value.store(cx, *ty, start)?;
    }
    Ok(())
}

fn lower_dynamic<T: 'static>(
    cx: &mut LowerContext<'_, T>,
    ty: TypeFuncIndex,
    to: Destination<'_>,
    results: &[Val],
) -> Result<()> {
    let types = cx.types;
    let tuple = &types[types[ty].results];
    match to {
        Destination::Flat(frame) => {
            let mut slots = frame.iter_mut();
            for (ty, value) in tuple.types.iter().zip(results) {
                value.lower(cx, *ty, &mut slots)?;
            }
            cx.flush()
        }
        Destination::Memory(pointer) => store_tuple(cx, tuple, results, pointer),
    }
}
