//! Calls of guests that may have to wait for the host.

use super::dynamic::{lift_values, lower_values};
use super::{Func, finish_call};
use crate::calls::suspending::Scope;
use crate::page::{self, Caught, FRAME_SLOTS, Frame, Local, SuspendableCall};
use crate::raw::ValRaw;
use crate::store::{AsContextMut, StoreContextMut, StoreOpaque};
use crate::values::context::{LiftContext, LowerContext};
use crate::values::val::Val;
use js_sys::Function;
use wasmtime_environ::component::InterfaceType;
use wasmtime_environ::error::{Result, format_err};

impl Func {
    /// As [`call`](Func::call), for guests that may wait for asynchronous host functions.
    ///
    /// A guest that has to wait is suspended if the browser has JavaScript Promise Integration, and
    /// otherwise traps with an error that says so. If no import is asynchronous, this is a `call`.
    ///
    /// Dropping the future before it is done ends the guest, and no guest of the store can be
    /// entered again.
    ///
    /// # Errors
    ///
    /// As [`call`](Func::call).
    pub async fn call_async(
        &self,
        mut store: impl AsContextMut<Data: Send>,
        params: &[Val],
        results: &mut [Val],
    ) -> Result<()> {
        let mut store = store.as_context_mut();
        self.check_counts(&store, params.len(), results.len())?;
        let values = self
            .call_raw_async(
                store.as_context_mut(),
                |cx, ty, frame| lower_values(cx, ty, params, frame),
                lift_values,
            )
            .await?;
        for (result, value) in results.iter_mut().zip(values) {
            *result = value;
        }
        Ok(())
    }

    /// Has no effect: [`call_async`](Func::call_async) calls post-return functions.
    ///
    /// # Errors
    ///
    /// Never.
    #[deprecated(note = "no longer needs to be called; this function has no effect")]
    pub async fn post_return_async(&self, _store: impl AsContextMut<Data: Send>) -> Result<()> {
        Ok(())
    }

    /// As `call_raw`, on a stack that can be suspended where an import of the store may have to
    /// wait.
    pub(super) async fn call_raw_async<T: Send + 'static, R>(
        self,
        mut store: StoreContextMut<'_, T>,
        lower: impl FnOnce(&mut LowerContext<'_, T>, InterfaceType, &mut Frame) -> Result<()>,
        lift: impl FnOnce(&mut LiftContext<'_>, InterfaceType, &Frame) -> Result<R>,
    ) -> Result<R> {
        if !store.opaque().async_required || !page::can_suspend() {
            return self.call_raw(store, false, lower, lift);
        }
        // SAFETY: the store is borrowed throughout.
        let (data, info) = unsafe { self.info(store.opaque()) }?;
        let id = self.instance.id;
        let mut scope = Scope::enter(store.opaque(), data)?;
        let mut args = [ValRaw::ZERO; FRAME_SLOTS];
        {
            let store = store.as_context_mut();
            let mut cx = LowerContext::new(store, &info.types, &info.options, id);
            lower(&mut cx, info.params, as_frame(&mut args))?;
            cx.flush()?;
        }
        let function = self.promising(store.opaque())?;
        // SAFETY: the trampoline reads and writes the flat parameters and the result, which fit a
        // frame.
        let call = unsafe { SuspendableCall::new(function, args) };
        let mut args = store.opaque().run(call).await?;
        let result = finish_call(store.opaque(), id, info, as_frame(&mut args), lift);
        scope.well = result.is_ok();
        result
    }

    /// Calls the core function with flat arguments, on a stack that can be suspended where the
    /// browser can: the flat result in the first slot, or what was thrown. The caller has entered
    /// the scope of the call.
    ///
    /// # Safety
    ///
    /// The store outlives the future, and nothing else runs one of its guests meanwhile.
    pub(crate) async unsafe fn call_flat_async(
        self,
        store: *mut StoreOpaque,
        mut args: [ValRaw; FRAME_SLOTS],
    ) -> Result<Result<[ValRaw; FRAME_SLOTS], Caught>> {
        // SAFETY: the caller's promise.
        let opaque = unsafe { &*store };
        let slot = self.slot(opaque)?;
        if !page::can_suspend() {
            // SAFETY: the trampoline reads and writes the flat parameters and the result, which fit
            // a frame.
            let entered = unsafe { page::enter(slot, args.as_mut_ptr()) };
            return Ok(entered.map(|()| args));
        }
        let function = self.promising(opaque)?;
        // SAFETY: as above.
        let mut call = unsafe { SuspendableCall::new(function, args) };
        Ok((&mut call).await.map(|()| call.args()))
    }

    fn promising(&self, store: &StoreOpaque) -> Result<Function> {
        let func = self.instance.data(store).funcs[self.index.as_u32() as usize]
            .get()
            .ok_or_else(|| format_err!("the function's trampoline was not made"))?;
        if func.promising.get().is_none() {
            let promising = func.call.promising()?;
            let _ = func.promising.set(Local::new(promising));
        }
        let promising = func
            .promising
            .get()
            .ok_or_else(|| format_err!("the function's trampoline was not made"))?;
        Ok((**promising).clone())
    }
}

fn as_frame(args: &mut [ValRaw; FRAME_SLOTS]) -> &mut Frame {
    // SAFETY: what is initialised may be seen as what may not be; nothing is ever made
    // uninitialised through a frame.
    unsafe { &mut *(&raw mut *args).cast::<Frame>() }
}
