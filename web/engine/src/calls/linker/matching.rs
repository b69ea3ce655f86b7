//! What a linker has against what a component imports.

use super::names::Definition;
use crate::types::{InstanceType, ResourceType, ResourceTypes};
use crate::values::typed::typecheck_func;
use amphi_translate::plan::ComponentTypes;
use std::sync::Arc;
use wasmtime_environ::component::{TypeComponentInstanceIndex, TypeDef, TypeResourceTableIndex};
use wasmtime_environ::error::{Context as _, Result, bail};

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
                typecheck_func(func.typecheck.as_ref(), ty, &types)
            }
            (TypeDef::Resource(table), actual) => self.resource(table, actual),
            (TypeDef::Module(ty), Some(Definition::Module(module))) => {
                module.shape().can_stand_for(&self.types[ty])
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
