//! `bool`, integers, floats and `char`.

use super::{ComponentType, Lift, Lower};
use crate::raw::ValRaw;
use crate::types::InstanceType;
use crate::types::desc;
use crate::values::context::{LiftContext, LowerContext};
use std::mem::MaybeUninit;
use wasmtime_environ::component::{CanonicalAbiInfo, InterfaceType};
use wasmtime_environ::error::{Result, bail, format_err};

/// A scalar's component type, its raw value, and its bytes.
macro_rules! scalar {
    ($ty:ident is $interface:ident, $abi:ident, $size:literal,
     to_raw: $to_raw:expr, from_raw: $from_raw:expr,
     to_bytes: $to_bytes:expr, from_bytes: $from_bytes:expr
     $(, plain: { $plain:item } $lower_list:item $lift_list:item)?) => {
        // SAFETY: one slot, as the canonical ABI has it for a scalar.
        unsafe impl ComponentType for $ty {
            type Lower = ValRaw;
            const ABI: CanonicalAbiInfo = CanonicalAbiInfo::$abi;
            const MAY_REQUIRE_REALLOC: bool = false;
            const NEEDS_TYPE: bool = false;

            fn typecheck(ty: &InterfaceType, _types: &InstanceType<'_>) -> Result<()> {
                match ty {
                    InterfaceType::$interface => Ok(()),
                    other => bail!(
                        "expected `{}` found `{}`",
                        desc(&InterfaceType::$interface),
                        desc(other)
                    ),
                }
            }
        }

        // SAFETY: as above.
        unsafe impl Lower for $ty {
            #[inline]
            fn linear_lower_to_flat<T>(
                &self,
                _cx: &mut LowerContext<'_, T>,
                _ty: InterfaceType,
                dst: &mut MaybeUninit<ValRaw>,
            ) -> Result<()> {
                dst.write($to_raw(*self));
                Ok(())
            }

            #[inline]
            fn linear_lower_to_memory<T>(
                &self,
                cx: &mut LowerContext<'_, T>,
                _ty: InterfaceType,
                offset: usize,
            ) -> Result<()> {
                *cx.get::<$size>(offset) = $to_bytes(*self);
                Ok(())
            }

            $($plain $lower_list)?
        }

        // SAFETY: as above.
        unsafe impl Lift for $ty {
            #[inline]
            fn linear_lift_from_flat(
                _cx: &mut LiftContext<'_>,
                _ty: InterfaceType,
                src: &ValRaw,
            ) -> Result<$ty> {
                $from_raw(*src)
            }

            #[inline]
            fn linear_lift_from_memory(
                _cx: &mut LiftContext<'_>,
                _ty: InterfaceType,
                bytes: &[u8],
            ) -> Result<$ty> {
                $from_bytes(fixed::<$size>(bytes)?)
            }

            $($lift_list)?
        }
    };
}

/// Integers and floats, whose bytes in memory are their canonical form.
macro_rules! plain {
    ($($ty:ident is $interface:ident, $abi:ident, $size:literal, $to_raw:expr, $from_raw:expr;)*) => {$(
        scalar! {
            $ty is $interface, $abi, $size,
            to_raw: $to_raw,
            from_raw: |raw: ValRaw| Ok($from_raw(raw)),
            to_bytes: $ty::to_le_bytes,
            from_bytes: |bytes| Ok($ty::from_le_bytes(bytes)),
            plain: { const PLAIN: bool = true; }
            fn linear_lower_list<T>(
                cx: &mut LowerContext<'_, T>,
                _element: InterfaceType,
                items: &[$ty],
            ) -> Result<usize> {
                // SAFETY: numbers have no padding, and wasm is little-endian.
                let bytes = unsafe {
                    std::slice::from_raw_parts(items.as_ptr().cast::<u8>(), size_of_val(items))
                };
                cx.place($size, bytes)
            }
            fn linear_lift_list(
                cx: &mut LiftContext<'_>,
                _element: InterfaceType,
                ptr: usize,
                len: usize,
            ) -> Result<Vec<$ty>> {
                // SAFETY: every bit pattern is a number, and wasm is little-endian.
                unsafe { cx.read_vec((ptr, len), $size, "list") }
            }
        }
    )*};
}

plain! {
    u8 is U8, SCALAR1, 1, |value| ValRaw::u32(u32::from(value)), |raw: ValRaw| raw.get_u32() as u8;
    i8 is S8, SCALAR1, 1, |value| ValRaw::i32(i32::from(value)), |raw: ValRaw| raw.get_i32() as i8;
    u16 is U16, SCALAR2, 2, |value| ValRaw::u32(u32::from(value)), |raw: ValRaw| raw.get_u32() as u16;
    i16 is S16, SCALAR2, 2, |value| ValRaw::i32(i32::from(value)), |raw: ValRaw| raw.get_i32() as i16;
    u32 is U32, SCALAR4, 4, ValRaw::u32, |raw: ValRaw| raw.get_u32();
    i32 is S32, SCALAR4, 4, ValRaw::i32, |raw: ValRaw| raw.get_i32();
    u64 is U64, SCALAR8, 8, ValRaw::u64, |raw: ValRaw| raw.get_u64();
    i64 is S64, SCALAR8, 8, ValRaw::i64, |raw: ValRaw| raw.get_i64();
    f32 is Float32, SCALAR4, 4, |value: f32| ValRaw::f32(value.to_bits()), |raw: ValRaw| f32::from_bits(raw.get_f32());
    f64 is Float64, SCALAR8, 8, |value: f64| ValRaw::f64(value.to_bits()), |raw: ValRaw| f64::from_bits(raw.get_f64());
}

scalar! {
    bool is Bool, SCALAR1, 1,
    to_raw: ValRaw::bool,
    from_raw: |raw: ValRaw| Ok(raw.get_u32() != 0),
    to_bytes: |value| [u8::from(value)],
    from_bytes: |bytes: [u8; 1]| Ok(bytes[0] != 0)
}

scalar! {
    char is Char, SCALAR4, 4,
    to_raw: |value| ValRaw::u32(u32::from(value)),
    from_raw: |raw: ValRaw| Ok(char::try_from(raw.get_u32())?),
    to_bytes: |value| u32::from(value).to_le_bytes(),
    from_bytes: |bytes| Ok(char::try_from(u32::from_le_bytes(bytes))?)
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    bytes
        .first_chunk::<N>()
        .copied()
        .ok_or_else(|| format_err!("expected {N} bytes, found {}", bytes.len()))
}
