//! Values to flat core values.

use super::case::CaseValue;
use super::lift::flat_count;
use super::store::{lower_list, lower_map};
use super::{Val, flags, mismatch};
use crate::component::Lower;
use crate::component::context::LowerContext;
use crate::{Result, ValRaw, bail};
use std::mem::MaybeUninit;
use std::slice::IterMut;
use wasmtime_environ::component::{InterfaceType, RecordField};

/// Where the next core values go.
type CoreValues<'a> = IterMut<'a, MaybeUninit<ValRaw>>;

impl Val {
    /// Puts the core values of this value, which has to be of type `ty`, into `dst`.
    pub(crate) fn lower<T: 'static>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        dst: &mut CoreValues<'_>,
    ) -> Result<()> {
        use InterfaceType as Ty;
        let types = cx.types;
        match (ty, self) {
            (Ty::Bool, Val::Bool(value)) => value.linear_lower_to_flat(cx, ty, next(dst)),
            (Ty::S8, Val::S8(value)) => value.linear_lower_to_flat(cx, ty, next(dst)),
            (Ty::U8, Val::U8(value)) => value.linear_lower_to_flat(cx, ty, next(dst)),
            (Ty::S16, Val::S16(value)) => value.linear_lower_to_flat(cx, ty, next(dst)),
            (Ty::U16, Val::U16(value)) => value.linear_lower_to_flat(cx, ty, next(dst)),
            (Ty::S32, Val::S32(value)) => value.linear_lower_to_flat(cx, ty, next(dst)),
            (Ty::U32, Val::U32(value)) => value.linear_lower_to_flat(cx, ty, next(dst)),
            (Ty::S64, Val::S64(value)) => value.linear_lower_to_flat(cx, ty, next(dst)),
            (Ty::U64, Val::U64(value)) => value.linear_lower_to_flat(cx, ty, next(dst)),
            (Ty::Float32, Val::Float32(value)) => value.linear_lower_to_flat(cx, ty, next(dst)),
            (Ty::Float64, Val::Float64(value)) => value.linear_lower_to_flat(cx, ty, next(dst)),
            (Ty::Char, Val::Char(value)) => value.linear_lower_to_flat(cx, ty, next(dst)),
            (Ty::String, Val::String(value)) => lower_string(value, cx, ty, dst),
            // A handle checks its own type.
            (Ty::Own(_) | Ty::Borrow(_), Val::Resource(value)) => {
                value.linear_lower_to_flat(cx, ty, next(dst))
            }
            (Ty::List(index), Val::List(values)) => {
                let (ptr, len) = lower_list(cx, types[index].element, values)?;
                pointer_pair(dst, ptr, len);
                Ok(())
            }
            (Ty::Map(index), Val::Map(entries)) => {
                let (ptr, len) = lower_map(cx, &types[index], entries)?;
                pointer_pair(dst, ptr, len);
                Ok(())
            }
            (Ty::Record(index), Val::Record(fields)) => {
                let expected = &types[index].fields;
                check_fields(expected, fields)?;
                let mut fields = fields.iter().zip(expected);
                fields.try_for_each(|((_, value), field)| value.lower(cx, field.ty, dst))
            }
            (Ty::Tuple(index), Val::Tuple(values)) => {
                let expected = &types[index].types;
                check_length("tuple elements", expected.len(), values.len())?;
                let mut values = values.iter().zip(expected);
                values.try_for_each(|(value, ty)| value.lower(cx, *ty, dst))
            }
            (Ty::FixedLengthList(index), Val::FixedLengthList(values)) => {
                let list = &types[index];
                check_length("list elements", list.size as usize, values.len())?;
                let mut values = values.iter();
                values.try_for_each(|value| value.lower(cx, list.element, dst))
            }
            (Ty::Variant(index), Val::Variant(name, payload)) => {
                CaseValue::of_variant(&types[index], name, payload)?.lower(cx, dst)
            }
            (Ty::Enum(index), Val::Enum(name)) => {
                CaseValue::of_enum(&types[index], name)?.lower(cx, dst)
            }
            (Ty::Option(index), Val::Option(value)) => {
                CaseValue::of_option(&types[index], value).lower(cx, dst)
            }
            (Ty::Result(index), Val::Result(value)) => {
                CaseValue::of_result(&types[index], value)?.lower(cx, dst)
            }
            (Ty::Flags(index), Val::Flags(set)) => {
                for word in flags::bits(&types[index], set)? {
                    next(dst).write(ValRaw::u32(word));
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
    fn lower<T: 'static>(
        &self,
        cx: &mut LowerContext<'_, T>,
        dst: &mut CoreValues<'_>,
    ) -> Result<()> {
        next(dst).write(ValRaw::u32(self.discriminant));
        let mut used = 1;
        if let Some((value, ty)) = self.payload {
            value.lower(cx, ty, dst)?;
            used += flat_count(cx.types, ty)?;
        }
        // What the payload leaves is zero, as the canonical ABI asks.
        for _ in used..self.abi.flat_count(usize::MAX).unwrap_or(used) {
            next(dst).write(ValRaw::u64(0));
        }
        Ok(())
    }
}

/// Fails unless `fields` has the names of `expected`, in that order.
pub(super) fn check_fields(expected: &[RecordField], fields: &[(String, Val)]) -> Result<()> {
    check_length("record fields", expected.len(), fields.len())?;
    for ((name, _), field) in fields.iter().zip(expected) {
        if *name != field.name {
            bail!("expected field `{}`, found `{name}`", field.name);
        }
    }
    Ok(())
}

pub(super) fn check_length(what: &str, expected: usize, found: usize) -> Result<()> {
    if expected != found {
        bail!("expected {expected} {what}, found {found}");
    }
    Ok(())
}

fn lower_string<T: 'static>(
    value: &str,
    cx: &mut LowerContext<'_, T>,
    ty: InterfaceType,
    dst: &mut CoreValues<'_>,
) -> Result<()> {
    let mut pair = MaybeUninit::uninit();
    value.linear_lower_to_flat(cx, ty, &mut pair)?;
    // SAFETY: what lowers without an error has written all of its core values.
    for value in unsafe { pair.assume_init() } {
        next(dst).write(value);
    }
    Ok(())
}

fn pointer_pair(dst: &mut CoreValues<'_>, ptr: u32, len: u32) {
    next(dst).write(ValRaw::u32(ptr));
    next(dst).write(ValRaw::u32(len));
}

fn next<'a>(dst: &mut CoreValues<'a>) -> &'a mut MaybeUninit<ValRaw> {
    dst.next()
        .expect("there are as many places as the type has core values")
}
