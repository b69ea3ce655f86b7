//! A module's bytes with pieces replaced.

use std::ops::Range;
use wasm_encoder::{Encode as _, Instruction};

/// What takes the place of a piece of the original.
#[derive(Debug)]
pub enum Piece {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The number of a function, which was this one.
    Function(u32),
    /// A call of an imported access.
    Access(u32),
    /// A call of one of the added copies.
    Copy(u32),
}

/// How functions are numbered in the rewritten module: the original's imports, the accesses, the
/// original's own, the copies.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    pub imported: u32,
    pub accesses: u32,
    pub defined: u32,
}

impl Numbers {
    /// The new number of a function.
    pub fn function(self, old: u32) -> u32 {
        if old < self.imported {
            old
        } else {
            old + self.accesses
        }
    }

    /// The number of an access.
    pub fn access(self, index: u32) -> u32 {
        self.imported + index
    }

    /// The number of a copy.
    fn copy(self, index: u32) -> u32 {
        self.imported + self.accesses + self.defined + index
    }
}

/// Replacements, in the order of their places.
#[derive(Debug, Default)]
pub struct Edits(Vec<(Range<usize>, Piece)>);

impl Edits {
    /// Replaces a piece behind all that are replaced so far.
    pub fn replace(&mut self, place: Range<usize>, piece: Piece) {
        debug_assert!(
            self.0
                .last()
                .is_none_or(|(last, _)| last.end <= place.start)
        );
        self.0.push((place, piece));
    }

    /// The bytes of `range` with its pieces replaced.
    pub fn apply(&self, original: &[u8], range: Range<usize>, numbers: Numbers) -> Vec<u8> {
        let first = self
            .0
            .partition_point(|(place, _)| place.start < range.start);
        let mut bytes = Vec::with_capacity(range.len());
        let mut position = range.start;
        for (place, piece) in &self.0[first..] {
            if place.end > range.end {
                break;
            }
            bytes.extend_from_slice(&original[position..place.start]);
            match piece {
                Piece::Bytes(new) => bytes.extend_from_slice(new),
                Piece::Function(old) => numbers.function(*old).encode(&mut bytes),
                Piece::Access(index) => {
                    Instruction::Call(numbers.access(*index)).encode(&mut bytes);
                }
                Piece::Copy(index) => Instruction::Call(numbers.copy(*index)).encode(&mut bytes),
            }
            position = place.end;
        }
        bytes.extend_from_slice(&original[position..range.end]);
        bytes
    }
}
