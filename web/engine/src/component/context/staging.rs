//! Regions of guest memory that are being written, staged in the application's memory.

use crate::page::GuestMemory;
use std::mem::ManuallyDrop;
use std::ops::Range;
use wasmtime_environ::error::{Result, bail};

/// The regions of one lowering, oldest first.
#[derive(Default)]
pub struct Staging {
    /// Dropped out of the way of calls, most of which stage nothing.
    regions: ManuallyDrop<Vec<Region>>,
    /// The region that was written last.
    current: usize,
    dirty: bool,
}

/// One region. Its bytes are a copy of the guest's until they are written, so that copying a range back changes nothing that
/// was not written.
struct Region {
    start: usize,
    len: usize,
    bytes: Vec<u8>,
    dirty: Range<usize>,
}

impl Drop for Staging {
    #[inline]
    fn drop(&mut self) {
        if !self.regions.is_empty() {
            self.free();
        }
    }
}

impl Staging {
    #[cold]
    fn free(&mut self) {
        // SAFETY: called once, when this is dropped.
        unsafe { ManuallyDrop::drop(&mut self.regions) };
    }

    /// Adds a region of `len` bytes at `start`.
    pub fn add(&mut self, start: usize, len: usize) {
        self.current = self.regions.len();
        self.regions.push(Region {
            start,
            len,
            bytes: Vec::new(),
            dirty: 0..0,
        });
    }

    /// Whether nothing waits to be copied.
    #[inline]
    pub fn is_clean(&self) -> bool {
        !self.dirty
    }

    /// `N` bytes at `offset`, to be written.
    #[inline]
    pub fn get<const N: usize>(
        &mut self,
        offset: usize,
        memory: Option<&GuestMemory>,
    ) -> &mut [u8; N] {
        if !self.regions[self.current].holds(offset, N) {
            self.current = self
                .regions
                .iter()
                .rposition(|region| region.holds(offset, N))
                .expect("a value is lowered into a region that was allocated for it");
        }
        self.dirty = true;
        self.regions[self.current].write(offset, memory)
    }

    /// Copies every written range to the guest.
    pub fn flush(&mut self, memory: &GuestMemory) -> Result<()> {
        for region in self.regions.iter_mut() {
            let dirty = std::mem::take(&mut region.dirty);
            if !dirty.is_empty() && !memory.write(region.start + dirty.start, &region.bytes[dirty])
            {
                bail!("pointer out of bounds of memory");
            }
        }
        self.dirty = false;
        Ok(())
    }
}

impl Region {
    #[inline]
    fn holds(&self, offset: usize, len: usize) -> bool {
        offset >= self.start && len <= self.len && offset - self.start <= self.len - len
    }

    #[inline]
    fn write<const N: usize>(
        &mut self,
        offset: usize,
        memory: Option<&GuestMemory>,
    ) -> &mut [u8; N] {
        if self.bytes.is_empty() && self.len > 0 {
            self.bytes = self.fetch(memory);
        }
        let at = offset - self.start;
        self.dirty = if self.dirty.is_empty() {
            at..at + N
        } else {
            self.dirty.start.min(at)..self.dirty.end.max(at + N)
        };
        self.bytes[at..]
            .first_chunk_mut()
            .expect("`holds` was asked before")
    }

    #[cold]
    fn fetch(&self, memory: Option<&GuestMemory>) -> Vec<u8> {
        let mut bytes = vec![0; self.len];
        if let Some(memory) = memory {
            // SAFETY: `bytes` has room for `len` bytes. The region was checked when it was allocated, and memories never shrink.
            let _ = unsafe { memory.read(self.start, bytes.as_mut_ptr(), self.len) };
        }
        bytes
    }
}
