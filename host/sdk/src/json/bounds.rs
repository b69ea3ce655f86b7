//! How much a text may make the host take in.

use crate::component::Val;

/// The most of what is read. Everything is counted before memory is taken for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of the text.
    pub bytes: usize,
    /// Arrays and objects inside each other.
    pub depth: usize,
    /// Values at all levels, those counted that the text leaves out.
    pub elements: usize,
    /// Bytes that the values take, about.
    pub memory: usize,
}

/// 4 MiB of text, 128 deep, a million values, 128 MiB for them.
impl Default for Bounds {
    fn default() -> Self {
        Bounds {
            bytes: 4 << 20,
            depth: 128,
            elements: 1 << 20,
            memory: 128 << 20,
        }
    }
}

/// Which of the bounds was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bound {
    /// [`Bounds::bytes`], or the bytes of what is written.
    Bytes,
    /// [`Bounds::depth`].
    Depth,
    /// [`Bounds::elements`].
    Elements,
    /// [`Bounds::memory`].
    Memory,
}

/// A bound, and how much it allows.
pub(super) type Exceeded = (Bound, usize);

/// What is left of the bounds.
pub(super) struct Budget {
    bounds: Bounds,
    elements: usize,
    memory: usize,
}

impl Budget {
    pub(super) fn new(bounds: &Bounds) -> Self {
        Budget {
            bounds: *bounds,
            elements: bounds.elements,
            memory: bounds.memory,
        }
    }

    /// Takes what some values need.
    pub(super) fn values(&mut self, count: usize) -> Result<(), Exceeded> {
        let left = self.elements.checked_sub(count);
        self.elements = left.ok_or((Bound::Elements, self.bounds.elements))?;
        self.bytes(count.saturating_mul(size_of::<Val>()))
    }

    /// Takes what some bytes besides values need.
    pub(super) fn bytes(&mut self, count: usize) -> Result<(), Exceeded> {
        let left = self.memory.checked_sub(count);
        self.memory = left.ok_or((Bound::Memory, self.bounds.memory))?;
        Ok(())
    }
}
