//! Type checks: Rust types against component types, and what a linker has against what a component
//! imports.

use super::linker::Definition;
use super::resource::ResourceType;
use super::typed::ComponentType;
use super::types::desc;
use std::sync::Arc;
use wasmtime_environ::SecondaryMap;
use wasmtime_environ::component::{
    ComponentTypes, InterfaceType, ResourceIndex, TypeComponentInstanceIndex, TypeDef,
    TypeFuncIndex, TypeResourceTable, TypeResourceTableIndex,
};
use wasmtime_environ::error::{Context as _, Result, bail};

/// The resource types of an instance, as far as they are known, by their index in the component.
pub(crate) type ResourceTypes = SecondaryMap<ResourceIndex, Option<ResourceType>>;

/// Types as an instance sees them: with its resources, where they are known.
#[derive(Clone, Copy)]
#[doc(hidden)]
pub struct InstanceType<'a> {
    /// The type tables.
    pub types: &'a Arc<ComponentTypes>,
    /// The resource types of an instance, or of imports that are bound already.
    pub resources: Option<&'a Arc<ResourceTypes>>,
}

impl InstanceType<'_> {
    /// The resource type behind a handle table.
    pub(crate) fn resource_type(&self, table: TypeResourceTableIndex) -> ResourceType {
        match self.types[table] {
            TypeResourceTable::Concrete { ty, .. } => self
                .resources
                .and_then(|resources| resources[ty])
                .unwrap_or_else(|| ResourceType::uninstantiated(self.types, ty)),
            TypeResourceTable::Abstract(ty) => ResourceType::abstract_(self.types, ty),
        }
    }
}

/// Checks a component's imports against a linker's definitions, and learns the imported resource
/// types on the way.
pub(crate) struct TypeChecker<'a> {
    pub types: &'a Arc<ComponentTypes>,
    pub resources: Arc<ResourceTypes>,
}

impl TypeChecker<'_> {
    /// Fails unless `actual` can stand for `expected`.
    pub fn definition(&mut self, expected: &TypeDef, actual: Option<&Definition>) -> Result<()> {
        match (*expected, actual) {
            (TypeDef::ComponentInstance(ty), Some(Definition::Instance(_)) | None) => {
                self.instance(ty, actual)
            }
            (TypeDef::ComponentFunc(ty), Some(Definition::Func(func))) => {
                let types = InstanceType {
                    types: self.types,
                    resources: Some(&self.resources),
                };
                (func.typecheck)(ty, &types)
            }
            (TypeDef::Resource(table), actual) => self.resource(table, actual),
            (TypeDef::Module(ty), Some(Definition::Module(module))) => {
                let types = self.types.module_types();
                module.shape().can_stand_for(&self.types[ty], types)
            }
            (TypeDef::Module(_), None) => bail!("module implementation is missing"),
            (TypeDef::Module(_), Some(actual)) => bail!("expected module found {}", actual.desc()),
            (TypeDef::Interface(_), None) => bail!("type implementation is missing"),
            (expected, Some(actual)) => {
                bail!("expected {} found {}", expected.desc(), actual.desc())
            }
            (TypeDef::ComponentFunc(_), None) => bail!("function implementation is missing"),
            (TypeDef::Component(_), None) => bail!("component implementation is missing"),
            (TypeDef::CoreFunc(_), None) => bail!("core function implementation is missing"),
        }
    }

    fn instance(
        &mut self,
        ty: TypeComponentInstanceIndex,
        actual: Option<&Definition>,
    ) -> Result<()> {
        let types = Arc::clone(self.types);
        let mut first = Ok(());
        for (name, expected) in &types[ty].exports {
            // Types other than resources are structural and need no implementation.
            if matches!(expected.ty, TypeDef::Interface(_)) {
                continue;
            }
            let found = match actual {
                Some(Definition::Instance(map)) => map.get(name),
                _ => None,
            };
            let checked = self
                .definition(&expected.ty, found)
                .with_context(|| format!("instance export `{name}` has the wrong type"));
            // Resources behind what is wrong are learned too.
            first = first.and(checked);
        }
        first
    }

    fn resource(
        &mut self,
        table: TypeResourceTableIndex,
        actual: Option<&Definition>,
    ) -> Result<()> {
        let resource = self.types[table].unwrap_concrete_ty();
        let known = self.resources[resource];
        match (actual, known) {
            (Some(Definition::Resource(actual, _)), None) => {
                Arc::make_mut(&mut self.resources)[resource] = Some(*actual);
                Ok(())
            }
            (Some(Definition::Resource(actual, _)), Some(known)) if *actual == known => Ok(()),
            (Some(Definition::Resource(..)), Some(_)) => bail!("mismatched resource types"),
            (None, Some(_)) => Ok(()),
            (actual, known) => {
                // What uses it is judged as if it were there.
                let missing = known.unwrap_or_else(ResourceType::host::<Missing>);
                Arc::make_mut(&mut self.resources)[resource] = Some(missing);
                match actual {
                    Some(actual) => bail!("expected resource found {}", actual.desc()),
                    None => bail!("resource implementation is missing"),
                }
            }
        }
    }
}

/// What stands for a resource that is missing.
struct Missing;

/// The type of a function that checks one Rust type.
type Typecheck = fn(&InterfaceType, &InstanceType<'_>) -> Result<()>;

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

/// Checks the parameters and the result of a function.
pub(crate) fn typecheck_func<P: ComponentType, R: ComponentType>(
    ty: TypeFuncIndex,
    types: &InstanceType<'_>,
) -> Result<()> {
    let ty = &types.types[ty];
    if ty.async_ {
        bail!("functions that are `async` in WIT: not supported yet");
    }
    P::typecheck(&InterfaceType::Tuple(ty.params), types)
        .context("type mismatch with parameters")?;
    R::typecheck(&InterfaceType::Tuple(ty.results), types).context("type mismatch with results")
}
