//! Values to guest memory.

use super::case::CaseValue;
use super::lower::{check_fields, check_length};
use super::{Val, flags, mismatch};
use crate::component::Lower;
use crate::component::context::LowerContext;
use crate::{Result, bail};
use wasmtime_environ::component::{InterfaceType, TypeMap};

impl Val {
    /// Writes this value, which has to be of type `ty`, to guest memory at `offset`, where there is
    /// room for it.
    pub(crate) fn store<T: 'static>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        offset: usize,
    ) -> Result<()> {
        use InterfaceType as Ty;
        let types = cx.types;
        debug_assert!(offset.is_multiple_of(types.canonical_abi(&ty).align32 as usize));
        match (ty, self) {
            (Ty::Bool, Val::Bool(value)) => value.linear_lower_to_memory(cx, ty, offset),
            (Ty::S8, Val::S8(value)) => value.linear_lower_to_memory(cx, ty, offset),
            (Ty::U8, Val::U8(value)) => value.linear_lower_to_memory(cx, ty, offset),
            (Ty::S16, Val::S16(value)) => value.linear_lower_to_memory(cx, ty, offset),
            (Ty::U16, Val::U16(value)) => value.linear_lower_to_memory(cx, ty, offset),
            (Ty::S32, Val::S32(value)) => value.linear_lower_to_memory(cx, ty, offset),
            (Ty::U32, Val::U32(value)) => value.linear_lower_to_memory(cx, ty, offset),
            (Ty::S64, Val::S64(value)) => value.linear_lower_to_memory(cx, ty, offset),
            (Ty::U64, Val::U64(value)) => value.linear_lower_to_memory(cx, ty, offset),
            (Ty::Float32, Val::Float32(value)) => value.linear_lower_to_memory(cx, ty, offset),
            (Ty::Float64, Val::Float64(value)) => value.linear_lower_to_memory(cx, ty, offset),
            (Ty::Char, Val::Char(value)) => value.linear_lower_to_memory(cx, ty, offset),
            (Ty::String, Val::String(value)) => value.linear_lower_to_memory(cx, ty, offset),
            // A handle checks its own type.
            (Ty::Own(_) | Ty::Borrow(_), Val::Resource(value)) => {
                value.linear_lower_to_memory(cx, ty, offset)
            }
            (Ty::List(index), Val::List(values)) => {
                let (ptr, len) = lower_list(cx, types[index].element, values)?;
                pointer_pair(cx, offset, ptr, len);
                Ok(())
            }
            (Ty::Map(index), Val::Map(entries)) => {
                let (ptr, len) = lower_map(cx, &types[index], entries)?;
                pointer_pair(cx, offset, ptr, len);
                Ok(())
            }
            (Ty::Record(index), Val::Record(fields)) => {
                let expected = &types[index].fields;
                check_fields(expected, fields)?;
                let fields = fields.iter().zip(expected);
                store_fields(
                    cx,
                    fields.map(|((_, value), field)| (value, field.ty)),
                    offset,
                )
            }
            (Ty::Tuple(index), Val::Tuple(values)) => {
                let expected = &types[index].types;
                check_length("tuple elements", expected.len(), values.len())?;
                store_fields(cx, values.iter().zip(expected.iter().copied()), offset)
            }
            (Ty::FixedLengthList(index), Val::FixedLengthList(values)) => {
                let list = &types[index];
                check_length("list elements", list.size as usize, values.len())?;
                store_elements(cx, list.element, values, offset)
            }
            (Ty::Variant(index), Val::Variant(name, payload)) => {
                CaseValue::of_variant(&types[index], name, payload)?.store(cx, offset)
            }
            (Ty::Enum(index), Val::Enum(name)) => {
                CaseValue::of_enum(&types[index], name)?.store(cx, offset)
            }
            (Ty::Option(index), Val::Option(value)) => {
                CaseValue::of_option(&types[index], value).store(cx, offset)
            }
            (Ty::Result(index), Val::Result(value)) => {
                CaseValue::of_result(&types[index], value)?.store(cx, offset)
            }
            (Ty::Flags(index), Val::Flags(set)) => {
                let size = flags::word_size(&types[index]);
                let words = flags::bits(&types[index], set)?;
                for (index, word) in words.into_iter().enumerate() {
                    store_integer(cx, offset + index * size, size, word);
                }
                Ok(())
            }
            (_, Val::Future(value)) => match *value {},
            (_, Val::Stream(value)) => match *value {},
            (_, Val::ErrorContext(value)) => match *value {},
            (
                Ty::Bool
                | Ty::S8
                | Ty::U8
                | Ty::S16
                | Ty::U16
                | Ty::S32
                | Ty::U32
                | Ty::S64
                | Ty::U64
                | Ty::Float32
                | Ty::Float64
                | Ty::Char
                | Ty::String
                | Ty::Own(_)
                | Ty::Borrow(_)
                | Ty::List(_)
                | Ty::Map(_)
                | Ty::Record(_)
                | Ty::Tuple(_)
                | Ty::FixedLengthList(_)
                | Ty::Variant(_)
                | Ty::Enum(_)
                | Ty::Option(_)
                | Ty::Result(_)
                | Ty::Flags(_)
                | Ty::Future(_)
                | Ty::Stream(_)
                | Ty::ErrorContext(_),
                _,
            ) => mismatch(ty, self),
        }
    }
}

impl CaseValue<'_> {
    fn store<T: 'static>(&self, cx: &mut LowerContext<'_, T>, offset: usize) -> Result<()> {
        let size = self.info.size.byte_size() as usize;
        store_integer(cx, offset, size, self.discriminant);
        match self.payload {
            Some((value, ty)) => value.store(cx, ty, offset + self.info.payload_offset32 as usize),
            None => Ok(()),
        }
    }
}

/// Puts a list into memory that the guest allocates: where, and how many elements.
pub(super) fn lower_list<T: 'static>(
    cx: &mut LowerContext<'_, T>,
    element: InterfaceType,
    values: &[Val],
) -> Result<(u32, u32)> {
    let abi = cx.types.canonical_abi(&element);
    let Some(size) = values.len().checked_mul(abi.size32 as usize) else {
        bail!("size overflow copying a list");
    };
    let ptr = cx.realloc(0, 0, abi.align32, size)?;
    store_elements(cx, element, values, ptr)?;
    Ok((u32::try_from(ptr)?, u32::try_from(values.len())?))
}

/// Puts a map into memory that the guest allocates: where, and how many entries.
pub(super) fn lower_map<T: 'static>(
    cx: &mut LowerContext<'_, T>,
    ty: &TypeMap,
    entries: &[(Val, Val)],
) -> Result<(u32, u32)> {
    let abi = &ty.entry_abi;
    let Some(size) = entries.len().checked_mul(abi.size32 as usize) else {
        bail!("size overflow copying a map");
    };
    let ptr = cx.realloc(0, 0, abi.align32, size)?;
    for (index, (key, value)) in entries.iter().enumerate() {
        let offset = ptr + index * abi.size32 as usize;
        key.store(cx, ty.key, offset)?;
        value.store(cx, ty.value, offset + ty.value_offset32 as usize)?;
    }
    Ok((u32::try_from(ptr)?, u32::try_from(entries.len())?))
}

/// Stores values of one type, one after the other.
fn store_elements<T: 'static>(
    cx: &mut LowerContext<'_, T>,
    ty: InterfaceType,
    values: &[Val],
    offset: usize,
) -> Result<()> {
    let size = cx.types.canonical_abi(&ty).size32 as usize;
    let mut values = values.iter().enumerate();
    values.try_for_each(|(index, value)| value.store(cx, ty, offset + index * size))
}

/// Stores the fields of a record or the elements of a tuple, each where its type puts it.
fn store_fields<'v, T: 'static>(
    cx: &mut LowerContext<'_, T>,
    mut fields: impl Iterator<Item = (&'v Val, InterfaceType)>,
    mut offset: usize,
) -> Result<()> {
    fields.try_for_each(|(value, ty)| {
        let offset = cx.types.canonical_abi(&ty).next_field32_size(&mut offset);
        value.store(cx, ty, offset)
    })
}

fn pointer_pair<T: 'static>(cx: &mut LowerContext<'_, T>, offset: usize, ptr: u32, len: u32) {
    *cx.get(offset) = ptr.to_le_bytes();
    *cx.get(offset + 4) = len.to_le_bytes();
}

/// Stores the lowest `size` bytes of `value`: 1, 2 or 4.
fn store_integer<T: 'static>(cx: &mut LowerContext<'_, T>, offset: usize, size: usize, value: u32) {
    let [a, b, c, d] = value.to_le_bytes();
    match size {
        1 => *cx.get(offset) = [a],
        2 => *cx.get(offset) = [a, b],
        _ => *cx.get(offset) = [a, b, c, d],
    }
}
