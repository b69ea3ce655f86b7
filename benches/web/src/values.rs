//! The values that cross, the same for every way that is measured.

use crate::bindings::shapes::exports::demo::shapes::calls::Entry;

/// How long the short text is.
pub const SHORT: usize = 16;
/// How many numbers the list has.
pub const NUMBERS: u32 = 1000;
/// How many entries the list has; every other one has a note.
pub const ENTRIES: u32 = 100;
/// How many bytes the list has.
pub const BYTES: usize = 65536;

/// A text of `length` bytes, all of them ASCII.
pub fn text(length: usize) -> String {
    "sixteen letters!".chars().cycle().take(length).collect()
}

/// The list of bytes.
pub fn bytes() -> Vec<u8> {
    (0..BYTES).map(|index| index as u8).collect()
}

/// The list of numbers.
pub fn numbers() -> Vec<u32> {
    (0..NUMBERS).collect()
}

/// The list of entries.
pub fn entries() -> Vec<Entry> {
    let entry = |id: u32| Entry {
        id,
        weight: f64::from(id) / 4.0,
        note: id.is_multiple_of(2).then(|| format!("note {id:02}")),
    };
    (0..ENTRIES).map(entry).collect()
}

/// 0 + 1 + ... + (`times` - 1), wrapping around.
pub fn sum_below(times: u32) -> i32 {
    let times = u64::from(times);
    (times * times.saturating_sub(1) / 2) as i32
}
