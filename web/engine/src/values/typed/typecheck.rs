//! Type checks: Rust types against component types.

use super::{ComponentNamedList, Lift, Lower};
use crate::store::Typecheck;
use crate::types::{ComponentFunc, InstanceType, desc};
use wasmtime_environ::component::{InterfaceType, TypeFuncIndex};
use wasmtime_environ::error::{Context as _, Result, bail};

/// Checks a Rust struct against a `record`; used by the derives.
#[doc(hidden)]
pub fn typecheck_record(
    ty: &InterfaceType,
    types: &InstanceType<'_>,
    expected: &[(&str, Typecheck)],
) -> Result<()> {
    let InterfaceType::Record(index) = ty else {
        bail!("expected `record` found `{}`", desc(ty));
    };
    let fields = &types.types[*index].fields;
    if fields.len() != expected.len() {
        bail!(
            "expected record of {} fields, found {} fields",
            expected.len(),
            fields.len()
        );
    }
    for (field, (name, check)) in fields.iter().zip(expected) {
        check(&field.ty, types).with_context(|| format!("type mismatch for field {name}"))?;
        if field.name != *name {
            bail!("expected record field named {name}, found {}", field.name);
        }
    }
    Ok(())
}

/// Checks a Rust enum against a `variant`; used by the derives.
#[doc(hidden)]
pub fn typecheck_variant(
    ty: &InterfaceType,
    types: &InstanceType<'_>,
    expected: &[(&str, Option<Typecheck>)],
) -> Result<()> {
    let InterfaceType::Variant(index) = ty else {
        bail!("expected `variant` found `{}`", desc(ty));
    };
    let cases = &types.types[*index].cases;
    if cases.len() != expected.len() {
        bail!(
            "expected variant of {} cases, found {} cases",
            expected.len(),
            cases.len()
        );
    }
    for ((name, payload), (expected, check)) in cases.iter().zip(expected) {
        if name != expected {
            bail!("expected variant case named {expected}, found {name}");
        }
        match (check, payload) {
            (Some(check), Some(ty)) => {
                check(ty, types).with_context(|| format!("type mismatch for case {name}"))?;
            }
            (None, None) => {}
            (Some(_), None) => bail!("case `{name}` has no type but one was expected"),
            (None, Some(_)) => bail!("case `{name}` has a type but none was expected"),
        }
    }
    Ok(())
}

/// Checks a Rust enum against an `enum`; used by the derives.
#[doc(hidden)]
pub fn typecheck_enum(
    ty: &InterfaceType,
    types: &InstanceType<'_>,
    expected: &[&str],
) -> Result<()> {
    let InterfaceType::Enum(index) = ty else {
        bail!("expected `enum` found `{}`", desc(ty));
    };
    typecheck_names("enum case", types.types[*index].names.iter(), expected)
}

/// Checks a Rust flags type against `flags`; used by `flags!`.
#[doc(hidden)]
pub fn typecheck_flags(
    ty: &InterfaceType,
    types: &InstanceType<'_>,
    expected: &[&str],
) -> Result<()> {
    let InterfaceType::Flags(index) = ty else {
        bail!("expected `flags` found `{}`", desc(ty));
    };
    typecheck_names("flag", types.types[*index].names.iter(), expected)
}

fn typecheck_names<'a>(
    what: &str,
    names: impl ExactSizeIterator<Item = &'a String>,
    expected: &[&str],
) -> Result<()> {
    if names.len() != expected.len() {
        bail!(
            "expected {} {what} names, found {}",
            expected.len(),
            names.len()
        );
    }
    for (name, expected) in names.zip(expected) {
        if name != expected {
            bail!("expected {what} named {expected}, found {name}");
        }
    }
    Ok(())
}

/// Checks the parameters and the result of a function; without checks any do.
pub fn typecheck_func(
    checks: Option<&[Typecheck; 2]>,
    ty: TypeFuncIndex,
    types: &InstanceType<'_>,
) -> Result<()> {
    let ty = &types.types[ty];
    if ty.async_ {
        bail!("functions that are `async` in WIT: not supported yet");
    }
    let Some([params, results]) = checks else {
        return Ok(());
    };
    params(&InterfaceType::Tuple(ty.params), types).context("type mismatch with parameters")?;
    results(&InterfaceType::Tuple(ty.results), types).context("type mismatch with results")
}

/// Checks the elements of a tuple.
pub fn typecheck_tuple(
    ty: &InterfaceType,
    types: &InstanceType<'_>,
    expected: &[Typecheck],
) -> Result<()> {
    let InterfaceType::Tuple(index) = ty else {
        bail!("expected `tuple` found `{}`", desc(ty));
    };
    let elements = &types.types[*index].types;
    if elements.len() != expected.len() {
        bail!(
            "expected {}-tuple, found {}-tuple",
            expected.len(),
            elements.len()
        );
    }
    let mut checks = expected.iter().zip(elements);
    checks.try_for_each(|(check, ty)| check(ty, types))
}

impl ComponentFunc {
    /// Checks that `Params` and `Return` are what this function takes and returns.
    ///
    /// # Errors
    ///
    /// They are not.
    #[doc(hidden)]
    pub fn typecheck<Params, Return>(&self, instance: &InstanceType<'_>) -> Result<()>
    where
        Params: ComponentNamedList + Lower,
        Return: ComponentNamedList + Lift,
    {
        let (params, results) = self.signature();
        Params::typecheck(&params, instance)?;
        Return::typecheck(&results, instance)
    }
}
