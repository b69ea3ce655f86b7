//! The bare crossing, for benchmarks: what a typed call costs is measured against it.

use crate::calls::func::Func;
use crate::page;
use crate::raw::ValRaw;
use crate::store::AsContextMut;
use wasmtime_environ::error::Result;

/// An exported function's core function behind its array-call trampoline and the guard, with
/// nothing lifted or lowered.
#[derive(Clone, Copy, Debug)]
pub struct BareCall(u32);

impl BareCall {
    /// The bare crossing into `func`.
    ///
    /// # Errors
    ///
    /// The function's trampoline cannot be made.
    pub fn new(func: &Func, mut store: impl AsContextMut) -> Result<BareCall> {
        func.slot(store.as_context_mut().opaque()).map(BareCall)
    }

    /// Calls the core function; false if it trapped.
    ///
    /// # Safety
    ///
    /// `args` has a slot for each flat parameter and for the flat result, and the store that the
    /// function belongs to is alive.
    #[inline]
    pub unsafe fn call(self, args: &mut [ValRaw]) -> bool {
        // SAFETY: the caller's promise.
        unsafe { page::enter(self.0, args.as_mut_ptr()) }.is_ok()
    }
}
