//! What the adapters between the components of a composition cannot take.
//!
//! Wasmtime's translator, which both hosts have, fills an adapter's function with the code for so
//! many fields and cases, and leaves what is more to another function. A type that has more by
//! itself is left to its own function, again from within that, so that each call would exhaust the
//! stack.

use crate::uses::{self, Construct};
use std::collections::BTreeSet;
use std::fmt;
use wasmparser::{
    ComponentDefinedType, ComponentType, ComponentTypeDeclaration, FunctionBody,
    InstanceTypeDeclaration, Operator, Parser, Payload, TypeRef,
};

/// The most fields, cases, names or elements of a type that an adapter takes.
pub const MOST: usize = 1000;

/// A type that passes from one component to another and that no adapter takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WideType {
    /// What the type is, and where it is used.
    pub what: String,
}

impl fmt::Display for WideType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "expected types of at most {MOST} parts between the components of a composition, found {}",
            self.what
        )
    }
}

impl std::error::Error for WideType {}

/// Refuses a translation whose adapters call themselves without end. `translated` are the
/// component's own core modules, and then the adapters'.
///
/// # Errors
///
/// A type passes from one component to another that has more parts than an adapter takes.
pub fn check<'a>(
    bytes: &[u8],
    translated: impl IntoIterator<Item = &'a [u8]>,
) -> Result<(), WideType> {
    let own = uses::modules(bytes).len();
    let mut adapters = translated.into_iter().skip(own);
    if !adapters.any(|module| calls_itself(module).unwrap_or(false)) {
        return Ok(());
    }
    let what = widest(bytes).unwrap_or_else(|| "a type of more".to_owned());
    Err(WideType { what })
}

/// The type with more parts than an adapter takes, and where it is used: the best place of the
/// widest that is found first.
fn widest(bytes: &[u8]) -> Option<String> {
    let found = uses::uses(bytes)?;
    let mut wide = found
        .into_iter()
        .filter(|(construct, _)| matches!(construct, Construct::Wide { .. }));
    let (construct, place) = wide.next()?;
    Some(format!("{construct}, used by {place}"))
}

/// Whether a function of a core module calls itself.
fn calls_itself(wasm: &[u8]) -> wasmparser::Result<bool> {
    let mut function = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    function += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => {
                if calls(&body)?.contains(&function) {
                    return Ok(true);
                }
                function += 1;
            }
            _ => {}
        }
    }
    Ok(false)
}

/// The functions that a function calls.
///
/// # Errors
///
/// The body cannot be read.
pub fn calls(body: &FunctionBody<'_>) -> wasmparser::Result<BTreeSet<u32>> {
    let mut called = BTreeSet::new();
    for operator in body.get_operators_reader()? {
        if let Operator::Call { function_index } = operator? {
            called.insert(function_index);
        }
    }
    Ok(called)
}

/// Whether a component has components inside it, and a type that no adapter takes.
#[must_use]
pub fn has_wide_type(bytes: &[u8]) -> bool {
    let (mut composed, mut wide) = (false, false);
    for payload in Parser::new(0).parse_all(bytes) {
        match payload {
            Ok(Payload::ComponentSection { .. }) => composed = true,
            Ok(Payload::ComponentTypeSection(section)) => {
                for ty in section {
                    wide |= ty.is_ok_and(|ty| is_wide(&ty));
                }
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    composed && wide
}

fn is_wide(ty: &ComponentType<'_>) -> bool {
    match ty {
        ComponentType::Defined(ty) => parts(ty) > MOST,
        ComponentType::Instance(declarations) => declarations
            .iter()
            .any(|one| matches!(one, InstanceTypeDeclaration::Type(ty) if is_wide(ty))),
        ComponentType::Component(declarations) => declarations
            .iter()
            .any(|one| matches!(one, ComponentTypeDeclaration::Type(ty) if is_wide(ty))),
        ComponentType::Func(_) | ComponentType::Resource { .. } => false,
    }
}

fn parts(ty: &ComponentDefinedType<'_>) -> usize {
    match ty {
        ComponentDefinedType::Record(fields) => fields.len(),
        ComponentDefinedType::Variant(cases) => cases.len(),
        ComponentDefinedType::Tuple(types) => types.len(),
        ComponentDefinedType::Enum(names) => names.len(),
        ComponentDefinedType::FixedLengthList(_, length) => *length as usize,
        _ => 0,
    }
}
