//! Values of a type, drawn at random: the ends of ranges, odd floats and odd text more often than
//! chance would have them.

use amphi::component::Val;
use fastrand::Rng;

use super::ty::{Scalar, Type};
use super::wat::{case, field, flag};

/// How many parts all lists of one value have together, at most.
const PARTS: usize = 400;

/// A value of a type.
pub fn value(rng: &mut Rng, ty: &Type) -> Val {
    part(rng, ty, &mut { PARTS })
}

fn part(rng: &mut Rng, ty: &Type, left: &mut usize) -> Val {
    match ty {
        Type::Scalar(scalar_type) => scalar(rng, *scalar_type),
        Type::String => Val::String(text(rng)),
        Type::List(element) => {
            let length = length(rng).min(*left);
            *left -= length;
            Val::List((0..length).map(|_| part(rng, element, left)).collect())
        }
        Type::Array(element, length) => {
            Val::FixedLengthList((0..*length).map(|_| part(rng, element, left)).collect())
        }
        Type::Map(key, element) => {
            let length = length(rng).min(*left / 2);
            *left -= 2 * length;
            let entry = |_| (scalar(rng, *key), part(rng, element, left));
            Val::Map((0..length).map(entry).collect())
        }
        Type::Tuple(types) => Val::Tuple(types.iter().map(|ty| part(rng, ty, left)).collect()),
        Type::Record(types) => {
            let fields = types.iter().enumerate();
            Val::Record(
                fields
                    .map(|(index, ty)| (field(index), part(rng, ty, left)))
                    .collect(),
            )
        }
        Type::Variant(cases) => {
            let index = below(rng, cases.len());
            let payload = cases[index]
                .as_ref()
                .map(|ty| Box::new(part(rng, ty, left)));
            Val::Variant(case(index), payload)
        }
        Type::Enum(count) => Val::Enum(case(below(rng, *count))),
        Type::Flags(count) => {
            let (all, none) = (rng.u8(..8) == 0, rng.u8(..8) == 0);
            let set = (0..*count).filter(|_| !none && (all || rng.bool()));
            Val::Flags(set.map(flag).collect())
        }
        Type::Option(ty) => Val::Option(rng.bool().then(|| Box::new(part(rng, ty, left)))),
        Type::Result(ok, err) => {
            let succeeds = rng.bool();
            let side = if succeeds { ok } else { err };
            let payload = side.as_ref().map(|ty| Box::new(part(rng, ty, left)));
            Val::Result(if succeeds { Ok(payload) } else { Err(payload) })
        }
    }
}

fn scalar(rng: &mut Rng, ty: Scalar) -> Val {
    let bits = bits(rng);
    match ty {
        Scalar::Bool => Val::Bool(rng.bool()),
        Scalar::S8 => Val::S8(bits as i8),
        Scalar::U8 => Val::U8(bits as u8),
        Scalar::S16 => Val::S16(bits as i16),
        Scalar::U16 => Val::U16(bits as u16),
        Scalar::S32 => Val::S32(bits as i32),
        Scalar::U32 => Val::U32(bits as u32),
        Scalar::S64 => Val::S64(bits as i64),
        Scalar::U64 => Val::U64(bits),
        Scalar::F32 => Val::Float32(float32(rng)),
        Scalar::F64 => Val::Float64(float64(rng)),
        Scalar::Char => Val::Char(char(rng)),
    }
}

/// A number below `count`. It is drawn from 32 bits, so that hosts of other sizes draw the same.
pub fn below(rng: &mut Rng, count: usize) -> usize {
    rng.u32(..count as u32) as usize
}

/// Bits of an integer of any size: its low ones are taken.
pub fn bits(rng: &mut Rng) -> u64 {
    match rng.u8(..8) {
        0 => 0,
        1 => u64::MAX,
        2 => 1 << rng.u32(..64),
        3 => (1 << rng.u32(..64)) - 1,
        4 => rng.u64(..256),
        _ => rng.u64(..),
    }
}

/// A float: any bits, and among them often those that are no number.
pub fn float32(rng: &mut Rng) -> f32 {
    const ODD: [u32; 12] = [
        0,
        0x8000_0000,
        1,
        0x807f_ffff,
        0x7f80_0000,
        0xff80_0000,
        0x7fc0_0000,
        0xffc0_0000,
        0x7f80_0001,
        0xffbf_ffff,
        0x7fff_ffff,
        0x7f7f_ffff,
    ];
    f32::from_bits(match rng.u8(..4) {
        0 => ODD[below(rng, ODD.len())],
        1 => 0x7f80_0000 | rng.u32(..),
        _ => rng.u32(..),
    })
}

/// A float: any bits, and among them often those that are no number.
pub fn float64(rng: &mut Rng) -> f64 {
    const EXPONENT: u64 = 0x7ff << 52;
    const ODD: [u64; 10] = [
        0,
        1 << 63,
        1,
        EXPONENT,
        EXPONENT | 1 << 63,
        EXPONENT | 1,
        EXPONENT | 1 << 51,
        EXPONENT | 1 << 51 | 1 << 63,
        u64::MAX >> 1,
        EXPONENT - 1,
    ];
    f64::from_bits(match rng.u8(..4) {
        0 => ODD[below(rng, ODD.len())],
        1 => EXPONENT | rng.u64(..),
        _ => rng.u64(..),
    })
}

/// A letter of any part of Unicode, and its borders.
pub fn char(rng: &mut Rng) -> char {
    const ODD: [char; 10] = [
        '\0',
        '\u{7f}',
        '\u{80}',
        '\u{ff}',
        '\u{100}',
        '\u{7ff}',
        '\u{800}',
        '\u{d7ff}',
        '\u{e000}',
        '\u{10ffff}',
    ];
    match rng.u8(..4) {
        0 => ODD[below(rng, ODD.len())],
        1 => rng.char(..='\u{7f}'),
        2 => rng.char('\u{80}'..='\u{ffff}'),
        _ => rng.char(..),
    }
}

/// A text: of one part of Unicode, so that every way to write it down is taken, or of all; now and
/// then a long one.
pub fn text(rng: &mut Rng) -> String {
    let length = match rng.u8(..24) {
        0 => below(rng, 2_000),
        _ => below(rng, 16),
    };
    let most = match rng.u8(..5) {
        0 | 1 => '\u{7f}',
        2 => '\u{ff}',
        3 => '\u{ffff}',
        _ => char::MAX,
    };
    // Letters that need another form than those before come late now and then.
    let late = (rng.u8(..4) == 0).then(|| char(rng));
    let letters = (0..length).map(|_| rng.char(..=most));
    let mut text: String = letters.collect();
    text.extend(late);
    text
}

/// The length of a list.
pub fn length(rng: &mut Rng) -> usize {
    match rng.u8(..16) {
        0 | 1 => 0,
        2 => below(rng, 200),
        _ => below(rng, 6),
    }
}
