//! What is known of a core module that a host passes around whole: as an import or as an export of
//! a component.

use super::element::ActiveElements;
#[cfg(feature = "compiler")]
use super::read::{module_name, validate_bodies};
use super::size::Sizes;
use crate::component_types::ModuleType;
use crate::core_type::{ExternType, matches};
use std::sync::Arc;
#[cfg(feature = "compiler")]
use wasmtime_environ::error::Error;
use wasmtime_environ::error::{Context as _, Result, format_err};
#[cfg(feature = "compiler")]
use wasmtime_environ::wasmparser::{FuncValidatorAllocations, Parser, Validator, WasmFeatures};
#[cfg(feature = "compiler")]
use wasmtime_environ::{
    EntityRef as _, ModuleEnvironment, ModuleTranslation, ModuleTypes, ModuleTypesBuilder,
    StaticModuleIndex, Tunables,
};

/// What a core module imports and exports, with types.
#[derive(Clone, Debug)]
pub struct ModuleShape {
    /// The name that the module gives itself.
    pub name: Option<String>,
    /// Module name, field name and type of each import, in order.
    pub imports: Vec<(String, String, ExternType)>,
    /// Name and type of each export, in order.
    pub exports: Vec<(String, ExternType)>,
    /// Whether it has a start function, which runs while it is instantiated.
    pub starts: bool,
    /// What it writes into tables meanwhile.
    pub elements: Arc<[ActiveElements]>,
    /// How large its memories and tables may become.
    pub sizes: Sizes,
}

#[cfg(feature = "compiler")]
impl ModuleShape {
    /// Validates the bytes of a core module, with the features that may be used, and reads its
    /// imports and exports.
    ///
    /// # Errors
    ///
    /// The bytes are not a valid core module, or need a feature that is not among `features`.
    pub fn new(bytes: &[u8], features: WasmFeatures) -> Result<ModuleShape> {
        amphi_core::exceptions::check(bytes).map_err(Error::new)?;
        let mut validator = Validator::new_with_features(features);
        let mut types = ModuleTypesBuilder::new(&validator);
        let tunables = Tunables::default_u32();
        let index = StaticModuleIndex::new(0);
        let mut module = ModuleEnvironment::new(&tunables, &mut validator, &mut types, index)
            .translate(Parser::new(0), bytes)
            .context("failed to parse WebAssembly module")?;
        validate_bodies(&mut module, FuncValidatorAllocations::default())?;
        Ok(ModuleShape::read(&module, &types.finish()))
    }

    /// The shape of a translated module whose type indices point into `types`.
    pub(super) fn read(translation: &ModuleTranslation<'_>, types: &ModuleTypes) -> ModuleShape {
        let module = &translation.module;
        ModuleShape {
            name: module_name(module),
            imports: module
                .imports()
                .map(|(module, field, ty)| {
                    let ty = ExternType::read(&ty, types);
                    (module.to_owned(), field.to_owned(), ty)
                })
                .collect(),
            exports: module
                .exports
                .iter()
                .map(|(name, index)| {
                    let ty = ExternType::read(&module.type_of(*index), types);
                    (module.strings[*name].to_owned(), ty)
                })
                .collect(),
            starts: translation.start_func.is_some(),
            elements: ActiveElements::read(translation.wasm),
            sizes: Sizes::read(module),
        }
    }
}

impl ModuleShape {
    /// The type of the export `name`.
    pub fn export(&self, name: &str) -> Option<&ExternType> {
        let mut exports = self.exports.iter();
        exports.find(|(found, _)| found == name).map(|(_, ty)| ty)
    }

    /// Fails unless this module can stand for the one that a component imports.
    ///
    /// # Errors
    ///
    /// The module lacks an export, imports more than it is given, or a type does not fit.
    pub fn can_stand_for(&self, expected: &ModuleType) -> Result<()> {
        for (name, ty) in &expected.exports {
            let actual = self
                .export(name)
                .ok_or_else(|| format_err!("module export `{name}` not defined"))?;
            matches(ty, actual)
                .with_context(|| format!("module export `{name}` has the wrong type"))?;
        }
        for (module, name, actual) in &self.imports {
            let given = expected
                .imports
                .get(&(module.clone(), name.clone()))
                .ok_or_else(|| format_err!("module import `{module}::{name}` not defined"))?;
            matches(actual, given)
                .with_context(|| format!("module import `{module}::{name}` has the wrong type"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::ModuleShape;
    use amphi_core::features::taken;

    #[test]
    fn imports_and_exports_are_read() {
        // (module (import "a" "f" (func (param i32) (result i64))) (memory (export "m") 1 2)
        // (global (export "g") (mut f64) (f64.const 0)))
        let bytes = [
            b"\0asm\x01\0\0\0".as_slice(),
            b"\x01\x06\x01\x60\x01\x7f\x01\x7e",
            b"\x02\x07\x01\x01a\x01f\x00\x00",
            b"\x05\x04\x01\x01\x01\x02",
            b"\x06\x0d\x01\x7c\x01\x44\0\0\0\0\0\0\0\0\x0b",
            b"\x07\x09\x02\x01m\x02\x00\x01g\x03\x00",
        ]
        .concat();
        let shape = ModuleShape::new(&bytes, taken()).expect("the module is valid");
        let (module, field, ty) = &shape.imports[0];
        assert_eq!((module.as_str(), field.as_str()), ("a", "f"));
        assert_eq!(
            ty.unwrap_func().to_string(),
            "(func (param i32) (result i64))"
        );
        let memory = shape.export("m").expect("there is an `m`").unwrap_memory();
        assert_eq!((memory.minimum(), memory.maximum()), (1, Some(2)));
        assert!(
            shape
                .export("g")
                .is_some_and(|ty| ty.unwrap_global().mutability().is_var())
        );
        assert!(shape.export("f").is_none());
        assert!(!shape.starts);
    }

    #[test]
    fn bodies_are_validated() {
        // (module (func (result i32)))
        let bytes =
            b"\0asm\x01\0\0\0\x01\x05\x01\x60\x00\x01\x7f\x03\x02\x01\x00\x0a\x04\x01\x02\x00\x0b";
        assert!(ModuleShape::new(bytes, taken()).is_err());
    }
}
