//! Random numbers.

use crate::Outcome;
use crate::bindings::wasi::random::{insecure, insecure_seed, random};
use std::collections::HashSet;

/// Draws random numbers of all three kinds.
pub fn run() -> Outcome {
    for len in [0, 5, 100_000] {
        let bytes = random::get_random_bytes(len);
        let insecure = insecure::get_insecure_random_bytes(len);
        println!("of {len}: {} and {}", bytes.len(), insecure.len());
    }
    let drawn: HashSet<u64> = (0..100).map(|_| random::get_random_u64()).collect();
    println!("different numbers: {}", drawn.len());
    let drawn: HashSet<u64> = (0..100)
        .map(|_| insecure::get_insecure_random_u64())
        .collect();
    println!("different insecure numbers: {}", drawn.len());
    let bytes: HashSet<u8> = random::get_random_bytes(100_000).into_iter().collect();
    println!("different bytes: {}", bytes.len());
    let seed = insecure_seed::insecure_seed();
    println!("the seed stays: {}", seed == insecure_seed::insecure_seed());
    Ok(())
}
