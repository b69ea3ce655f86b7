//! Which version of a function a call gets.
//!
//! In this order: what the call asks for, what its key says, what chance says, the stable version.
//! A key is hashed with the trial's [`Secret`] to a number below 10,000, and those below the
//! canary's weight get the canary: the same key gets the same version for as long as the weight
//! stays, and a greater weight adds keys and takes none away. Which keys those are, nobody knows
//! who has not tried.

use super::secret::{Secret, Stratum};

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
    secret: Secret,
    weight: Weight,
    turn: u32,
}

impl Split {
    /// A canary with this weight. Another secret has other keys early on the canary.
    #[must_use]
    pub fn new(secret: Secret, weight: Weight) -> Split {
        Split {
            secret,
            weight,
            turn: 0,
        }
    }

    /// The canary gets another weight. Calls that are under way were shared out by the one before.
    pub fn set_weight(&mut self, weight: Weight) {
        self.weight = weight;
        self.turn = self.turn.wrapping_add(1);
    }

    /// How often the weight was changed.
    #[must_use]
    pub fn turn(&self) -> u32 {
        self.turn
    }

    /// The stratum of the client that these bytes name.
    #[must_use]
    pub fn stratum(&self, client: &[u8]) -> Stratum {
        self.secret.stratum(client)
    }

    /// The canary's weight.
    #[must_use]
    pub fn weight(&self) -> Weight {
        self.weight
    }

    /// The version that a call gets. `chance` is any number, drawn evenly from all there are, and
    /// only looked at when the call does not decide itself.
    ///
    /// ```
    /// use amphi_edge_rollout::choice::{Reason, Side, Split, Weight, Wish};
    /// use amphi_edge_rollout::secret::Secret;
    ///
    /// let ten = Weight::of_percent(10).expect("it is not above 100");
    /// let split = Split::new(Secret::new([7; 32]), ten);
    /// let by_key = Wish { key: Some(b"ada"), ..Wish::default() };
    /// let chosen = split.choose(&by_key, 0);
    /// assert_eq!(chosen.1, Reason::Key);
    /// assert_eq!(split.choose(&by_key, 12_345), chosen);
    /// assert_eq!(split.choose(&Wish::default(), 999), (Side::Canary, Reason::Weight));
    /// assert_eq!(split.choose(&Wish::default(), 1_000), (Side::Stable, Reason::Weight));
    /// ```
    #[must_use]
    pub fn choose(&self, wish: &Wish<'_>, chance: u64) -> (Side, Reason) {
        if let Some(side) = wish.side {
            return (side, Reason::Asked);
        }
        match wish.key {
            Some(key) => (self.side(self.secret.place(key)), Reason::Key),
            // Of 2^64 numbers no place has more than one in 10^15 too many.
            None => (self.side((chance % 10_000) as u16), Reason::Weight),
        }
    }

    fn side(&self, place: u16) -> Side {
        match place < self.weight.0 {
            true => Side::Canary,
            false => Side::Stable,
        }
    }
}

#[cfg(test)]
mod tests;
