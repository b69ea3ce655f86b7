//! What is the same for every store: changes, pages of keys, and numbers as values.

use super::problem::StoreProblem;
use std::collections::BTreeMap;

/// New values by key; none is no value any more.
pub type Changes = BTreeMap<String, Option<Vec<u8>>>;

/// Some of the keys of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The keys, in their order.
    pub keys: Vec<String>,
    /// How many keys are before the next page, if there is one. Keys that come and go in between
    /// move the others.
    pub next: Option<u64>,
}

impl Page {
    /// The page of `keys` that begins after `skip` of `all` keys.
    pub fn of(skip: u64, keys: Vec<String>, all: u64) -> Page {
        let end = skip.saturating_add(keys.len() as u64);
        let next = (!keys.is_empty() && end < all).then_some(end);
        Page { keys, next }
    }

    /// How many keys to go past.
    pub fn skipped(skip: u64) -> usize {
        usize::try_from(skip).unwrap_or(usize::MAX)
    }
}

/// The number that `old` is, none being zero, and `delta` more. Numbers are decimal text, as other
/// stores of this interface have them.
pub fn incremented(key: &str, old: Option<&[u8]>, delta: u64) -> Result<u64, StoreProblem> {
    let key = || key.to_owned();
    let number = |old: &[u8]| std::str::from_utf8(old).ok()?.parse::<u64>().ok();
    let old = match old {
        Some(old) => number(old).ok_or_else(|| StoreProblem::NotANumber { key: key() })?,
        None => 0,
    };
    old.checked_add(delta)
        .ok_or_else(|| StoreProblem::TooLargeANumber { key: key() })
}
