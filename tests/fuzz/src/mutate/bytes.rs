//! Changes of bytes that know nothing of what they mean, but for numbers in LEB128.

use super::choose;
use crate::binary::leb;
use fastrand::Rng;
use wasmparser::BinaryReader;

/// The longest run of bytes that is copied or removed.
const RUN: usize = 64;

/// Bytes that mean something in many places: type constructors, small indices, ends of LEB128
/// numbers.
const TELLING: &[u8] = &[
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x0b, 0x0c, 0x10, 0x11, 0x3f, 0x40, 0x41, 0x42, 0x43, 0x50,
    0x5e, 0x60, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6d, 0x6e, 0x6f, 0x70, 0x71,
    0x72, 0x73, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f, 0x80, 0xff,
];

/// Changes `bytes` in one place, with bytes of `donor`.
pub fn change(rng: &mut Rng, bytes: &mut Vec<u8>, donor: &[u8]) {
    let Some(at) = choose(rng, bytes.len()) else {
        bytes.extend(donor.iter().take(RUN));
        return;
    };
    let end = (at + rng.usize(1..=RUN)).min(bytes.len());
    match rng.u8(..12) {
        0 => bytes[at] ^= 1 << rng.u8(..8),
        1 => bytes[at] = rng.u8(..),
        2 | 3 => bytes[at] = TELLING[rng.usize(..TELLING.len())],
        4..7 => number(rng, bytes, at),
        7 => bytes.truncate(at),
        8 => drop(bytes.drain(at..end)),
        9 => {
            let run = bytes[at..end].to_vec();
            let to = rng.usize(..=bytes.len());
            bytes.splice(to..to, run.repeat(rng.usize(1..=4)));
        }
        _ => {
            if let Some(from) = choose(rng, donor.len()) {
                let run = &donor[from..(from + rng.usize(1..=RUN)).min(donor.len())];
                let over = if rng.bool() { at..end } else { at..at };
                bytes.splice(over, run.iter().copied());
            }
        }
    }
}

/// Puts another number in the place of the one that may begin at `at`.
fn number(rng: &mut Rng, bytes: &mut Vec<u8>, at: usize) {
    let mut reader = BinaryReader::new(&bytes[at..], 0);
    let Ok(value) = reader.read_var_u32() else {
        return;
    };
    let length = reader.original_position();
    let value = u64::from(value);
    let other = match rng.u8(..8) {
        0 | 1 => value.wrapping_add(1),
        2 | 3 => value.saturating_sub(1),
        4 => rng.u64(..16),
        5 => rng.u64(..1_000_000),
        6 => u64::from(u32::MAX),
        _ => rng.u64(..),
    };
    let mut written = Vec::new();
    leb(other, &mut written);
    bytes.splice(at..at + length, written);
}
