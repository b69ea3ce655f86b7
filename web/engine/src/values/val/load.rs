//! Values from guest memory.

use super::choice::Choice;
use super::{Val, counted_name, flags, unsupported};
use crate::values::context::{AlignedBytes, LiftContext};
use crate::values::resource::ResourceAny;
use crate::values::typed::Lift;
use wasmtime_environ::component::{ComponentTypes, InterfaceType, TypeMap, VariantInfo};
use wasmtime_environ::error::{Result, bail};

impl Val {
    /// Reads one value of type `ty` from `bytes`, a copy of where it is in guest memory.
    pub(crate) fn load(cx: &mut LiftContext<'_>, ty: InterfaceType, bytes: &[u8]) -> Result<Val> {
        let types = cx.types;
        Ok(match ty {
            InterfaceType::Bool => Val::Bool(bool::linear_lift_from_memory(cx, ty, bytes)?),
            InterfaceType::S8 => Val::S8(i8::linear_lift_from_memory(cx, ty, bytes)?),
            InterfaceType::U8 => Val::U8(u8::linear_lift_from_memory(cx, ty, bytes)?),
            InterfaceType::S16 => Val::S16(i16::linear_lift_from_memory(cx, ty, bytes)?),
            InterfaceType::U16 => Val::U16(u16::linear_lift_from_memory(cx, ty, bytes)?),
            InterfaceType::S32 => Val::S32(i32::linear_lift_from_memory(cx, ty, bytes)?),
            InterfaceType::U32 => Val::U32(u32::linear_lift_from_memory(cx, ty, bytes)?),
            InterfaceType::S64 => Val::S64(i64::linear_lift_from_memory(cx, ty, bytes)?),
            InterfaceType::U64 => Val::U64(u64::linear_lift_from_memory(cx, ty, bytes)?),
            InterfaceType::Float32 => Val::Float32(f32::linear_lift_from_memory(cx, ty, bytes)?),
            InterfaceType::Float64 => Val::Float64(f64::linear_lift_from_memory(cx, ty, bytes)?),
            InterfaceType::Char => Val::Char(char::linear_lift_from_memory(cx, ty, bytes)?),
            InterfaceType::String => Val::String(String::linear_lift_from_memory(cx, ty, bytes)?),
            InterfaceType::Own(_) | InterfaceType::Borrow(_) => {
                Val::Resource(ResourceAny::linear_lift_from_memory(cx, ty, bytes)?)
            }
            InterfaceType::List(index) => {
                let (ptr, len) = pointer_pair(bytes);
                Val::List(list(cx, types[index].element, ptr, len)?)
            }
            InterfaceType::Map(index) => {
                let (ptr, len) = pointer_pair(bytes);
                Val::Map(map(cx, &types[index], ptr, len)?)
            }
            InterfaceType::Record(index) => {
                let fields = &types[index].fields;
                cx.consume(fields.len(), Val::NATIVE_SIZE)?;
                let mut offset = 0;
                let fields = fields.iter().map(|field| {
                    let name = counted_name(cx, &field.name)?;
                    let bytes = next_field(types, field.ty, bytes, &mut offset);
                    Ok((name, Val::load(cx, field.ty, bytes)?))
                });
                Val::Record(fields.collect::<Result<_>>()?)
            }
            InterfaceType::Tuple(index) => {
                let elements = &types[index].types;
                cx.consume(elements.len(), Val::NATIVE_SIZE)?;
                let mut offset = 0;
                let elements = elements.iter().map(|ty| {
                    let bytes = next_field(types, *ty, bytes, &mut offset);
                    Val::load(cx, *ty, bytes)
                });
                Val::Tuple(elements.collect::<Result<_>>()?)
            }
            InterfaceType::FixedLengthList(index) => {
                let list = &types[index];
                cx.consume(list.size as usize, Val::NATIVE_SIZE)?;
                Val::FixedLengthList(elements(cx, list.element, bytes, list.size as usize)?)
            }
            InterfaceType::Variant(index) => case(cx, ty, &types[index].info, bytes)?,
            InterfaceType::Enum(index) => case(cx, ty, &types[index].info, bytes)?,
            InterfaceType::Option(index) => case(cx, ty, &types[index].info, bytes)?,
            InterfaceType::Result(index) => case(cx, ty, &types[index].info, bytes)?,
            InterfaceType::Flags(index) => {
                let ty = &types[index];
                let words: Vec<u32> = bytes.chunks(flags::word_size(ty)).map(integer).collect();
                Val::Flags(flags::names(cx, ty, &words)?)
            }
            InterfaceType::Future(_)
            | InterfaceType::Stream(_)
            | InterfaceType::ErrorContext(_) => return unsupported(ty),
        })
    }
}

/// The `len` elements of a list at `ptr`.
pub(super) fn list(
    cx: &mut LiftContext<'_>,
    element: InterfaceType,
    ptr: usize,
    len: usize,
) -> Result<Vec<Val>> {
    let abi = cx.types.canonical_abi(&element);
    let mut space = AlignedBytes::new();
    let bytes = cx.read_elements(&mut space, "list", (ptr, len), abi, Val::NATIVE_SIZE)?;
    elements(cx, element, bytes, len)
}

/// The `len` entries of a map at `ptr`.
pub(super) fn map(
    cx: &mut LiftContext<'_>,
    ty: &TypeMap,
    ptr: usize,
    len: usize,
) -> Result<Vec<(Val, Val)>> {
    let abi = &ty.entry_abi;
    let mut space = AlignedBytes::new();
    let entry_size = 2 * Val::NATIVE_SIZE;
    let bytes = cx.read_elements(&mut space, "map", (ptr, len), abi, entry_size)?;
    let key_size = cx.types.canonical_abi(&ty.key).size32 as usize;
    let value_size = cx.types.canonical_abi(&ty.value).size32 as usize;
    let mut entries = reserved(len)?;
    for index in 0..len {
        let entry = &bytes[index * abi.size32 as usize..];
        let key = Val::load(cx, ty.key, &entry[..key_size])?;
        let value = &entry[ty.value_offset32 as usize..][..value_size];
        entries.push((key, Val::load(cx, ty.value, value)?));
    }
    Ok(entries)
}

/// `count` values of type `ty`, one after the other in `bytes`.
fn elements(
    cx: &mut LiftContext<'_>,
    ty: InterfaceType,
    bytes: &[u8],
    count: usize,
) -> Result<Vec<Val>> {
    let size = cx.types.canonical_abi(&ty).size32 as usize;
    let mut elements = reserved(count)?;
    for index in 0..count {
        elements.push(Val::load(cx, ty, &bytes[index * size..][..size])?);
    }
    Ok(elements)
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

/// The bytes of the next field of a record or tuple, which is of type `ty` and starts at `offset`
/// or after it.
fn next_field<'b>(
    types: &ComponentTypes,
    ty: InterfaceType,
    bytes: &'b [u8],
    offset: &mut usize,
) -> &'b [u8] {
    let abi = types.canonical_abi(&ty);
    let start = abi.next_field32_size(offset);
    &bytes[start..][..abi.size32 as usize]
}

/// A value of a type with cases.
fn case(
    cx: &mut LiftContext<'_>,
    ty: InterfaceType,
    info: &VariantInfo,
    bytes: &[u8],
) -> Result<Val> {
    let discriminant = integer(&bytes[..info.size.byte_size() as usize]);
    let choice = Choice::of(cx.types, ty, discriminant)?;
    let payload = match choice.payload {
        Some(payload) => {
            cx.consume(1, Val::NATIVE_SIZE)?;
            let size = cx.types.canonical_abi(&payload).size32 as usize;
            let bytes = &bytes[info.payload_offset32 as usize..][..size];
            Some(Val::load(cx, payload, bytes)?)
        }
        None => None,
    };
    choice.with(cx, payload)
}

/// The pointer and the length that stand for a list, map or string.
fn pointer_pair(bytes: &[u8]) -> (usize, usize) {
    let (ptr, len) = bytes.split_at(4);
    (integer(ptr) as usize, integer(len) as usize)
}

/// The little-endian integer in up to four bytes.
fn integer(bytes: &[u8]) -> u32 {
    let ascending = bytes.iter().rev();
    ascending.fold(0, |value, byte| value << 8 | u32::from(*byte))
}
