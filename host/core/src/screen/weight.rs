//! The unit in which everything is weighed: a node of a value type, which whoever reads a component
//! walks over and keeps once.

/// What an item weighs: something with a name that is kept.
pub const ITEM: u64 = 16;

/// The most that a component may come to: some hundred megabytes. What compilers and composition
/// tools make needs less than a hundredth.
pub const MOST: u64 = 1 << 24;

/// The most that a validator may walk over and copy, which it does for each import and export of
/// each type of an instance: a second's work.
pub const WALKED: u64 = 1 << 26;

/// So many bytes of a name weigh as much as a node. The names that people give weigh nothing, or
/// one.
const NAME: usize = 16;

/// What a name weighs: it is written down wherever it is used.
pub fn name(name: &str) -> u64 {
    (name.len() / NAME) as u64
}
