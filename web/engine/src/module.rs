//! `Module`: a core module that a host passes around whole.

use crate::engine::Engine;
#[cfg(feature = "compiler")]
use crate::page;
use crate::page::Local;
use amphi_translate::ExternType;
use amphi_translate::plan::{ModuleShape, Start};
use js_sys::WebAssembly;
use std::fmt;
use std::sync::Arc;
#[cfg(feature = "compiler")]
use wasmtime_environ::error::Result;

/// A compiled core module, as `wasmtime::Module`: what components import and export as `core
/// module`.
///
/// Cheap to clone. There is no way to instantiate one but through a component.
#[derive(Clone)]
pub struct Module(Arc<ModuleInner>);

struct ModuleInner {
    engine: Engine,
    shape: ModuleShape,
    start: Start,
    compiled: Local<WebAssembly::Module>,
}

/// An import of a [`Module`].
#[derive(Clone, Debug)]
pub struct ImportType<'module> {
    module: &'module str,
    name: &'module str,
    ty: &'module ExternType,
}

/// An export of a [`Module`].
#[derive(Clone, Debug)]
pub struct ExportType<'module> {
    name: &'module str,
    ty: &'module ExternType,
}

#[cfg(feature = "compiler")]
impl Module {
    /// Compiles a core module on the calling thread; its text format is not read here.
    ///
    /// # Errors
    ///
    /// The bytes are not a valid core module, need a feature that this engine does not have, or the
    /// browser refuses them.
    pub fn new(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Module> {
        let mut bytes = bytes.as_ref().to_vec();
        let shape = ModuleShape::new(&bytes, engine.features())?;
        let mut start = Start::of(shape.starts);
        if page::can_suspend() {
            start.defer(&mut bytes)?;
        }
        let compiled = Local::new(page::compile(&bytes)?);
        Ok(Module::from_parts(engine.clone(), shape, start, compiled))
    }

    /// As [`Module::new`].
    ///
    /// # Errors
    ///
    /// As [`Module::new`].
    pub fn from_binary(engine: &Engine, bytes: &[u8]) -> Result<Module> {
        Module::new(engine, bytes)
    }

    /// Checks that the bytes are a core module that this engine can run, and compiles nothing.
    ///
    /// # Errors
    ///
    /// They are not.
    pub fn validate(engine: &Engine, bytes: &[u8]) -> Result<()> {
        ModuleShape::new(bytes, engine.features()).map(drop)
    }
}

impl Module {
    pub(crate) fn from_parts(
        engine: Engine,
        shape: ModuleShape,
        start: Start,
        compiled: Local<WebAssembly::Module>,
    ) -> Module {
        Module(Arc::new(ModuleInner {
            engine,
            shape,
            start,
            compiled,
        }))
    }

    /// The engine that the module was compiled for.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// The name that the module gives itself.
    pub fn name(&self) -> Option<&str> {
        self.0.shape.name.as_deref()
    }

    /// The imports, in order.
    pub fn imports(&self) -> impl ExactSizeIterator<Item = ImportType<'_>> {
        let imports = self.0.shape.imports.iter();
        imports.map(|(module, name, ty)| ImportType { module, name, ty })
    }

    /// The exports, in order.
    pub fn exports(&self) -> impl ExactSizeIterator<Item = ExportType<'_>> {
        let exports = self.0.shape.exports.iter();
        exports.map(|(name, ty)| ExportType { name, ty })
    }

    /// The type of the export `name`.
    pub fn get_export(&self, name: &str) -> Option<ExternType> {
        self.0.shape.export(name).cloned()
    }

    pub(crate) fn shape(&self) -> &ModuleShape {
        &self.0.shape
    }

    pub(crate) fn start(&self) -> &Start {
        &self.0.start
    }

    pub(crate) fn compiled(&self) -> &WebAssembly::Module {
        &self.0.compiled
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module")
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

impl<'module> ImportType<'module> {
    /// The name of the module that it is imported from.
    pub fn module(&self) -> &'module str {
        self.module
    }

    /// The name of what is imported.
    pub fn name(&self) -> &'module str {
        self.name
    }

    /// The type that is expected.
    pub fn ty(&self) -> ExternType {
        self.ty.clone()
    }
}

impl<'module> ExportType<'module> {
    /// The name.
    pub fn name(&self) -> &'module str {
        self.name
    }

    /// The type.
    pub fn ty(&self) -> ExternType {
        self.ty.clone()
    }
}
