//! A store in memory, which is empty when the host starts.

use super::bounds::{StoreBounds, Tally};
use super::changes::{Changes, Page, incremented};
use super::problem::StoreProblem;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is held in memory. No operation waits for more than another's few steps.
#[derive(Debug, Default)]
pub struct MemoryStore {
    held: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    entries: BTreeMap<String, Arc<[u8]>>,
    tally: Tally,
}

impl MemoryStore {
    /// The values of `keys`, in their order.
    pub fn get(
        &self,
        keys: &[String],
        bounds: &StoreBounds,
    ) -> Result<Vec<Option<Vec<u8>>>, StoreProblem> {
        // Shared first: what is too much is refused before it is copied, and copied without the
        // lock.
        let shared: Vec<Option<Arc<[u8]>>> = {
            let held = self.held();
            let entry = |key: &String| held.entries.get(key).cloned();
            keys.iter().map(entry).collect()
        };
        bounds.read(shared.iter().flatten().map(|value| value.len()).sum())?;
        let copied = |value: Option<Arc<[u8]>>| value.map(|value| value.to_vec());
        Ok(shared.into_iter().map(copied).collect())
    }

    /// Whether there is a value for `key`.
    pub fn exists(&self, key: &str) -> bool {
        self.held().entries.contains_key(key)
    }

    /// Makes all changes, or none.
    pub fn change(&self, changes: Changes, bounds: &StoreBounds) -> Result<(), StoreProblem> {
        let mut held = self.held();
        let mut tally = held.tally;
        for (key, value) in &changes {
            let old = held.entries.get(key).map(|value| value.len());
            tally.replace(key, old, value.as_ref().map(Vec::len));
        }
        tally.within(bounds, &held.tally)?;
        held.tally = tally;
        for (key, value) in changes {
            match value {
                Some(value) => held.entries.insert(key, value.into()),
                None => held.entries.remove(&key),
            };
        }
        Ok(())
    }

    /// Adds to a number.
    pub fn increment(
        &self,
        key: String,
        delta: u64,
        bounds: &StoreBounds,
    ) -> Result<u64, StoreProblem> {
        let mut held = self.held();
        let old = held.entries.get(&key);
        let sum = incremented(&key, old.map(|value| &**value), delta)?;
        let text = sum.to_string().into_bytes();
        let mut tally = held.tally;
        tally.replace(&key, old.map(|value| value.len()), Some(text.len()));
        tally.within(bounds, &held.tally)?;
        held.tally = tally;
        held.entries.insert(key, text.into());
        Ok(sum)
    }

    /// The keys from the `skip`th on, in their order.
    pub fn keys(&self, skip: u64, bounds: &StoreBounds) -> Page {
        let held = self.held();
        let keys = held.entries.keys().skip(Page::skipped(skip)).cloned();
        Page::of(skip, keys.take(bounds.batch).collect(), held.tally.keys)
    }

    /// What it holds.
    pub fn tally(&self) -> Tally {
        self.held().tally
    }

    /// Nothing panics while it holds the lock, between the steps of a change.
    fn held(&self) -> MutexGuard<'_, Entries> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
