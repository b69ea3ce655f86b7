//! Raw values as core wasm sees them.

use std::mem::MaybeUninit;

/// One core value in an argument array: 8 bytes, little-endian, interpreted by the type that the
/// signature gives it.
///
/// The counterpart of `wasmtime::ValRaw`, without `v128` and references, which do not cross a
/// component's boundary.
#[derive(Clone, Copy)]
#[repr(C)]
pub union ValRaw {
    i32: i32,
    i64: i64,
    bits: u64,
}

impl ValRaw {
    pub(crate) const ZERO: ValRaw = ValRaw { bits: 0 };

    /// A 32-bit integer.
    #[inline]
    pub fn i32(value: i32) -> ValRaw {
        ValRaw::u64(u64::from(value.cast_unsigned()))
    }

    /// A 32-bit integer, unsigned.
    #[inline]
    pub fn u32(value: u32) -> ValRaw {
        ValRaw::u64(u64::from(value))
    }

    /// A 64-bit integer.
    #[inline]
    pub fn i64(value: i64) -> ValRaw {
        ValRaw { i64: value }
    }

    /// A 64-bit integer, unsigned.
    #[inline]
    pub fn u64(value: u64) -> ValRaw {
        ValRaw { bits: value }
    }

    /// The bits of a 32-bit float.
    #[inline]
    pub fn f32(bits: u32) -> ValRaw {
        ValRaw::u32(bits)
    }

    /// The bits of a 64-bit float.
    #[inline]
    pub fn f64(bits: u64) -> ValRaw {
        ValRaw::u64(bits)
    }

    /// A boolean as 0 or 1.
    #[inline]
    pub fn bool(value: bool) -> ValRaw {
        ValRaw::u32(u32::from(value))
    }

    /// The low 32 bits.
    #[inline]
    pub fn get_i32(&self) -> i32 {
        // SAFETY: every bit pattern is valid in every field.
        unsafe { self.i32 }
    }

    /// The low 32 bits, unsigned.
    #[inline]
    pub fn get_u32(&self) -> u32 {
        self.get_i32().cast_unsigned()
    }

    /// All 64 bits.
    #[inline]
    pub fn get_i64(&self) -> i64 {
        // SAFETY: as above.
        unsafe { self.i64 }
    }

    /// All 64 bits, unsigned.
    #[inline]
    pub fn get_u64(&self) -> u64 {
        // SAFETY: as above.
        unsafe { self.bits }
    }

    /// The bits of a 32-bit float.
    #[inline]
    pub fn get_f32(&self) -> u32 {
        self.get_u32()
    }

    /// The bits of a 64-bit float.
    #[inline]
    pub fn get_f64(&self) -> u64 {
        self.get_u64()
    }
}

/// Projection from an uninitialised value to a field of it; used by
/// [`map_maybe_uninit!`](crate::map_maybe_uninit).
#[doc(hidden)]
pub trait MaybeUninitExt<T> {
    /// # Safety
    ///
    /// `project` must return the address of a field of what it is given.
    unsafe fn map<U>(&mut self, project: impl FnOnce(*mut T) -> *mut U) -> &mut MaybeUninit<U>;
}

impl<T> MaybeUninitExt<T> for MaybeUninit<T> {
    unsafe fn map<U>(&mut self, project: impl FnOnce(*mut T) -> *mut U) -> &mut MaybeUninit<U> {
        let field = project(self.as_mut_ptr()).cast::<MaybeUninit<U>>();
        // SAFETY: the caller promises a field of `self`, and `self` is borrowed for as long.
        unsafe { &mut *field }
    }
}

/// `&mut MaybeUninit<Struct>` to `&mut MaybeUninit<Field>`; used by the derives.
#[doc(hidden)]
#[macro_export]
macro_rules! map_maybe_uninit {
    ($value:ident $($field:tt)*) => {{
        #[allow(unused_unsafe, reason = "expanded inside and outside of unsafe blocks")]
        // SAFETY: what is named after the value is a field of it, whose address is taken.
        unsafe {
            use $crate::MaybeUninitExt;
            let whole: &mut ::core::mem::MaybeUninit<_> = $value;
            whole.map(|pointer| &raw mut (*pointer)$($field)*)
        }
    }};
}

pub use map_maybe_uninit;
