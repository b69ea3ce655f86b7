//! `TypedFunc`: a function with Rust types.

use super::Func;
use super::dynamic::result_pointer;
use crate::page::Frame;
use crate::raw::ValRaw;
use crate::store::AsContextMut;
use crate::values::context::{AlignedBytes, LiftContext, LowerContext};
use crate::values::typed::{
    ComponentNamedList, Lift, Lower, slice_to_storage, slice_to_storage_mut,
};
use std::fmt;
use std::marker::PhantomData;
use wasmtime_environ::component::{InterfaceType, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS};
use wasmtime_environ::error::Result;

/// An exported function with Rust types, as `wasmtime::component::TypedFunc`.
///
/// # Differences from Wasmtime 48
///
/// Those of [`Func`], and two of results that borrow from the guest, whose memory is not the
/// application's:
///
/// - [`WasmStr::to_str`](crate::component::WasmStr::to_str) returns a copy.
/// - [`WasmList`](crate::component::WasmList) has `len`, `get` and `iter`, but not `as_le_slice`.
///
/// Strings and lists of numbers among the parameters are placed in the guest's memory by generated
/// code, in the same crossing as the call; anything else that allocates takes one more crossing for
/// each allocation.
///
/// The facade's module `amphi::component` has an example that runs on both hosts.
pub struct TypedFunc<Params, Return> {
    func: Func,
    _types: PhantomData<fn(Params) -> Return>,
}

impl<Params, Return> Copy for TypedFunc<Params, Return> {}

impl<Params, Return> Clone for TypedFunc<Params, Return> {
    fn clone(&self) -> TypedFunc<Params, Return> {
        *self
    }
}

impl<Params, Return> fmt::Debug for TypedFunc<Params, Return> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedFunc")
            .field("func", &self.func)
            .finish()
    }
}

impl<Params, Return> TypedFunc<Params, Return>
where
    Params: ComponentNamedList + Lower,
    Return: ComponentNamedList + Lift,
{
    /// Gives `func` types without checking them.
    ///
    /// # Safety
    ///
    /// The function has these types.
    pub unsafe fn new_unchecked(func: Func) -> TypedFunc<Params, Return> {
        TypedFunc {
            func,
            _types: PhantomData,
        }
    }

    /// The function without its Rust types.
    pub fn func(&self) -> &Func {
        &self.func
    }

    /// Calls the function.
    ///
    /// # Errors
    ///
    /// The instance cannot be entered, the guest traps, or what it returns breaks the canonical
    /// ABI.
    #[inline]
    pub fn call(&self, mut store: impl AsContextMut, params: Params) -> Result<Return> {
        let mut store = store.as_context_mut();
        store.opaque().validate_sync_call()?;
        self.func.call_raw(
            store,
            true,
            |cx, ty, frame| lower_params(&params, cx, ty, frame),
            lift_result,
        )
    }

    /// As [`call`](TypedFunc::call), for guests that may wait for asynchronous host functions: see
    /// [`Func::call_async`].
    ///
    /// # Errors
    ///
    /// As [`call`](TypedFunc::call).
    pub async fn call_async(
        &self,
        mut store: impl AsContextMut<Data: Send>,
        params: Params,
    ) -> Result<Return>
    where
        Return: 'static,
    {
        self.func
            .call_raw_async(
                store.as_context_mut(),
                |cx, ty, frame| lower_params(&params, cx, ty, frame),
                lift_result,
            )
            .await
    }

    /// Has no effect: [`call`](TypedFunc::call) calls post-return functions.
    ///
    /// # Errors
    ///
    /// Never.
    #[deprecated(note = "no longer needs to be called; this function has no effect")]
    pub fn post_return(&self, _store: impl AsContextMut) -> Result<()> {
        Ok(())
    }

    /// Has no effect: [`call_async`](TypedFunc::call_async) calls post-return functions.
    ///
    /// # Errors
    ///
    /// Never.
    #[deprecated(note = "no longer needs to be called; this function has no effect")]
    pub async fn post_return_async<T: Send>(
        &self,
        _store: impl AsContextMut<Data = T>,
    ) -> Result<()> {
        Ok(())
    }
}

#[inline]
fn lower_params<T: 'static, Params: ComponentNamedList + Lower>(
    params: &Params,
    cx: &mut LowerContext<'_, T>,
    ty: InterfaceType,
    frame: &mut Frame,
) -> Result<()> {
    if Params::flatten_count() <= MAX_FLAT_PARAMS {
        // SAFETY: a frame has room for the most flat parameters there are.
        return params.linear_lower_to_flat(cx, ty, unsafe { slice_to_storage_mut(frame) });
    }
    let pointer = cx.realloc(0, 0, Params::ALIGN32, Params::SIZE32)?;
    params.linear_lower_to_memory(cx, ty, pointer)?;
    frame[0].write(ValRaw::u32(u32::try_from(pointer)?));
    Ok(())
}

#[inline]
fn lift_result<Return: ComponentNamedList + Lift>(
    cx: &mut LiftContext<'_>,
    ty: InterfaceType,
    frame: &Frame,
) -> Result<Return> {
    if Return::flatten_count() <= MAX_FLAT_RESULTS {
        // SAFETY: the trampoline has stored the flat result, which is what `Return::Lower` is made
        // of.
        return Return::linear_lift_from_flat(cx, ty, unsafe { slice_to_storage(frame) });
    }
    // SAFETY: as above: here the result is a pointer.
    let slot = unsafe { frame[0].assume_init() };
    let pointer = result_pointer(slot, Return::ALIGN32)?;
    let mut space = AlignedBytes::new();
    let bytes = cx.read_in(&mut space, pointer, Return::SIZE32)?;
    Return::linear_lift_from_memory(cx, ty, bytes)
}
