//! Where the parts of a value come from.

use super::core_values::next;
use crate::raw::ValRaw;
use crate::values::context::LiftContext;
use crate::values::typed::Lift;
use std::slice::Iter;
use wasmtime_environ::component::{CanonicalAbiInfo, InterfaceType, VariantInfo};
use wasmtime_environ::error::Result;

/// Where a value comes from: core values, or a copy of its bytes in guest memory.
///
/// What a value is made of is read once for both: each part has a source of its own.
pub enum Source<'a, 's> {
    /// The core values that come next.
    Flat(&'a mut Iter<'s, ValRaw>),
    /// The bytes of the value, and where its next part begins.
    Memory(&'s [u8], usize),
}

impl<'s> Source<'_, 's> {
    /// Whether the value is in memory.
    pub fn is_memory(&self) -> bool {
        matches!(self, Source::Memory(..))
    }

    /// The next of the values that follow each other here, which is laid out as `abi` says.
    #[inline]
    pub fn field(&mut self, abi: &CanonicalAbiInfo) -> Source<'_, 's> {
        match self {
            Source::Flat(slots) => Source::Flat(slots),
            Source::Memory(bytes, offset) => {
                let start = abi.next_field32_size(offset);
                Source::Memory(&bytes[start..][..abi.size32 as usize], 0)
            }
        }
    }

    /// A value of one core value.
    #[inline]
    pub fn scalar<V: Lift<Lower = ValRaw>>(
        self,
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
    ) -> Result<V> {
        match self {
            Source::Flat(slots) => V::linear_lift_from_flat(cx, ty, next(slots)),
            Source::Memory(bytes, _) => V::linear_lift_from_memory(cx, ty, bytes),
        }
    }

    /// A string.
    pub fn string(self, cx: &mut LiftContext<'_>, ty: InterfaceType) -> Result<String> {
        match self {
            Source::Flat(slots) => {
                let pair = [*next(slots), *next(slots)];
                String::linear_lift_from_flat(cx, ty, &pair)
            }
            Source::Memory(bytes, _) => String::linear_lift_from_memory(cx, ty, bytes),
        }
    }

    /// The pointer and the length that stand for a list or a map.
    pub fn pair(self) -> (usize, usize) {
        let (ptr, len) = match self {
            Source::Flat(slots) => (next(slots).get_u32(), next(slots).get_u32()),
            Source::Memory(bytes, _) => {
                let (ptr, len) = bytes.split_at(4);
                (integer(ptr), integer(len))
            }
        };
        (ptr as usize, len as usize)
    }

    /// The `count` words of flags, each of `size` bytes in memory.
    pub fn words(self, size: usize, count: usize) -> Vec<u32> {
        match self {
            Source::Flat(slots) => (0..count).map(|_| next(slots).get_u32()).collect(),
            Source::Memory(bytes, _) => bytes.chunks(size).map(integer).collect(),
        }
    }

    /// Which case was chosen; what comes next is its payload.
    pub fn case(&mut self, info: &VariantInfo) -> u32 {
        match self {
            Source::Flat(slots) => next(slots).get_u32(),
            Source::Memory(bytes, offset) => {
                *offset = info.payload_offset32 as usize;
                integer(&bytes[..info.size.byte_size() as usize])
            }
        }
    }

    /// Passes over what a case leaves of a type of `all` core values, after `used` of them.
    pub fn rest(
        self,
        used: impl FnOnce() -> Result<usize>,
        all: impl FnOnce() -> Result<usize>,
    ) -> Result<()> {
        if let Source::Flat(slots) = self {
            for _ in used()?..all()? {
                next(slots);
            }
        }
        Ok(())
    }
}

/// The little-endian integer in up to four bytes.
fn integer(bytes: &[u8]) -> u32 {
    let ascending = bytes.iter().rev();
    ascending.fold(0, |value, byte| value << 8 | u32::from(*byte))
}
