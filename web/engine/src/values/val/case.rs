//! The case that a variant, enum, option or result value chooses: one shape for all four, checked
//! against the type.

use super::Val;
use wasmtime_environ::component::{
    CanonicalAbiInfo, InterfaceType, TypeEnum, TypeOption, TypeResult, TypeVariant, VariantInfo,
};
use wasmtime_environ::error::{Result, bail, format_err};

/// A case, its payload with the type that is expected of it, and the layout of the whole type.
pub(super) struct CaseValue<'a> {
    pub(super) discriminant: u32,
    pub(super) payload: Option<(&'a Val, InterfaceType)>,
    pub(super) abi: &'a CanonicalAbiInfo,
    pub(super) info: &'a VariantInfo,
}

impl<'a> CaseValue<'a> {
    pub(super) fn of_variant(
        ty: &'a TypeVariant,
        name: &str,
        payload: &'a Option<Box<Val>>,
    ) -> Result<Self> {
        let found = ty.cases.get_full(name);
        let (index, _, expected) =
            found.ok_or_else(|| format_err!("unknown variant case: `{name}`"))?;
        Ok(CaseValue {
            discriminant: discriminant(index)?,
            payload: checked(name, payload, *expected)?,
            abi: &ty.abi,
            info: &ty.info,
        })
    }

    pub(super) fn of_enum(ty: &'a TypeEnum, name: &str) -> Result<Self> {
        let found = ty.names.get_index_of(name);
        let index = found.ok_or_else(|| format_err!("enum variant name `{name}` is not valid"))?;
        Ok(CaseValue {
            discriminant: discriminant(index)?,
            payload: None,
            abi: &ty.abi,
            info: &ty.info,
        })
    }

    pub(super) fn of_option(ty: &'a TypeOption, value: &'a Option<Box<Val>>) -> Self {
        CaseValue {
            discriminant: u32::from(value.is_some()),
            payload: value.as_deref().map(|value| (value, ty.ty)),
            abi: &ty.abi,
            info: &ty.info,
        }
    }

    pub(super) fn of_result(
        ty: &'a TypeResult,
        value: &'a std::result::Result<Option<Box<Val>>, Option<Box<Val>>>,
    ) -> Result<Self> {
        let (discriminant, payload) = match value {
            Ok(payload) => (0, checked("ok", payload, ty.ok)?),
            Err(payload) => (1, checked("err", payload, ty.err)?),
        };
        Ok(CaseValue {
            discriminant,
            payload,
            abi: &ty.abi,
            info: &ty.info,
        })
    }
}

/// The payload of the case `name` beside the type that is expected of it, where both are there or
/// neither is.
fn checked<'a>(
    name: &str,
    payload: &'a Option<Box<Val>>,
    expected: Option<InterfaceType>,
) -> Result<Option<(&'a Val, InterfaceType)>> {
    match (payload, expected) {
        (Some(payload), Some(ty)) => Ok(Some((payload, ty))),
        (None, None) => Ok(None),
        (Some(_), None) => bail!("expected no payload for case `{name}`, found one"),
        (None, Some(_)) => bail!("expected a payload for case `{name}`, found none"),
    }
}

fn discriminant(index: usize) -> Result<u32> {
    Ok(u32::try_from(index)?)
}
