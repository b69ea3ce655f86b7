//! Argument arrays seen as the `Lower` types that lie in them.

use crate::raw::ValRaw;
use std::mem::MaybeUninit;
use wasmtime_environ::error::Result;

/// The first slots of an argument array as a `Lower` type.
///
/// # Safety
///
/// `S` is made of `ValRaw`s, and the slots that it covers are initialised.
#[inline]
pub(crate) unsafe fn slice_to_storage<S>(slots: &[MaybeUninit<ValRaw>]) -> &S {
    debug_assert!(size_of::<S>() <= size_of_val(slots));
    // SAFETY: the caller's promise.
    unsafe { &*slots.as_ptr().cast() }
}

/// The first slots of an argument array as a `Lower` type to be written.
///
/// # Safety
///
/// `S` is made of `ValRaw`s.
#[inline]
pub(crate) unsafe fn slice_to_storage_mut<S>(
    slots: &mut [MaybeUninit<ValRaw>],
) -> &mut MaybeUninit<S> {
    debug_assert!(size_of::<S>() <= size_of_val(slots));
    // SAFETY: the caller's promise.
    unsafe { &mut *slots.as_mut_ptr().cast() }
}

/// Lowers one case of a variant, and zeroes the slots that only larger cases use; used by the
/// derives.
///
/// # Safety
///
/// `P` and `C` are made of `ValRaw`s, and `project` returns a field of what it is given.
#[doc(hidden)]
pub unsafe fn lower_payload<P, C>(
    payload: &mut MaybeUninit<P>,
    project: impl FnOnce(&mut MaybeUninit<P>) -> &mut MaybeUninit<C>,
    lower: impl FnOnce(&mut MaybeUninit<C>) -> Result<()>,
) -> Result<()> {
    let case = project(payload);
    lower(case)?;
    let used = size_of::<C>() / size_of::<ValRaw>();
    let all = size_of::<P>() / size_of::<ValRaw>();
    let slots: *mut ValRaw = payload.as_mut_ptr().cast();
    for index in used..all {
        // SAFETY: `P` is made of `all` slots.
        unsafe { slots.add(index).write(ValRaw::ZERO) };
    }
    Ok(())
}
