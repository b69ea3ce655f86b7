//! Values into a guest.

use super::case::CaseValue;
use super::core_values::flat_count;
use super::sink::Sink;
use super::{Val, flags, mismatch};
use crate::values::context::LowerContext;
use wasmtime_environ::component::{InterfaceType, RecordField, TypeMap, TypeTuple};
use wasmtime_environ::error::{Result, bail};

impl Val {
    /// Writes this value, which has to be of type `ty`, to `to`.
    pub(super) fn lower<T: 'static>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        mut to: Sink<'_, '_>,
    ) -> Result<()> {
        use InterfaceType as Ty;
        let types = cx.types;
        match (ty, self) {
            (Ty::Bool, Val::Bool(value)) => to.scalar(cx, ty, value),
            (Ty::S8, Val::S8(value)) => to.scalar(cx, ty, value),
            (Ty::U8, Val::U8(value)) => to.scalar(cx, ty, value),
            (Ty::S16, Val::S16(value)) => to.scalar(cx, ty, value),
            (Ty::U16, Val::U16(value)) => to.scalar(cx, ty, value),
            (Ty::S32, Val::S32(value)) => to.scalar(cx, ty, value),
            (Ty::U32, Val::U32(value)) => to.scalar(cx, ty, value),
            (Ty::S64, Val::S64(value)) => to.scalar(cx, ty, value),
            (Ty::U64, Val::U64(value)) => to.scalar(cx, ty, value),
            (Ty::Float32, Val::Float32(value)) => to.scalar(cx, ty, value),
            (Ty::Float64, Val::Float64(value)) => to.scalar(cx, ty, value),
            (Ty::Char, Val::Char(value)) => to.scalar(cx, ty, value),
            (Ty::String, Val::String(value)) => to.string(cx, ty, value),
            // A handle checks its own type.
            (Ty::Own(_) | Ty::Borrow(_), Val::Resource(value)) => to.scalar(cx, ty, value),
            (Ty::List(index), Val::List(values)) => {
                let pair = lower_list(cx, types[index].element, values)?;
                to.pair(cx, pair);
                Ok(())
            }
            (Ty::Map(index), Val::Map(entries)) => {
                let pair = lower_map(cx, &types[index], entries)?;
                to.pair(cx, pair);
                Ok(())
            }
            (Ty::Record(index), Val::Record(fields)) => {
                let expected = &types[index].fields;
                check_fields(expected, fields)?;
                let mut fields = fields.iter().zip(expected);
                fields.try_for_each(|((_, value), field)| {
                    value.lower(cx, field.ty, to.field(types.canonical_abi(&field.ty)))
                })
            }
            (Ty::Tuple(index), Val::Tuple(values)) => {
                let tuple = &types[index];
                check_length("tuple elements", tuple.types.len(), values.len())?;
                lower_tuple(cx, tuple, values, to)
            }
            (Ty::FixedLengthList(index), Val::FixedLengthList(values)) => {
                let list = &types[index];
                check_length("list elements", list.size as usize, values.len())?;
                lower_elements(cx, list.element, values, to)
            }
            (Ty::Variant(index), Val::Variant(name, payload)) => {
                CaseValue::of_variant(&types[index], name, payload)?.lower(cx, to)
            }
            (Ty::Enum(index), Val::Enum(name)) => {
                CaseValue::of_enum(&types[index], name)?.lower(cx, to)
            }
            (Ty::Option(index), Val::Option(value)) => {
                CaseValue::of_option(&types[index], value).lower(cx, to)
            }
            (Ty::Result(index), Val::Result(value)) => {
                CaseValue::of_result(&types[index], value)?.lower(cx, to)
            }
            (Ty::Flags(index), Val::Flags(set)) => {
                let ty = &types[index];
                to.words(cx, flags::word_size(ty), flags::bits(ty, set)?);
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
    fn lower<T: 'static>(&self, cx: &mut LowerContext<'_, T>, mut to: Sink<'_, '_>) -> Result<()> {
        let types = cx.types;
        to.case(cx, self.discriminant, self.info);
        if let Some((value, ty)) = self.payload {
            value.lower(cx, ty, to.field(types.canonical_abi(&ty)))?;
        }
        to.rest(self.abi, || match self.payload {
            Some((_, ty)) => Ok(1 + flat_count(types, ty)?),
            None => Ok(1),
        })
    }
}

/// Writes values one after another, as the fields of a record are: the elements of a tuple, or the
/// parameters or results of a function.
pub fn lower_tuple<T: 'static>(
    cx: &mut LowerContext<'_, T>,
    tuple: &TypeTuple,
    values: &[Val],
    mut to: Sink<'_, '_>,
) -> Result<()> {
    let types = cx.types;
    let mut values = values.iter().zip(&tuple.types);
    values.try_for_each(|(value, ty)| value.lower(cx, *ty, to.field(types.canonical_abi(ty))))
}

/// Writes values of one type, one after the other.
fn lower_elements<T: 'static>(
    cx: &mut LowerContext<'_, T>,
    ty: InterfaceType,
    values: &[Val],
    mut to: Sink<'_, '_>,
) -> Result<()> {
    let abi = cx.types.canonical_abi(&ty);
    let mut values = values.iter();
    values.try_for_each(|value| value.lower(cx, ty, to.field(abi)))
}

/// Puts a list into memory that the guest allocates: where, and how many elements.
fn lower_list<T: 'static>(
    cx: &mut LowerContext<'_, T>,
    element: InterfaceType,
    values: &[Val],
) -> Result<(u32, u32)> {
    let abi = cx.types.canonical_abi(&element);
    let Some(size) = values.len().checked_mul(abi.size32 as usize) else {
        bail!("size overflow copying a list");
    };
    let ptr = cx.realloc(0, 0, abi.align32, size)?;
    lower_elements(cx, element, values, Sink::Memory(ptr))?;
    Ok((u32::try_from(ptr)?, u32::try_from(values.len())?))
}

/// Puts a map into memory that the guest allocates: where, and how many entries.
fn lower_map<T: 'static>(
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
        let entry = ptr + index * abi.size32 as usize;
        key.lower(cx, ty.key, Sink::Memory(entry))?;
        let value_at = entry + ty.value_offset32 as usize;
        value.lower(cx, ty.value, Sink::Memory(value_at))?;
    }
    Ok((u32::try_from(ptr)?, u32::try_from(entries.len())?))
}

/// Fails unless `fields` has the names of `expected`, in that order.
fn check_fields(expected: &[RecordField], fields: &[(String, Val)]) -> Result<()> {
    check_length("record fields", expected.len(), fields.len())?;
    for ((name, _), field) in fields.iter().zip(expected) {
        if *name != field.name {
            bail!("expected field `{}`, found `{name}`", field.name);
        }
    }
    Ok(())
}

fn check_length(what: &str, expected: usize, found: usize) -> Result<()> {
    if expected != found {
        bail!("expected {expected} {what}, found {found}");
    }
    Ok(())
}
