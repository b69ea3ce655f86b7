//! Values out of a guest.

use super::choice::Choice;
use super::core_values::flat_count;
use super::source::Source;
use super::{Val, counted_name, flags, unsupported};
use crate::values::context::{AlignedBytes, LiftContext};
use wasmtime_environ::component::{InterfaceType, TypeMap, TypeRecord, TypeTuple, VariantInfo};
use wasmtime_environ::error::{Result, bail};

impl Val {
    /// Reads a value of type `ty` from `from`.
    pub(super) fn lift(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        from: Source<'_, '_>,
    ) -> Result<Val> {
        let types = cx.types;
        Ok(match ty {
            InterfaceType::Bool => Val::Bool(from.scalar(cx, ty)?),
            InterfaceType::S8 => Val::S8(from.scalar(cx, ty)?),
            InterfaceType::U8 => Val::U8(from.scalar(cx, ty)?),
            InterfaceType::S16 => Val::S16(from.scalar(cx, ty)?),
            InterfaceType::U16 => Val::U16(from.scalar(cx, ty)?),
            InterfaceType::S32 => Val::S32(from.scalar(cx, ty)?),
            InterfaceType::U32 => Val::U32(from.scalar(cx, ty)?),
            InterfaceType::S64 => Val::S64(from.scalar(cx, ty)?),
            InterfaceType::U64 => Val::U64(from.scalar(cx, ty)?),
            InterfaceType::Float32 => Val::Float32(from.scalar(cx, ty)?),
            InterfaceType::Float64 => Val::Float64(from.scalar(cx, ty)?),
            InterfaceType::Char => Val::Char(from.scalar(cx, ty)?),
            InterfaceType::String => Val::String(from.string(cx, ty)?),
            InterfaceType::Own(_) | InterfaceType::Borrow(_) => Val::Resource(from.scalar(cx, ty)?),
            InterfaceType::List(index) => {
                Val::List(lift_list(cx, types[index].element, from.pair())?)
            }
            InterfaceType::Map(index) => Val::Map(lift_map(cx, &types[index], from.pair())?),
            InterfaceType::Record(index) => Val::Record(lift_record(cx, &types[index], from)?),
            InterfaceType::Tuple(index) => {
                cx.consume(types[index].types.len(), Val::NATIVE_SIZE)?;
                Val::Tuple(lift_tuple(cx, &types[index], from)?)
            }
            InterfaceType::FixedLengthList(index) => {
                let count = types[index].size as usize;
                cx.consume(count, Val::NATIVE_SIZE)?;
                Val::FixedLengthList(lift_elements(cx, types[index].element, from, count)?)
            }
            InterfaceType::Variant(index) => lift_case(cx, ty, &types[index].info, from)?,
            InterfaceType::Enum(index) => lift_case(cx, ty, &types[index].info, from)?,
            InterfaceType::Option(index) => lift_case(cx, ty, &types[index].info, from)?,
            InterfaceType::Result(index) => lift_case(cx, ty, &types[index].info, from)?,
            InterfaceType::Flags(index) => {
                let ty = &types[index];
                let words = from.words(flags::word_size(ty), ty.names.len().div_ceil(32));
                Val::Flags(flags::names(cx, ty, &words)?)
            }
            InterfaceType::Future(_)
            | InterfaceType::Stream(_)
            | InterfaceType::ErrorContext(_) => return unsupported(ty),
        })
    }
}

/// Reads the fields of a record.
fn lift_record(
    cx: &mut LiftContext<'_>,
    ty: &TypeRecord,
    mut from: Source<'_, '_>,
) -> Result<Vec<(String, Val)>> {
    cx.consume(ty.fields.len(), Val::NATIVE_SIZE)?;
    let mut fields = reserved(ty.fields.len())?;
    for field in &ty.fields {
        let part = from.field(cx.types.canonical_abi(&field.ty));
        // A name is counted where Wasmtime counts it.
        fields.push(match part.is_memory() {
            true => {
                let name = counted_name(cx, &field.name)?;
                (name, Val::lift(cx, field.ty, part)?)
            }
            false => {
                let value = Val::lift(cx, field.ty, part)?;
                (counted_name(cx, &field.name)?, value)
            }
        });
    }
    Ok(fields)
}

/// Reads values that stand one after another, as the fields of a record do: the elements of a
/// tuple, or the parameters or results of a function.
pub fn lift_tuple(
    cx: &mut LiftContext<'_>,
    tuple: &TypeTuple,
    mut from: Source<'_, '_>,
) -> Result<Vec<Val>> {
    let types = cx.types;
    let elements = tuple.types.iter();
    elements
        .map(|ty| Val::lift(cx, *ty, from.field(types.canonical_abi(ty))))
        .collect()
}

/// Reads `count` values of type `ty`, one after the other.
fn lift_elements(
    cx: &mut LiftContext<'_>,
    ty: InterfaceType,
    mut from: Source<'_, '_>,
    count: usize,
) -> Result<Vec<Val>> {
    let abi = cx.types.canonical_abi(&ty);
    let mut elements = reserved(count)?;
    for _ in 0..count {
        elements.push(Val::lift(cx, ty, from.field(abi))?);
    }
    Ok(elements)
}

/// The elements of the list that `pair` stands for.
fn lift_list(
    cx: &mut LiftContext<'_>,
    element: InterfaceType,
    pair: (usize, usize),
) -> Result<Vec<Val>> {
    let abi = cx.types.canonical_abi(&element);
    let mut space = AlignedBytes::new();
    let bytes = cx.read_elements(&mut space, "list", pair, abi, Val::NATIVE_SIZE)?;
    lift_elements(cx, element, Source::Memory(bytes, 0), pair.1)
}

/// The entries of the map that `pair` stands for.
fn lift_map(
    cx: &mut LiftContext<'_>,
    ty: &TypeMap,
    pair: (usize, usize),
) -> Result<Vec<(Val, Val)>> {
    let abi = &ty.entry_abi;
    let mut space = AlignedBytes::new();
    let entry_size = 2 * Val::NATIVE_SIZE;
    let bytes = cx.read_elements(&mut space, "map", pair, abi, entry_size)?;
    let (key_abi, value_abi) = (
        cx.types.canonical_abi(&ty.key),
        cx.types.canonical_abi(&ty.value),
    );
    let mut entries = reserved(pair.1)?;
    for index in 0..pair.1 {
        let entry = index * abi.size32 as usize;
        let mut key = Source::Memory(bytes, entry);
        let mut value = Source::Memory(bytes, entry + ty.value_offset32 as usize);
        let key = Val::lift(cx, ty.key, key.field(key_abi))?;
        entries.push((key, Val::lift(cx, ty.value, value.field(value_abi))?));
    }
    Ok(entries)
}

/// A value of a type with cases.
fn lift_case(
    cx: &mut LiftContext<'_>,
    ty: InterfaceType,
    info: &VariantInfo,
    mut from: Source<'_, '_>,
) -> Result<Val> {
    let types = cx.types;
    let choice = Choice::of(types, ty, from.case(info))?;
    let payload = match choice.payload {
        Some(payload) => {
            cx.consume(1, Val::NATIVE_SIZE)?;
            let part = from.field(types.canonical_abi(&payload));
            Some(Val::lift(cx, payload, part)?)
        }
        None => None,
    };
    let used = || match choice.payload {
        Some(payload) => Ok(1 + flat_count(types, payload)?),
        None => Ok(1),
    };
    from.rest(used, || flat_count(types, ty))?;
    choice.with(cx, payload)
}

/// An empty vector with room for `count` elements: the guest chose the number, and a value here may
/// take many times what it takes in the guest.
pub(super) fn reserved<E>(count: usize) -> Result<Vec<E>> {
    let mut elements = Vec::new();
    match elements.try_reserve_exact(count) {
        Ok(()) => Ok(elements),
        Err(_) => bail!("out of memory for {count} elements"),
    }
}
