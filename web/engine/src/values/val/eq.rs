//! Equality of values: the same type and the same meaning.

use super::Val;

impl PartialEq for Val {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Val::Bool(a), Val::Bool(b)) => a == b,
            (Val::S8(a), Val::S8(b)) => a == b,
            (Val::U8(a), Val::U8(b)) => a == b,
            (Val::S16(a), Val::S16(b)) => a == b,
            (Val::U16(a), Val::U16(b)) => a == b,
            (Val::S32(a), Val::S32(b)) => a == b,
            (Val::U32(a), Val::U32(b)) => a == b,
            (Val::S64(a), Val::S64(b)) => a == b,
            (Val::U64(a), Val::U64(b)) => a == b,
            // Among floats that are not NaN, those with the same meaning are those with the same
            // bits.
            (Val::Float32(a), Val::Float32(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            (Val::Float64(a), Val::Float64(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            (Val::Char(a), Val::Char(b)) => a == b,
            (Val::String(a), Val::String(b)) | (Val::Enum(a), Val::Enum(b)) => a == b,
            (Val::List(a), Val::List(b))
            | (Val::Tuple(a), Val::Tuple(b))
            | (Val::FixedLengthList(a), Val::FixedLengthList(b)) => a == b,
            (Val::Map(a), Val::Map(b)) => a == b,
            (Val::Record(a), Val::Record(b)) => a == b,
            (Val::Variant(a, a_payload), Val::Variant(b, b_payload)) => {
                a == b && a_payload == b_payload
            }
            (Val::Option(a), Val::Option(b)) => a == b,
            (Val::Result(a), Val::Result(b)) => a == b,
            (Val::Flags(a), Val::Flags(b)) => a == b,
            (Val::Resource(a), Val::Resource(b)) => a == b,
            (Val::Future(a), _) => match *a {},
            (Val::Stream(a), _) => match *a {},
            (Val::ErrorContext(a), _) => match *a {},
            (
                Val::Bool(_)
                | Val::S8(_)
                | Val::U8(_)
                | Val::S16(_)
                | Val::U16(_)
                | Val::S32(_)
                | Val::U32(_)
                | Val::S64(_)
                | Val::U64(_)
                | Val::Float32(_)
                | Val::Float64(_)
                | Val::Char(_)
                | Val::String(_)
                | Val::List(_)
                | Val::Map(_)
                | Val::Record(_)
                | Val::Tuple(_)
                | Val::Variant(..)
                | Val::Enum(_)
                | Val::Option(_)
                | Val::Result(_)
                | Val::Flags(_)
                | Val::Resource(_)
                | Val::FixedLengthList(_),
                _,
            ) => false,
        }
    }
}

impl Eq for Val {}
