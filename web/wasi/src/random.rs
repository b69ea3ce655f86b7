//! `wasi:random`: the browser's cryptographic generator, or one that the host supplies.

use crate::p2::bindings::sync::random::{insecure, insecure_seed, random};
use crate::page;
use amphi_web::component::HasData;
use amphi_web::{Result, ensure};
use rand_core::{Rng, TryRng};
use std::convert::Infallible;

/// The most random bytes that a guest may ask for at once, unless the builder says otherwise.
pub const DEFAULT_MAX_SIZE: u64 = 64 << 20;

/// A generator that the host supplies; the browser's own where it does not.
type RandomSource = Option<Box<dyn Rng + Send>>;

/// Ties the interfaces of `wasi:random` to [`WasiRandomCtx`].
pub struct WasiRandom;

impl HasData for WasiRandom {
    type Data<'a> = &'a mut WasiRandomCtx;
}

/// Implemented by a store's data, so that the functions of `wasi:random` find their state in it;
/// whatever has a [`WasiView`](crate::WasiView) has this.
pub trait WasiRandomView: Send {
    /// Where the guest's random numbers come from.
    fn random(&mut self) -> &mut WasiRandomCtx;
}

impl WasiRandomView for WasiRandomCtx {
    fn random(&mut self) -> &mut WasiRandomCtx {
        self
    }
}

/// Where a guest's random numbers come from.
pub struct WasiRandomCtx {
    pub(crate) secure: RandomSource,
    pub(crate) insecure: RandomSource,
    /// Drawn when it is first asked for.
    pub(crate) insecure_seed: Option<u128>,
    pub(crate) max_size: u64,
}

impl Default for WasiRandomCtx {
    fn default() -> Self {
        Self {
            secure: None,
            insecure: None,
            insecure_seed: None,
            max_size: DEFAULT_MAX_SIZE,
        }
    }
}

impl random::Host for WasiRandomCtx {
    fn get_random_bytes(&mut self, len: u64) -> Result<Vec<u8>> {
        bytes(&mut self.secure, len, self.max_size)
    }

    fn get_random_u64(&mut self) -> Result<u64> {
        number(&mut self.secure)
    }
}

impl insecure::Host for WasiRandomCtx {
    fn get_insecure_random_bytes(&mut self, len: u64) -> Result<Vec<u8>> {
        bytes(&mut self.insecure, len, self.max_size)
    }

    fn get_insecure_random_u64(&mut self) -> Result<u64> {
        number(&mut self.insecure)
    }
}

impl insecure_seed::Host for WasiRandomCtx {
    fn insecure_seed(&mut self) -> Result<(u64, u64)> {
        let seed = match self.insecure_seed {
            Some(seed) => seed,
            None => {
                let mut drawn = [0; 16];
                page::fill_random(&mut drawn)?;
                u128::from_le_bytes(drawn)
            }
        };
        self.insecure_seed = Some(seed);
        Ok((seed as u64, (seed >> 64) as u64))
    }
}

fn bytes(source: &mut RandomSource, len: u64, max_size: u64) -> Result<Vec<u8>> {
    ensure!(
        len <= max_size,
        "requested len {len} exceeds limit {max_size}"
    );
    let mut bytes = vec![0; usize::try_from(len)?];
    match source {
        // One draw for a byte, as `wasmtime-wasi` does it: a seeded generator then gives a guest
        // the same bytes on both hosts.
        Some(rng) => bytes.fill_with(|| rng.next_u32().to_le_bytes()[0]),
        None => page::fill_random(&mut bytes)?,
    }
    Ok(bytes)
}

fn number(source: &mut RandomSource) -> Result<u64> {
    match source {
        Some(rng) => Ok(rng.next_u64()),
        None => {
            let mut bytes = [0; 8];
            page::fill_random(&mut bytes)?;
            Ok(u64::from_le_bytes(bytes))
        }
    }
}

/// A generator that repeats the bytes it was given, for results that are the same every time.
pub struct Deterministic {
    cycle: std::iter::Cycle<std::vec::IntoIter<u8>>,
}

impl Deterministic {
    /// A generator that repeats `bytes`, of which there must be one at least.
    pub fn new(bytes: Vec<u8>) -> Self {
        let cycle = bytes.into_iter().cycle();
        Self { cycle }
    }

    fn draw<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| {
            self.cycle
                .next()
                .expect("`Deterministic` was given no bytes")
        })
    }
}

impl TryRng for Deterministic {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_be_bytes(self.draw()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_be_bytes(self.draw()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill_with(|| self.draw::<1>()[0]);
        Ok(())
    }
}
