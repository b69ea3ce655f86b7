//! Parameters whose bytes the trampoline places in the guest's memory, instead of lowering.

use crate::raw::ValRaw;

/// Which slots of a frame may hold pointers into the application's memory, and which do.
pub struct Deferral {
    /// A bit for each slot where the trampoline places what is pointed to.
    pub slots: u32,
    /// The frame.
    pub frame: *mut ValRaw,
    /// The slots that were left to the trampoline.
    pub deferred: u32,
}

impl Default for Deferral {
    #[inline]
    fn default() -> Deferral {
        Deferral {
            slots: 0,
            frame: std::ptr::null_mut(),
            deferred: 0,
        }
    }
}

impl Deferral {
    /// See [`LowerContext::defer`](super::LowerContext::defer).
    #[inline]
    pub fn defer(&mut self, dst: *mut ValRaw, bytes: *const u8, len: usize) -> bool {
        let slot = (dst as usize).wrapping_sub(self.frame as usize) / size_of::<ValRaw>();
        if slot >= 32 || self.slots & (1 << slot) == 0 {
            return false;
        }
        // SAFETY: `dst` is a slot of the frame, as its number shows, and a pointer that is placed
        // has its length after it.
        unsafe {
            dst.write(ValRaw::u32(bytes as u32));
            dst.add(1).write(ValRaw::u32(len as u32));
        }
        self.deferred |= 1 << slot;
        true
    }
}
