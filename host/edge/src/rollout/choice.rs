//! Which version of a function a call gets.
//!
//! In this order: what the call asks for, what its key says, what chance says, the stable version. A key is hashed with the function's name to a number below
//! 10,000 (XXH3, 64 bits), and those below the canary's weight get the canary: the same key gets the same version for as long as the weight stays, and a
//! greater weight adds keys and takes none away.

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// How many of 10,000 calls a canary gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Weight(u16);

impl Weight {
    /// No call.
    pub const NONE: Weight = Weight(0);
    /// Every call.
    pub const ALL: Weight = Weight(10_000);

    /// So many of 10,000; none if that is more than all.
    #[must_use]
    pub fn of_10_000(calls: u16) -> Option<Weight> {
        (calls <= Weight::ALL.0).then_some(Weight(calls))
    }

    /// So many of 100; none if that is more than all.
    #[must_use]
    pub fn of_percent(calls: u16) -> Option<Weight> {
        calls.checked_mul(100).and_then(Weight::of_10_000)
    }

    /// How many of 10,000.
    #[must_use]
    pub fn in_10_000(self) -> u16 {
        self.0
    }
}

/// One of the two versions that share a function's calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The version that serves.
    Stable,
    /// The version on trial.
    Canary,
}

/// Why a call got its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It asked for it.
    Asked,
    /// Its key belongs there.
    Key,
    /// Chance, by weight.
    Weight,
    /// There is no other.
    Only,
}

impl Reason {
    /// The word for it in headers and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Reason::Asked => "asked",
            Reason::Key => "key",
            Reason::Weight => "weight",
            Reason::Only => "only",
        }
    }
}

/// What a call says of the version that it wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish<'a> {
    /// The version that it asks for, if that is one of the two.
    pub side: Option<Side>,
    /// What it has in common with other calls that are to get the same version: a user, a session.
    pub key: Option<&'a [u8]>,
}

/// How a function's calls are shared while there is a canary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    salt: u64,
    weight: Weight,
}

impl Split {
    /// A canary with this weight. The function's name makes that a key which is early on one function's canary is not early on all.
    #[must_use]
    pub fn new(function: &str, weight: Weight) -> Split {
        let salt = xxh3_64(function.as_bytes());
        Split { salt, weight }
    }

    /// The canary's weight.
    #[must_use]
    pub fn weight(&self) -> Weight {
        self.weight
    }

    /// The version that a call gets. `chance` is any number, drawn evenly from all there are, and only looked at when the call does not decide itself.
    #[must_use]
    pub fn choose(&self, wish: &Wish<'_>, chance: u64) -> (Side, Reason) {
        if let Some(side) = wish.side {
            return (side, Reason::Asked);
        }
        match wish.key {
            Some(key) => (self.side(self.place(key)), Reason::Key),
            None => (self.side(of_10_000(chance)), Reason::Weight),
        }
    }

    /// The number below 10,000 that a key has.
    #[must_use]
    pub fn place(&self, key: &[u8]) -> u16 {
        of_10_000(xxh3_64_with_seed(key, self.salt))
    }

    fn side(&self, place: u16) -> Side {
        match place < self.weight.0 {
            true => Side::Canary,
            false => Side::Stable,
        }
    }
}

/// A number below 10,000. Of 2^64 numbers no place has more than one in 10^15 too many.
fn of_10_000(number: u64) -> u16 {
    (number % 10_000) as u16
}

#[cfg(test)]
mod tests;
