//! Values from flat core values.

use super::choice::Choice;
use super::load::{list, map};
use super::{Val, counted_name, flags, unsupported};
use crate::raw::ValRaw;
use crate::values::context::LiftContext;
use crate::values::resource::ResourceAny;
use crate::values::typed::Lift;
use std::slice::Iter;
use wasmtime_environ::component::{ComponentTypes, InterfaceType};
use wasmtime_environ::error::{Result, bail};

impl Val {
    /// Takes the core values of one value of type `ty` from `src`.
    pub(crate) fn lift(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        src: &mut Iter<'_, ValRaw>,
    ) -> Result<Val> {
        let types = cx.types;
        Ok(match ty {
            InterfaceType::Bool => Val::Bool(bool::linear_lift_from_flat(cx, ty, next(src))?),
            InterfaceType::S8 => Val::S8(i8::linear_lift_from_flat(cx, ty, next(src))?),
            InterfaceType::U8 => Val::U8(u8::linear_lift_from_flat(cx, ty, next(src))?),
            InterfaceType::S16 => Val::S16(i16::linear_lift_from_flat(cx, ty, next(src))?),
            InterfaceType::U16 => Val::U16(u16::linear_lift_from_flat(cx, ty, next(src))?),
            InterfaceType::S32 => Val::S32(i32::linear_lift_from_flat(cx, ty, next(src))?),
            InterfaceType::U32 => Val::U32(u32::linear_lift_from_flat(cx, ty, next(src))?),
            InterfaceType::S64 => Val::S64(i64::linear_lift_from_flat(cx, ty, next(src))?),
            InterfaceType::U64 => Val::U64(u64::linear_lift_from_flat(cx, ty, next(src))?),
            InterfaceType::Float32 => Val::Float32(f32::linear_lift_from_flat(cx, ty, next(src))?),
            InterfaceType::Float64 => Val::Float64(f64::linear_lift_from_flat(cx, ty, next(src))?),
            InterfaceType::Char => Val::Char(char::linear_lift_from_flat(cx, ty, next(src))?),
            InterfaceType::String => {
                let pair = [*next(src), *next(src)];
                Val::String(String::linear_lift_from_flat(cx, ty, &pair)?)
            }
            InterfaceType::Own(_) | InterfaceType::Borrow(_) => {
                Val::Resource(ResourceAny::linear_lift_from_flat(cx, ty, next(src))?)
            }
            InterfaceType::List(index) => {
                let (ptr, len) = pointer_pair(src);
                Val::List(list(cx, types[index].element, ptr, len)?)
            }
            InterfaceType::Map(index) => {
                let (ptr, len) = pointer_pair(src);
                Val::Map(map(cx, &types[index], ptr, len)?)
            }
            InterfaceType::Record(index) => {
                let fields = &types[index].fields;
                cx.consume(fields.len(), Val::NATIVE_SIZE)?;
                let fields = fields.iter().map(|field| {
                    let value = Val::lift(cx, field.ty, src)?;
                    Ok((counted_name(cx, &field.name)?, value))
                });
                Val::Record(fields.collect::<Result<_>>()?)
            }
            InterfaceType::Tuple(index) => {
                let elements = &types[index].types;
                cx.consume(elements.len(), Val::NATIVE_SIZE)?;
                let elements = elements.iter().map(|ty| Val::lift(cx, *ty, src));
                Val::Tuple(elements.collect::<Result<_>>()?)
            }
            InterfaceType::FixedLengthList(index) => {
                cx.consume(types[index].size as usize, Val::NATIVE_SIZE)?;
                let elements = (0..types[index].size).map(|_| types[index].element);
                let elements = elements.map(|ty| Val::lift(cx, ty, src));
                Val::FixedLengthList(elements.collect::<Result<_>>()?)
            }
            InterfaceType::Variant(_)
            | InterfaceType::Enum(_)
            | InterfaceType::Option(_)
            | InterfaceType::Result(_) => {
                let choice = Choice::of(types, ty, next(src).get_u32())?;
                let (payload, used) = match choice.payload {
                    Some(ty) => {
                        cx.consume(1, Val::NATIVE_SIZE)?;
                        (Some(Val::lift(cx, ty, src)?), 1 + flat_count(types, ty)?)
                    }
                    None => (None, 1),
                };
                for _ in used..flat_count(types, ty)? {
                    next(src);
                }
                choice.with(cx, payload)?
            }
            InterfaceType::Flags(index) => {
                let words = (0..types[index].names.len().div_ceil(32)).map(|_| next(src).get_u32());
                Val::Flags(flags::names(cx, &types[index], &words.collect::<Vec<_>>())?)
            }
            InterfaceType::Future(_)
            | InterfaceType::Stream(_)
            | InterfaceType::ErrorContext(_) => return unsupported(ty),
        })
    }
}

/// How many core values a value of type `ty` is passed as.
pub(super) fn flat_count(types: &ComponentTypes, ty: InterfaceType) -> Result<usize> {
    match types.canonical_abi(&ty).flat_count(usize::MAX) {
        Some(count) => Ok(count),
        None => bail!("a value with too many core values is passed in memory"),
    }
}

fn pointer_pair(src: &mut Iter<'_, ValRaw>) -> (usize, usize) {
    let ptr = next(src).get_u32();
    let len = next(src).get_u32();
    (ptr as usize, len as usize)
}

fn next<'a>(src: &mut Iter<'a, ValRaw>) -> &'a ValRaw {
    src.next()
        .expect("there are as many core values as the type has")
}
