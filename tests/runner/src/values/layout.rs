//! How values of a type lie in memory and in core parameters, from the specification of the
//! canonical ABI.

use super::ty::{Scalar, Type};

/// Parameters beyond this number are passed in memory.
pub const MOST_PARAMS: usize = 16;

/// A core type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Core {
    I32,
    I64,
    F32,
    F64,
}

impl Core {
    /// Its name in WAT.
    pub fn name(self) -> &'static str {
        match self {
            Core::I32 => "i32",
            Core::I64 => "i64",
            Core::F32 => "f32",
            Core::F64 => "f64",
        }
    }

    fn joined(self, other: Core) -> Core {
        match (self, other) {
            (a, b) if a == b => a,
            (Core::I32, Core::F32) | (Core::F32, Core::I32) => Core::I32,
            _ => Core::I64,
        }
    }
}

/// Size and alignment of the values of a type.
pub fn size_and_align(ty: &Type) -> (u32, u32) {
    match ty {
        Type::Scalar(scalar) => {
            let size = match scalar {
                Scalar::Bool | Scalar::S8 | Scalar::U8 => 1,
                Scalar::S16 | Scalar::U16 => 2,
                Scalar::S32 | Scalar::U32 | Scalar::F32 | Scalar::Char => 4,
                Scalar::S64 | Scalar::U64 | Scalar::F64 => 8,
            };
            (size, size)
        }
        Type::String | Type::List(_) | Type::Map(..) => (8, 4),
        Type::Array(element, length) => {
            let (size, align) = size_and_align(element);
            (size * length, align)
        }
        Type::Tuple(types) | Type::Record(types) => in_a_row(types),
        Type::Variant(cases) => one_of(cases.len(), cases.iter().flatten()),
        Type::Enum(count) => one_of(*count, []),
        Type::Flags(count) => {
            let size = match count {
                0..=8 => 1,
                9..=16 => 2,
                _ => 4,
            };
            (size, size)
        }
        Type::Option(ty) => one_of(2, [&**ty]),
        Type::Result(ok, err) => one_of(2, ok.iter().chain(err).map(|ty| &**ty)),
    }
}

fn in_a_row(types: &[Type]) -> (u32, u32) {
    let (mut size, mut align): (u32, u32) = (0, 1);
    for ty in types {
        let (its_size, its_align) = size_and_align(ty);
        size = size.next_multiple_of(its_align) + its_size;
        align = align.max(its_align);
    }
    (size.next_multiple_of(align), align)
}

fn one_of<'a>(cases: usize, payloads: impl IntoIterator<Item = &'a Type>) -> (u32, u32) {
    let tag = if cases <= 256 { 1 } else { 2 };
    let (mut size, mut align): (u32, u32) = (0, tag);
    for (its_size, its_align) in payloads.into_iter().map(size_and_align) {
        size = size.max(its_size);
        align = align.max(its_align);
    }
    let payload = payloads_start(tag, align);
    ((payload + size).next_multiple_of(align), align)
}

/// Payloads begin after the tag, where the most demanding of them may lie.
fn payloads_start(tag: u32, align: u32) -> u32 {
    tag.next_multiple_of(align)
}

/// The core values that a value of a type is passed as.
pub fn flat(ty: &Type) -> Vec<Core> {
    match ty {
        Type::Scalar(scalar) => vec![match scalar {
            Scalar::S64 | Scalar::U64 => Core::I64,
            Scalar::F32 => Core::F32,
            Scalar::F64 => Core::F64,
            Scalar::Bool
            | Scalar::S8
            | Scalar::U8
            | Scalar::S16
            | Scalar::U16
            | Scalar::S32
            | Scalar::U32
            | Scalar::Char => Core::I32,
        }],
        Type::String | Type::List(_) | Type::Map(..) => vec![Core::I32; 2],
        Type::Array(element, length) => flat(element).repeat(*length as usize),
        Type::Tuple(types) | Type::Record(types) => types.iter().flat_map(flat).collect(),
        Type::Variant(cases) => flat_one_of(cases.iter().flatten()),
        Type::Enum(_) | Type::Flags(_) => vec![Core::I32],
        Type::Option(ty) => flat_one_of([&**ty]),
        Type::Result(ok, err) => flat_one_of(ok.iter().chain(err).map(|ty| &**ty)),
    }
}

fn flat_one_of<'a>(payloads: impl IntoIterator<Item = &'a Type>) -> Vec<Core> {
    let mut all = vec![Core::I32];
    for payload in payloads {
        for (index, core) in flat(payload).into_iter().enumerate() {
            match all.get_mut(index + 1) {
                Some(other) => *other = other.joined(core),
                None => all.push(core),
            }
        }
    }
    all
}
