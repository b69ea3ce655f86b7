//! The secret of a trial, which decides who is on the canary and who is counted together.
//!
//! Without it nobody can tell which key is on the canary, or which client is counted with which
//! other one, before it has tried. Who has the same secret shares the same calls in the same way.

use sha2::{Digest as _, Sha256};
use std::fmt;

/// Among how many strata clients are shared out.
pub const STRATA: usize = 64;

/// 32 bytes that nobody else knows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Secret([u8; 32]);

/// Clients that are counted together, since the trial's secret has put them there: one of
/// [`STRATA`]. All that one client sends is in one stratum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stratum(u8);

impl Secret {
    /// A secret of these bytes, which the system has drawn at random.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Secret {
        Secret(bytes)
    }

    /// The number below 10,000 that a key has. Of 2^64 numbers no place has more than one in 10^15
    /// too many.
    #[must_use]
    pub fn place(&self, key: &[u8]) -> u16 {
        (self.hash(b"key", key) % 10_000) as u16
    }

    /// The stratum of the client that these bytes name.
    #[must_use]
    pub fn stratum(&self, client: &[u8]) -> Stratum {
        Stratum((self.hash(b"client", client) % STRATA as u64) as u8)
    }

    /// The first 64 bits of SHA-256 of the secret, what is hashed, and the bytes.
    fn hash(&self, what: &[u8], bytes: &[u8]) -> u64 {
        let hash = Sha256::new()
            .chain_update(self.0)
            .chain_update(what)
            .chain_update(bytes)
            .finalize();
        hash.iter()
            .take(8)
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Stratum {
    /// The stratum with this number, counted around [`STRATA`].
    #[must_use]
    pub fn of(number: usize) -> Stratum {
        Stratum((number % STRATA) as u8)
    }

    /// Its number, below [`STRATA`].
    #[must_use]
    pub fn number(self) -> usize {
        usize::from(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Other hosts that share a trial, and later versions of this one, must have the same places.
    #[test]
    fn places_are_what_they_were() {
        let secret = Secret::new([7; 32]);
        let places = [&b""[..], b"a", b"user-1", b"user-2"].map(|key| secret.place(key));
        assert_eq!(places, [811, 9064, 5000, 4078]);
        let strata = [&b""[..], b"a"].map(|client| secret.stratum(client).number());
        assert_eq!(strata, [26, 42]);
    }

    #[test]
    fn clients_are_spread_and_the_secret_is_not_told() {
        let secret = Secret::new([1; 32]);
        let mut calls = [0_u32; STRATA];
        for client in 0..6_400_u32 {
            calls[secret.stratum(&client.to_le_bytes()).number()] += 1;
        }
        assert!(
            calls.iter().all(|calls| (50..150).contains(calls)),
            "{calls:?}"
        );
        assert_eq!(format!("{secret:?}"), "Secret");
    }
}
