//! A copy of a region of guest memory, aligned for every type of the canonical ABI.

use std::mem::MaybeUninit;
use std::ops::Deref;
use wasmtime_environ::error::Result;

/// 8-byte words that are kept without a heap allocation.
const WORDS: usize = 16;

/// Bytes that start at an 8-byte boundary; up to [`AlignedBytes::INLINE`] of them without a heap
/// allocation.
pub struct AlignedBytes {
    inline: [MaybeUninit<u64>; WORDS],
    heap: Vec<u64>,
    len: usize,
}

impl AlignedBytes {
    /// How many bytes need no heap allocation.
    pub const INLINE: usize = WORDS * 8;

    /// No bytes yet.
    #[inline]
    pub fn new() -> AlignedBytes {
        AlignedBytes {
            inline: [MaybeUninit::uninit(); WORDS],
            heap: Vec::new(),
            len: 0,
        }
    }

    /// `len` bytes that `fill` has written to the address it is given, in place; `None` if it says
    /// that it could not. Fails if there is no memory for them.
    #[inline]
    pub fn fill(
        &mut self,
        len: usize,
        fill: impl FnOnce(*mut u8) -> bool,
    ) -> Result<Option<&[u8]>> {
        let to: *mut u8 = if len <= Self::INLINE {
            self.inline.as_mut_ptr().cast()
        } else {
            self.heap.try_reserve_exact(len.div_ceil(8))?;
            self.heap.as_mut_ptr().cast()
        };
        if !fill(to) {
            return Ok(None);
        }
        self.len = len;
        Ok(Some(self))
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
        // SAFETY: `fill` made sure that `len` bytes from there are initialised.
        unsafe { std::slice::from_raw_parts(from, self.len) }
    }
}
