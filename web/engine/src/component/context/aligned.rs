//! A copy of a region of guest memory, aligned for every type of the canonical ABI.

use std::mem::MaybeUninit;
use std::ops::Deref;

/// 8-byte words that are kept without a heap allocation.
const WORDS: usize = 16;

/// Bytes that start at an 8-byte boundary; up to [`AlignedBytes::INLINE`] of them without a heap allocation.
pub struct AlignedBytes {
    inline: [MaybeUninit<u64>; WORDS],
    heap: Vec<u64>,
    len: usize,
}

impl AlignedBytes {
    /// How many bytes need no heap allocation.
    pub const INLINE: usize = WORDS * 8;

    /// `len` bytes that `fill` has written to the address it is given; `None` if it says that it could not.
    #[inline]
    pub fn filled(len: usize, fill: impl FnOnce(*mut u8) -> bool) -> Option<AlignedBytes> {
        let mut bytes = AlignedBytes {
            inline: [MaybeUninit::uninit(); WORDS],
            heap: Vec::new(),
            len,
        };
        let to: *mut u8 = if len <= Self::INLINE {
            bytes.inline.as_mut_ptr().cast()
        } else {
            bytes.heap.try_reserve_exact(len.div_ceil(8)).ok()?;
            bytes.heap.as_mut_ptr().cast()
        };
        fill(to).then_some(bytes)
    }
}

impl Deref for AlignedBytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        let from: *const u8 = if self.len <= Self::INLINE {
            self.inline.as_ptr().cast()
        } else {
            self.heap.as_ptr().cast()
        };
        // SAFETY: `filled` made sure that `len` bytes from there are initialised.
        unsafe { std::slice::from_raw_parts(from, self.len) }
    }
}
