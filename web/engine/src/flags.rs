//! `flags!` of this crate, over the macro that both hosts have.

/// `flags!` of this crate, which resolves through this crate.
#[doc(hidden)]
#[macro_export]
macro_rules! __flags_here {
    ($($tokens:tt)*) => { $crate::__flags! { ($crate) $($tokens)* } };
}

#[cfg(target_arch = "wasm32")]
pub use __flags_here;
