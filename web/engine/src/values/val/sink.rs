//! Where the parts of a value go.

use super::core_values::{CoreValues, next};
use crate::raw::ValRaw;
use crate::values::context::LowerContext;
use crate::values::typed::Lower;
use std::mem::MaybeUninit;
use wasmtime_environ::component::{CanonicalAbiInfo, InterfaceType, VariantInfo};
use wasmtime_environ::error::Result;

/// Where a value goes: its core values into slots, or its bytes into guest memory.
///
/// What a value is made of is written once for both: each part goes to a sink of its own.
pub enum Sink<'a, 's> {
    /// The slots that come next.
    Flat(&'a mut CoreValues<'s>),
    /// An address where there is room for the value. The parts of one move it on.
    Memory(usize),
}

impl<'s> Sink<'_, 's> {
    /// Where the next of the values goes that follow each other here, which is laid out as `abi`
    /// says.
    #[inline]
    pub fn field(&mut self, abi: &CanonicalAbiInfo) -> Sink<'_, 's> {
        match self {
            Sink::Flat(slots) => Sink::Flat(slots),
            Sink::Memory(offset) => Sink::Memory(abi.next_field32_size(offset)),
        }
    }

    /// Writes a value of one core value.
    #[inline]
    pub fn scalar<T: 'static, V: Lower<Lower = ValRaw>>(
        self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        value: &V,
    ) -> Result<()> {
        match self {
            Sink::Flat(slots) => value.linear_lower_to_flat(cx, ty, next(slots)),
            Sink::Memory(offset) => value.linear_lower_to_memory(cx, ty, offset),
        }
    }

    /// Writes a string.
    pub fn string<T: 'static>(
        self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        value: &str,
    ) -> Result<()> {
        match self {
            Sink::Flat(slots) => {
                let mut pair = MaybeUninit::uninit();
                value.linear_lower_to_flat(cx, ty, &mut pair)?;
                // SAFETY: what lowers without an error has written all of its core values.
                for value in unsafe { pair.assume_init() } {
                    next(slots).write(value);
                }
                Ok(())
            }
            Sink::Memory(offset) => value.linear_lower_to_memory(cx, ty, offset),
        }
    }

    /// Writes the pointer and the length that stand for a list or a map.
    pub fn pair<T: 'static>(self, cx: &mut LowerContext<'_, T>, (ptr, len): (u32, u32)) {
        match self {
            Sink::Flat(slots) => {
                next(slots).write(ValRaw::u32(ptr));
                next(slots).write(ValRaw::u32(len));
            }
            Sink::Memory(offset) => {
                *cx.get(offset) = ptr.to_le_bytes();
                *cx.get(offset + 4) = len.to_le_bytes();
            }
        }
    }

    /// Writes the words of flags, each of `size` bytes in memory.
    pub fn words<T: 'static>(self, cx: &mut LowerContext<'_, T>, size: usize, words: Vec<u32>) {
        match self {
            Sink::Flat(slots) => {
                for word in words {
                    next(slots).write(ValRaw::u32(word));
                }
            }
            Sink::Memory(offset) => {
                for (index, word) in words.into_iter().enumerate() {
                    store_integer(cx, offset + index * size, size, word);
                }
            }
        }
    }

    /// Writes which case was chosen; what comes next is its payload.
    pub fn case<T: 'static>(
        &mut self,
        cx: &mut LowerContext<'_, T>,
        discriminant: u32,
        info: &VariantInfo,
    ) {
        match self {
            Sink::Flat(slots) => {
                next(slots).write(ValRaw::u32(discriminant));
            }
            Sink::Memory(offset) => {
                store_integer(cx, *offset, info.size.byte_size() as usize, discriminant);
                *offset += info.payload_offset32 as usize;
            }
        }
    }

    /// Fills what a case leaves of a type that is laid out as `abi` says, after `used` core values:
    /// flat it is zero, as the canonical ABI asks, and in memory it stays as it is.
    pub fn rest(self, abi: &CanonicalAbiInfo, used: impl FnOnce() -> Result<usize>) -> Result<()> {
        if let Sink::Flat(slots) = self {
            let used = used()?;
            for _ in used..abi.flat_count(usize::MAX).unwrap_or(used) {
                next(slots).write(ValRaw::u64(0));
            }
        }
        Ok(())
    }
}

/// Stores the lowest `size` bytes of `value`: 1, 2 or 4.
fn store_integer<T: 'static>(cx: &mut LowerContext<'_, T>, offset: usize, size: usize, value: u32) {
    let [a, b, c, d] = value.to_le_bytes();
    match size {
        1 => *cx.get(offset) = [a],
        2 => *cx.get(offset) = [a, b],
        _ => *cx.get(offset) = [a, b, c, d],
    }
}
