//! Values behind pointers: the pointer-and-length pair of the canonical ABI, and Rust's own
//! pointers.

use super::{ComponentType, Lower};
use crate::raw::ValRaw;
use crate::types::InstanceType;
use crate::values::context::LowerContext;
use std::mem::MaybeUninit;
use std::sync::Arc;
use wasmtime_environ::component::{CanonicalAbiInfo, InterfaceType};
use wasmtime_environ::error::{Result, format_err};

/// A pointer into guest memory, and a length.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub ptr: u32,
    pub len: u32,
}

impl Pair {
    pub fn new(ptr: usize, len: usize) -> Result<Pair> {
        Ok(Pair {
            ptr: u32::try_from(ptr)?,
            len: u32::try_from(len)?,
        })
    }

    #[inline]
    pub fn to_flat(self, dst: &mut MaybeUninit<[ValRaw; 2]>) {
        dst.write([ValRaw::u32(self.ptr), ValRaw::u32(self.len)]);
    }

    #[inline]
    pub fn from_flat(src: &[ValRaw; 2]) -> Pair {
        Pair {
            ptr: src[0].get_u32(),
            len: src[1].get_u32(),
        }
    }

    #[inline]
    pub fn to_bytes(self) -> [u8; 8] {
        (u64::from(self.ptr) | u64::from(self.len) << 32).to_le_bytes()
    }

    #[inline]
    pub fn from_bytes(bytes: &[u8]) -> Result<Pair> {
        let both = bytes
            .first_chunk()
            .map(|bytes| u64::from_le_bytes(*bytes))
            .ok_or_else(|| format_err!("expected 8 bytes, found {}", bytes.len()))?;
        Ok(Pair {
            ptr: both as u32,
            len: (both >> 32) as u32,
        })
    }
}

/// A pointer is the component type of what it points to.
macro_rules! like {
    ($(($($generics:tt)*) $pointer:ty => $target:ty;)*) => {$(
        // SAFETY: as for the target.
        unsafe impl<$($generics)*> ComponentType for $pointer {
            type Lower = <$target as ComponentType>::Lower;
            const ABI: CanonicalAbiInfo = <$target as ComponentType>::ABI;
            const MAY_REQUIRE_REALLOC: bool = <$target as ComponentType>::MAY_REQUIRE_REALLOC;
            const NEEDS_TYPE: bool = <$target as ComponentType>::NEEDS_TYPE;

            fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
                <$target as ComponentType>::typecheck(ty, types)
            }
        }
    )*};
}

like! {
    (E: ComponentType + ?Sized) &'_ E => E;
    (E: ComponentType + ?Sized) Box<E> => E;
    (E: ComponentType + ?Sized) Arc<E> => E;
    () String => str;
    (E: ComponentType) Vec<E> => [E];
}

/// A pointer is lowered as what it points to.
macro_rules! lower_like {
    ($(($($generics:tt)*) $pointer:ty => $target:ty;)*) => {$(
        // SAFETY: as for the target.
        unsafe impl<$($generics)*> Lower for $pointer {
            #[inline]
            fn linear_lower_to_flat<T>(
                &self,
                cx: &mut LowerContext<'_, T>,
                ty: InterfaceType,
                dst: &mut MaybeUninit<Self::Lower>,
            ) -> Result<()> {
                <$target as Lower>::linear_lower_to_flat(self, cx, ty, dst)
            }

            #[inline]
            fn linear_lower_to_memory<T>(
                &self,
                cx: &mut LowerContext<'_, T>,
                ty: InterfaceType,
                offset: usize,
            ) -> Result<()> {
                <$target as Lower>::linear_lower_to_memory(self, cx, ty, offset)
            }
        }
    )*};
}

lower_like! {
    (E: Lower + ?Sized) &'_ E => E;
    (E: Lower + ?Sized) Box<E> => E;
    (E: Lower + ?Sized) Arc<E> => E;
    () String => str;
    (E: Lower) Vec<E> => [E];
}
