//! How much a store holds at most, and what is counted to know it.

use super::problem::StoreProblem;

/// How much a store holds at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreBounds {
    /// Bytes of a key.
    pub key: usize,
    /// Bytes of a value.
    pub value: usize,
    /// Keys of a store.
    pub keys: u64,
    /// Bytes of all keys and values of a store.
    pub bytes: u64,
    /// Keys that one call may name, and that one page of keys has.
    pub batch: usize,
    /// Bytes that one call may read: a guest that asks for a large value a hundred times has it in
    /// the host's memory a hundred times.
    pub read: usize,
}

impl Default for StoreBounds {
    fn default() -> StoreBounds {
        StoreBounds {
            key: 1 << 10,
            value: 1 << 20,
            keys: 100_000,
            bytes: 64 << 20,
            batch: 1_000,
            read: 8 << 20,
        }
    }
}

impl StoreBounds {
    /// Whether `key` may be written.
    pub(super) fn key(&self, key: &str) -> Result<(), StoreProblem> {
        let (found, most) = (key.len(), self.key);
        (found <= most)
            .then_some(())
            .ok_or(StoreProblem::KeyTooLong { found, most })
    }

    /// Whether `value` may be written.
    pub(super) fn value(&self, value: &[u8]) -> Result<(), StoreProblem> {
        let (found, most) = (value.len(), self.value);
        (found <= most)
            .then_some(())
            .ok_or(StoreProblem::ValueTooLarge { found, most })
    }

    /// Whether one call may name so many keys.
    pub(super) fn batch(&self, found: usize) -> Result<(), StoreProblem> {
        let most = self.batch;
        (found <= most)
            .then_some(())
            .ok_or(StoreProblem::BatchTooLong { found, most })
    }

    /// Whether one call may read so many bytes.
    pub(super) fn read(&self, found: usize) -> Result<(), StoreProblem> {
        let most = self.read;
        (found <= most)
            .then_some(())
            .ok_or(StoreProblem::ReadTooMuch { most })
    }
}

/// What a store holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Its keys.
    pub keys: u64,
    /// The bytes of its keys and values.
    pub bytes: u64,
}

impl Tally {
    /// Counts that the value of `key` was `old` bytes long, if it was there, and is `new` bytes
    /// long, if it is there.
    pub(super) fn replace(&mut self, key: &str, old: Option<usize>, new: Option<usize>) {
        let whole = |value: usize| (key.len() + value) as u64;
        if let Some(old) = old {
            self.keys = self.keys.saturating_sub(1);
            self.bytes = self.bytes.saturating_sub(whole(old));
        }
        if let Some(new) = new {
            self.keys += 1;
            self.bytes = self.bytes.saturating_add(whole(new));
        }
    }

    /// Whether a store may hold this much, having held `before`: what makes it smaller is always
    /// allowed, also when the bounds were lowered since.
    pub(super) fn within(&self, bounds: &StoreBounds, before: &Tally) -> Result<(), StoreProblem> {
        if self.keys > bounds.keys && self.keys > before.keys {
            return Err(StoreProblem::TooManyKeys { most: bounds.keys });
        }
        if self.bytes > bounds.bytes && self.bytes > before.bytes {
            return Err(StoreProblem::Full { most: bounds.bytes });
        }
        Ok(())
    }
}
