//! The case that a discriminant from a guest chooses, for every type with cases.

use super::{Val, counted_name};
use crate::types::desc;
use crate::values::context::LiftContext;
use amphi_translate::plan::ComponentTypes;
use wasmtime_environ::component::InterfaceType;
use wasmtime_environ::error::{Result, bail, format_err};

/// A case that was chosen.
pub(super) struct Choice<'a> {
    /// The type of the payload, if the case has one.
    pub(super) payload: Option<InterfaceType>,
    kind: Kind<'a>,
}

#[derive(Clone, Copy)]
enum Kind<'a> {
    Variant(&'a str),
    Enum(&'a str),
    Option,
    Ok,
    Err,
}

impl<'a> Choice<'a> {
    /// Case `discriminant` of `ty`, which is a variant, enum, option or result.
    pub(super) fn of(
        types: &'a ComponentTypes,
        ty: InterfaceType,
        discriminant: u32,
    ) -> Result<Self> {
        let case = discriminant as usize;
        let (choice, cases) = match ty {
            InterfaceType::Variant(index) => {
                let cases = &types[index].cases;
                let choice = cases.get_index(case);
                let choice = choice.map(|(name, ty)| (Kind::Variant(name.as_str()), *ty));
                (choice, cases.len())
            }
            InterfaceType::Enum(index) => {
                let names = &types[index].names;
                let choice = names.iter().nth(case);
                let choice = choice.map(|name| (Kind::Enum(name.as_str()), None));
                (choice, names.len())
            }
            InterfaceType::Option(index) => {
                let cases = [(Kind::Option, None), (Kind::Option, Some(types[index].ty))];
                (cases.get(case).copied(), cases.len())
            }
            InterfaceType::Result(index) => {
                let ty = &types[index];
                let cases = [(Kind::Ok, ty.ok), (Kind::Err, ty.err)];
                (cases.get(case).copied(), cases.len())
            }
            other => bail!("expected a type with cases, found {}", desc(&other)),
        };
        let (kind, payload) = choice
            .ok_or_else(|| format_err!("discriminant {discriminant} out of range [0..{cases})"))?;
        Ok(Choice { payload, kind })
    }

    /// The value of this case with its payload.
    pub(super) fn with(self, cx: &LiftContext<'_>, payload: Option<Val>) -> Result<Val> {
        let payload = payload.map(Box::new);
        Ok(match self.kind {
            Kind::Variant(name) => Val::Variant(counted_name(cx, name)?, payload),
            Kind::Enum(name) => Val::Enum(counted_name(cx, name)?),
            Kind::Option => Val::Option(payload),
            Kind::Ok => Val::Result(Ok(payload)),
            Kind::Err => Val::Result(Err(payload)),
        })
    }
}
