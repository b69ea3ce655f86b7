//! Values as scripts write them, and how a result is compared with one.

use amphi::component::Val;
use amphi::component::types::Type;
use amphi::{Result, bail};
use wast::component::WastVal;
use wast::core::{NanPattern, WastArgCore, WastRetCore};
use wast::{WastArg, WastRet};

/// The value of an argument for a parameter of type `ty`, if there is one. Scripts write maps as
/// lists of pairs, and lists of a fixed length like all others.
pub(crate) fn argument(arg: &WastArg<'_>, ty: Option<&Type>) -> Result<Val> {
    Ok(match arg {
        WastArg::Component(value) => match (val(value), ty) {
            (Val::List(items), Some(Type::Map(_))) => map(items)?,
            (Val::List(items), Some(Type::FixedLengthList(_))) => Val::FixedLengthList(items),
            (value, _) => value,
        },
        // Floats are written as those of core wasm, and so are parsed as such.
        WastArg::Core(WastArgCore::F32(value)) => Val::Float32(f32::from_bits(value.bits)),
        WastArg::Core(WastArgCore::F64(value)) => Val::Float64(f64::from_bits(value.bits)),
        other => bail!("expected a component value as argument, found {other:?}"),
    })
}

/// Whether `found` is what `expected` says.
pub(crate) fn check(expected: &WastRet<'_>, found: &Val) -> Result<()> {
    let expected = match expected {
        WastRet::Component(value) => val(value),
        WastRet::Core(WastRetCore::F32(NanPattern::Value(value))) => {
            Val::Float32(f32::from_bits(value.bits))
        }
        WastRet::Core(WastRetCore::F64(NanPattern::Value(value))) => {
            Val::Float64(f64::from_bits(value.bits))
        }
        other => bail!("expected a component value as result, found {other:?}"),
    };
    if !same(&expected, found) {
        bail!("expected {expected:?}, found {found:?}");
    }
    Ok(())
}

fn val(value: &WastVal<'_>) -> Val {
    match value {
        WastVal::Bool(value) => Val::Bool(*value),
        WastVal::U8(value) => Val::U8(*value),
        WastVal::S8(value) => Val::S8(*value),
        WastVal::U16(value) => Val::U16(*value),
        WastVal::S16(value) => Val::S16(*value),
        WastVal::U32(value) => Val::U32(*value),
        WastVal::S32(value) => Val::S32(*value),
        WastVal::U64(value) => Val::U64(*value),
        WastVal::S64(value) => Val::S64(*value),
        WastVal::F32(value) => Val::Float32(f32::from_bits(value.bits)),
        WastVal::F64(value) => Val::Float64(f64::from_bits(value.bits)),
        WastVal::Char(value) => Val::Char(*value),
        WastVal::String(value) => Val::String((*value).to_owned()),
        WastVal::List(items) => Val::List(items.iter().map(val).collect()),
        WastVal::Record(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), val(value)));
            Val::Record(fields.collect())
        }
        WastVal::Tuple(items) => Val::Tuple(items.iter().map(val).collect()),
        WastVal::Variant(name, value) => Val::Variant((*name).to_owned(), payload(value)),
        WastVal::Enum(name) => Val::Enum((*name).to_owned()),
        WastVal::Option(value) => Val::Option(payload(value)),
        WastVal::Result(value) => Val::Result(match value {
            Ok(value) => Ok(payload(value)),
            Err(value) => Err(payload(value)),
        }),
        WastVal::Flags(names) => Val::Flags(names.iter().map(|&name| name.to_owned()).collect()),
    }
}

fn map(pairs: Vec<Val>) -> Result<Val> {
    let pair = |item: Val| match item {
        Val::Tuple(pair) => <[Val; 2]>::try_from(pair)
            .map(|[key, value]| (key, value))
            .map_err(Val::Tuple),
        other => Err(other),
    };
    let pairs: Result<Vec<_>, Val> = pairs.into_iter().map(pair).collect();
    match pairs {
        Ok(pairs) => Ok(Val::Map(pairs)),
        Err(item) => bail!("expected a pair of key and value, found {item:?}"),
    }
}

fn payload(value: &Option<Box<WastVal<'_>>>) -> Option<Box<Val>> {
    value.as_deref().map(|value| Box::new(val(value)))
}

/// Whether the value that a script writes, `a`, is `b`: floats to the bit, flags in any order.
fn same(a: &Val, b: &Val) -> bool {
    match (a, b) {
        (Val::Float32(a), Val::Float32(b)) => a.to_bits() == b.to_bits(),
        (Val::Float64(a), Val::Float64(b)) => a.to_bits() == b.to_bits(),
        (Val::List(a), Val::List(b) | Val::FixedLengthList(b)) | (Val::Tuple(a), Val::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Val::List(a), Val::Map(b)) => {
            let pairs = b
                .iter()
                .cloned()
                .map(|(key, value)| Val::Tuple(vec![key, value]));
            a.len() == b.len() && a.iter().zip(pairs).all(|(a, b)| same(a, &b))
        }
        (Val::Record(a), Val::Record(b)) => {
            let pairs = || a.iter().zip(b);
            a.len() == b.len() && pairs().all(|((left, a), (right, b))| left == right && same(a, b))
        }
        (Val::Variant(left, a), Val::Variant(right, b)) => left == right && same_payload(a, b),
        (Val::Option(a), Val::Option(b))
        | (Val::Result(Ok(a)), Val::Result(Ok(b)))
        | (Val::Result(Err(a)), Val::Result(Err(b))) => same_payload(a, b),
        (Val::Flags(a), Val::Flags(b)) => {
            a.iter().all(|name| b.contains(name)) && b.iter().all(|name| a.contains(name))
        }
        (a, b) => a == b,
    }
}

fn same_payload(a: &Option<Box<Val>>, b: &Option<Box<Val>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same(a, b),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}
