//! `Func`: calling what a component exports.

mod call_async;
mod dynamic;
mod typed_func;

pub use typed_func::TypedFunc;

use dynamic::{lift_values, lower_values};

use super::instance::Instance;
use crate::component::component::ExportLookup;
use crate::handles::InstanceId;
use crate::page::{self, FRAME_SLOTS, Frame};
use crate::store::{
    AsContext, AsContextMut, FuncInfo, InstanceData, LiftedFunc, StoreContextMut, StoreOpaque,
};
use crate::types::ComponentFunc;
use crate::values::context::{LiftContext, LowerContext};
use crate::values::typed::{ComponentNamedList, Lift, Lower, typecheck_func};
use crate::values::val::Val;
use amphi_translate::codegen::{NOT_ALIGNED, OUT_OF_BOUNDS, STATUS_SLOT};
use amphi_translate::plan::{Export, placed};
use std::cell::OnceCell;
use std::mem::MaybeUninit;
use std::sync::Arc;
use wasmtime_environ::component::{ExportIndex, InterfaceType, TypeFuncIndex};
use wasmtime_environ::error::{Context as _, Result, bail, format_err};

/// An exported function, as `wasmtime::component::Func`.
///
/// # Differences from Wasmtime 48
///
/// - `call_concurrent` and `start_call_concurrent` do not exist, since the page runs no
///   asynchronous components.
/// - [`call_async`](Func::call_async) suspends a guest that waits for an asynchronous host function
///   only in a browser with JavaScript Promise Integration
///   ([`can_suspend`](crate::can_suspend)); elsewhere the guest traps. Dropping its future ends the
///   guest, and no guest of the store can be entered again.
/// - A call cannot be interrupted: there is neither fuel nor an epoch deadline in a page. The
///   browser determines how deep a guest can recurse.
/// - The kind of a [`Trap`](crate::Trap) is derived from the browser's message, and an error has as
///   many frames as the browser reports ([`WasmBacktrace`](crate::WasmBacktrace)).
///
/// The facade's module `amphi::component` has an example that runs on both hosts.
#[derive(Clone, Copy, Debug)]
pub struct Func {
    instance: Instance,
    index: ExportIndex,
}

impl Instance {
    /// An exported function by name or index.
    pub fn get_func(&self, mut store: impl AsContextMut, name: impl ExportLookup) -> Option<Func> {
        let mut store = store.as_context_mut();
        let component = &self.data(store.opaque()).component;
        let index = name.lookup(component, None)?;
        match component.plan().export_items[index.as_u32() as usize] {
            Export::Func { .. } => Some(Func::new(*self, index)),
            _ => None,
        }
    }

    /// An exported function by name or index, checked against Rust types.
    ///
    /// # Errors
    ///
    /// There is no such function, or its type is another one.
    pub fn get_typed_func<Params, Results>(
        &self,
        mut store: impl AsContextMut,
        name: impl ExportLookup,
    ) -> Result<TypedFunc<Params, Results>>
    where
        Params: ComponentNamedList + Lower,
        Results: ComponentNamedList + Lift,
    {
        self.get_func(store.as_context_mut(), name)
            .ok_or_else(|| format_err!("failed to find function export"))?
            .typed::<Params, Results>(store)
            .context("failed to convert function to given type")
    }
}

impl Func {
    pub(crate) fn new(instance: Instance, index: ExportIndex) -> Func {
        Func { instance, index }
    }

    /// This function with Rust types.
    ///
    /// # Errors
    ///
    /// The function's type is another one.
    pub fn typed<Params, Return>(&self, store: impl AsContext) -> Result<TypedFunc<Params, Return>>
    where
        Params: ComponentNamedList + Lower,
        Return: ComponentNamedList + Lift,
    {
        let store = store.as_context();
        let data = self.instance.data(&store.0.opaque);
        let checks = [Params::typecheck, Return::typecheck];
        let ty = self.ty_index(&store.0.opaque);
        typecheck_func(Some(&checks), ty, &data.instance_type())?;
        // SAFETY: the types were checked just now.
        Ok(unsafe { TypedFunc::new_unchecked(*self) })
    }

    /// The function's type.
    pub fn ty(&self, store: impl AsContext) -> ComponentFunc {
        let store = store.as_context();
        let data = self.instance.data(&store.0.opaque);
        ComponentFunc::from(self.ty_index(&store.0.opaque), &data.instance_type())
    }

    fn ty_index(&self, store: &StoreOpaque) -> TypeFuncIndex {
        let plan = self.instance.data(store).component.plan();
        match plan.export_items[self.index.as_u32() as usize] {
            Export::Func { ty, .. } => ty,
            _ => unreachable!("a `Func` is made for function exports alone"),
        }
    }

    /// Calls the function with dynamic values.
    ///
    /// # Errors
    ///
    /// The numbers or types of `params` or `results` are wrong, the instance cannot be entered, or
    /// the guest traps.
    pub fn call(
        &self,
        mut store: impl AsContextMut,
        params: &[Val],
        results: &mut [Val],
    ) -> Result<()> {
        let mut store = store.as_context_mut();
        store.opaque().validate_sync_call()?;
        self.check_counts(&store, params.len(), results.len())?;
        self.call_raw(
            store.as_context_mut(),
            false,
            |cx, ty, frame| lower_values(cx, ty, params, frame),
            |cx, ty, frame| {
                for (result, value) in results.iter_mut().zip(lift_values(cx, ty, frame)?) {
                    *result = value;
                }
                Ok(())
            },
        )
    }

    fn check_counts(&self, store: impl AsContext, params: usize, results: usize) -> Result<()> {
        let ty = self.ty(store);
        let (wanted_params, wanted_results) = (ty.params().len(), ty.results().len());
        if wanted_params != params {
            bail!("expected {wanted_params} argument(s), got {params}");
        }
        if wanted_results != results {
            bail!("expected {wanted_results} result(s), got {results}");
        }
        Ok(())
    }

    /// Has no effect: [`call`](Func::call) calls post-return functions.
    ///
    /// # Errors
    ///
    /// Never.
    #[deprecated(note = "no longer needs to be called; this function has no effect")]
    pub fn post_return(&self, _store: impl AsContextMut) -> Result<()> {
        Ok(())
    }

    /// The function's instance and what a call needs to know, for longer than a borrow of the
    /// store.
    ///
    /// # Safety
    ///
    /// The store must outlive `'a`. Instances are boxed, and what is known of a function never
    /// changes.
    #[inline]
    unsafe fn info<'a>(&self, store: &StoreOpaque) -> Result<(&'a InstanceData, &'a FuncInfo)> {
        let data = self.instance.data(store);
        let cell = &data.funcs[self.index.as_u32() as usize];
        let func = match cell.get() {
            Some(func) => func,
            None => Func::prepared(self.instance, self.index, store, cell)?,
        };
        let (data, info) = (&raw const *data, &raw const func.info);
        // SAFETY: the caller's promise.
        Ok(unsafe { (&*data, &*info) })
    }

    #[cold]
    fn prepared<'f>(
        instance: Instance,
        index: ExportIndex,
        store: &StoreOpaque,
        cell: &'f OnceCell<LiftedFunc>,
    ) -> Result<&'f LiftedFunc> {
        Func { instance, index }.prepare(store)?;
        cell.get()
            .ok_or_else(|| format_err!("the function's trampoline was not made"))
    }

    /// The slot of the function's array-call trampoline.
    pub(crate) fn slot(&self, store: &StoreOpaque) -> Result<u32> {
        // SAFETY: what is read is copied at once.
        unsafe { self.info(store) }.map(|(_, info)| info.call)
    }

    /// Makes the function's trampoline.
    fn prepare(&self, store: &StoreOpaque) -> Result<()> {
        let data = self.instance.data(store);
        let plan = data.component.plan();
        let Export::Func {
            ty,
            func,
            signature,
            options,
        } = &plan.export_items[self.index.as_u32() as usize]
        else {
            bail!("the export is not a function");
        };
        let call = data.trampoline(func, signature, None)?;
        let used = &plan.options[options.as_u32() as usize];
        let params = &plan.types[plan.types[*ty].params];
        let placed = placed(&plan.types, params, used);
        let placing = data.placing_trampoline(func, signature, &placed, used)?;
        let post_return = match used.post_return {
            None => None,
            Some(index) => Some(
                data.post_returns[index]
                    .as_ref()
                    .ok_or_else(|| format_err!("a `post-return` was not extracted"))?
                    .index(),
            ),
        };
        let slots = placed
            .iter()
            .fold(0, |slots, placed| slots | 1 << placed.slot);
        let info = FuncInfo {
            call: call.index(),
            placing: placing.as_ref().map(|slot| (slot.index(), slots)),
            post_return,
            types: Arc::clone(&plan.types),
            params: InterfaceType::Tuple(plan.types[*ty].params),
            results: InterfaceType::Tuple(plan.types[*ty].results),
            options: *used,
        };
        let _ = data.funcs[self.index.as_u32() as usize].set(LiftedFunc {
            info,
            call,
            promising: OnceCell::new(),
            _placing: placing,
        });
        Ok(())
    }

    /// A call: lower the parameters, enter the guest, lift the result, let the guest clean up.
    ///
    /// With `place`, parameters that are plain bytes may be left to the trampoline; what they point
    /// to must outlive the call.
    #[inline]
    fn call_raw<T: 'static, R>(
        self,
        mut store: StoreContextMut<'_, T>,
        place: bool,
        lower: impl FnOnce(&mut LowerContext<'_, T>, InterfaceType, &mut Frame) -> Result<()>,
        lift: impl FnOnce(&mut LiftContext<'_>, InterfaceType, &Frame) -> Result<R>,
    ) -> Result<R> {
        // SAFETY: the store is borrowed throughout.
        let (data, info) = unsafe { self.info(store.opaque()) }?;
        let placing = if place { info.placing } else { None };
        let mark = store.opaque().enter_call(data)?;
        let result = self.call_entered(store.as_context_mut(), info, placing, lower, lift);
        store.opaque().leave_call(data, mark, result.is_ok());
        result
    }

    #[inline]
    fn call_entered<T: 'static, R>(
        self,
        mut store: StoreContextMut<'_, T>,
        info: &FuncInfo,
        placing: Option<(u32, u32)>,
        lower: impl FnOnce(&mut LowerContext<'_, T>, InterfaceType, &mut Frame) -> Result<()>,
        lift: impl FnOnce(&mut LiftContext<'_>, InterfaceType, &Frame) -> Result<R>,
    ) -> Result<R> {
        let id = self.instance.id;
        let mut frame: Frame = [MaybeUninit::uninit(); FRAME_SLOTS];
        let deferred = {
            let store = store.as_context_mut();
            let mut cx = LowerContext::new(store, &info.types, &info.options, id);
            let slots = placing.map_or(0, |(_, slots)| slots);
            cx.defer_slots(slots, frame.as_mut_ptr().cast());
            lower(&mut cx, info.params, &mut frame)?;
            cx.flush()?;
            cx.deferred()
        };
        let store = store.opaque();
        let call = match placing {
            _ if deferred == 0 => info.call,
            Some((placing, slots)) if slots == deferred => placing,
            _ => bail!("a parameter was left to a trampoline that does not place it"),
        };
        // SAFETY: the trampoline reads and writes the flat parameters, the result and the status,
        // which fit a frame.
        if let Err(caught) = unsafe { page::enter(call, frame.as_mut_ptr().cast()) } {
            return Err(store.throw_to_error(&caught));
        }
        if deferred != 0 {
            // SAFETY: a placing trampoline always writes its status.
            match unsafe { frame[STATUS_SLOT].assume_init() }.get_u32() {
                NOT_ALIGNED => bail!("realloc return: result not aligned"),
                OUT_OF_BOUNDS => bail!("realloc return: beyond end of memory"),
                _ => {}
            }
        }
        finish_call(store, id, info, &mut frame, lift)
    }
}

/// What comes after the guest has returned: lift the result, let the guest clean up.
#[inline(always)]
fn finish_call<R>(
    store: &mut StoreOpaque,
    id: InstanceId,
    info: &FuncInfo,
    frame: &mut Frame,
    lift: impl FnOnce(&mut LiftContext<'_>, InterfaceType, &Frame) -> Result<R>,
) -> Result<R> {
    store.handles.finish_scope()?;
    let result = {
        let mut cx = LiftContext::new(store, &info.types, &info.options, id);
        lift(&mut cx, info.results, frame)?
    };
    if let Some(post_return) = info.post_return {
        // SAFETY: a post-return takes what the function returned, at most one slot.
        if let Err(caught) = unsafe { page::enter(post_return, frame.as_mut_ptr().cast()) } {
            return Err(store.throw_to_error(&caught));
        }
    }
    Ok(result)
}
