//! Guest memory, which is another wasm memory: reached by bulk copies.

use super::boot::page;
use super::enter::call;
use super::{Local, glue, slots::Slot};
use js_sys::WebAssembly;
use wasmtime_environ::error::Result;

/// Bytes of a wasm page.
const PAGE_SIZE: u64 = 65536;

/// One memory of a guest.
#[derive(Debug)]
pub struct GuestMemory {
    /// The memory itself, for modules that import it.
    memory: Local<WebAssembly::Memory>,
    read: Slot,
    write: Slot,
    pages: Slot,
}

impl GuestMemory {
    /// Makes the accessor of `memory`: a two-memory module, or views in a browser without
    /// multi-memory.
    pub fn new(memory: &WebAssembly::Memory) -> Result<GuestMemory> {
        let exports = page(|page| match &page.accessor {
            Some(module) => {
                let imports = glue::import_object([
                    ("m", "guest", memory.into()),
                    ("m", "app", page.memory.clone()),
                ])?;
                glue::instance_exports(module, &imports)
            }
            None => glue::view_accessor(memory, &page.memory),
        })?;
        let slot = |name| Slot::new(&glue::export(&exports, name)?);
        Ok(GuestMemory {
            memory: Local::new(memory.clone()),
            read: slot("read")?,
            write: slot("write")?,
            pages: slot("pages")?,
        })
    }

    /// The memory itself.
    pub fn object(&self) -> &WebAssembly::Memory {
        &self.memory
    }

    /// Copies `len` bytes at `guest` to `to`; false, and nothing copied, if they are not all inside
    /// the memory.
    ///
    /// # Safety
    ///
    /// `to` is valid for writes of `len` bytes.
    #[inline]
    #[must_use]
    pub unsafe fn read(&self, guest: usize, to: *mut u8, len: usize) -> bool {
        // SAFETY: the caller vouches for `to`; the accessor checks the guest's side.
        unsafe { call(self.read.index(), guest as u32, to as u32, len as u32) == 0 }
    }

    /// Copies `bytes` to `guest`; false, and nothing copied, if they do not all fit inside the
    /// memory.
    #[inline]
    #[must_use]
    pub fn write(&self, guest: usize, bytes: &[u8]) -> bool {
        let (from, len) = (bytes.as_ptr() as u32, bytes.len() as u32);
        // SAFETY: `bytes` is readable; the accessor checks the guest's side.
        unsafe { call(self.write.index(), guest as u32, from, len) == 0 }
    }

    /// Whether `len` bytes at `guest` are all inside the memory.
    #[inline]
    pub fn contains(&self, guest: usize, len: usize) -> bool {
        // SAFETY: `pages` takes no notice of its arguments.
        let pages = unsafe { call(self.pages.index(), 0, 0, 0) };
        guest as u64 + len as u64 <= u64::from(pages) * PAGE_SIZE
    }
}
