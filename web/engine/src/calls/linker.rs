//! `Linker`: names for what components import.

mod linker_instance;
mod matching;
mod names;

pub use linker_instance::LinkerInstance;

use matching::TypeChecker;
use names::{Definition, Names};

use super::instance::Instance;
use super::instantiate::InstancePre;
use crate::component::component::Component;
use crate::engine::Engine;
use crate::store::{AsContextMut, RuntimeImport};
use crate::types::{self, InstanceType, ResourceTypes};
use amphi_core::unsatisfied::{Unsatisfied, list, missing};
use std::marker::PhantomData;
use std::sync::Arc;
use wasmtime_environ::error::{Error, Result, bail, format_err};

/// Definitions for the imports of components, as `wasmtime::component::Linker`.
///
/// An import of an interface is linked to the definition with its full name, or else to the latest
/// compatible version: a definition of `a:b/c@1.2.0` satisfies an import of `a:b/c@1.0.0`.
///
/// # Differences from Wasmtime 48
///
/// - [`instantiate_pre`](Linker::instantiate_pre) lists every unsatisfied import; Wasmtime's
///   reports the first. For one import the error is Wasmtime's.
/// - [`instantiate_async`](Linker::instantiate_async) also lets the browser instantiate core
///   modules off the main thread.
/// - `func_wrap_concurrent`, `func_new_concurrent` and `resource_concurrent` of [`LinkerInstance`]
///   do not exist, since the page runs no asynchronous components; host functions may be
///   asynchronous (`func_wrap_async`, `func_new_async`, `resource_async`).
/// - A host function that panics ends all guests of the page, since a page's panic does not unwind.
///
/// The facade's module `amphi::component` has an example that runs on both hosts.
pub struct Linker<T: 'static> {
    engine: Engine,
    names: Names,
    allow_shadowing: bool,
    _data: PhantomData<fn() -> T>,
}

/// The data of stores that there are none of.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Nobody {}

impl<T: 'static> Clone for Linker<T> {
    fn clone(&self) -> Linker<T> {
        Linker {
            engine: self.engine.clone(),
            names: self.names.clone(),
            allow_shadowing: self.allow_shadowing,
            _data: PhantomData,
        }
    }
}

impl<T: 'static> Linker<T> {
    /// A linker without definitions.
    pub fn new(engine: &Engine) -> Linker<T> {
        Linker {
            engine: engine.clone(),
            names: Names::default(),
            allow_shadowing: false,
            _data: PhantomData,
        }
    }

    /// The linker's engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Whether a later definition may replace an earlier one of the same name.
    pub fn allow_shadowing(&mut self, allow: bool) -> &mut Self {
        self.allow_shadowing = allow;
        self
    }

    /// Defines what there is nobody for: functions that take a resource of which no guest can have
    /// any, so that their types are all that there is of them.
    ///
    /// # Errors
    ///
    /// That `define` fails.
    #[doc(hidden)]
    pub fn for_nobody(
        &mut self,
        define: impl FnOnce(&mut Linker<Nobody>) -> Result<()>,
    ) -> Result<()> {
        let mut linker = Linker {
            engine: self.engine.clone(),
            names: std::mem::take(&mut self.names),
            allow_shadowing: self.allow_shadowing,
            _data: PhantomData,
        };
        let defined = define(&mut linker);
        self.names = linker.names;
        defined
    }

    /// The names at the component's top level.
    pub fn root(&mut self) -> LinkerInstance<'_, T> {
        LinkerInstance {
            engine: &self.engine,
            names: &mut self.names,
            allow_shadowing: self.allow_shadowing,
            _data: PhantomData,
        }
    }

    /// The names of the interface `name`.
    ///
    /// # Errors
    ///
    /// `name` is defined as something that is not an instance.
    pub fn instance(&mut self, name: &str) -> Result<LinkerInstance<'_, T>> {
        self.root().into_instance(name)
    }

    /// Checks all imports of `component`, once for all instances.
    ///
    /// # Errors
    ///
    /// An import has no definition or one of the wrong type; the error lists every unsatisfied
    /// import.
    pub fn instantiate_pre(&self, component: &Component) -> Result<InstancePre<T>> {
        if !Engine::same(&self.engine, component.engine()) {
            bail!("cross-`Engine` instantiation is not currently supported");
        }
        let plan = component.plan();
        let resources = self.typecheck(component)?;
        let imports = plan
            .imports
            .iter()
            .map(|(import, path)| self.runtime_import(&plan.import_types[*import].0, path))
            .collect::<Result<Vec<_>>>()?;
        Ok(InstancePre::new(component.clone(), imports, resources))
    }

    /// The type of `component` with this linker's resources in place of those that it imports.
    ///
    /// # Errors
    ///
    /// As [`instantiate_pre`](Linker::instantiate_pre).
    pub fn substituted_component_type(&self, component: &Component) -> Result<types::Component> {
        let resources = self.typecheck(component)?;
        let substituted = InstanceType {
            types: component.types(),
            resources: Some(&resources),
        };
        Ok(types::Component::from(component.plan().ty, &substituted))
    }

    /// Checks every import, and returns the resources among them.
    fn typecheck(&self, component: &Component) -> Result<Arc<ResourceTypes>> {
        let plan = component.plan();
        let mut checker = TypeChecker {
            types: &plan.types,
            resources: Arc::default(),
        };
        let mut wrong = Vec::new();
        for (name, ty) in &plan.import_types {
            if let Err(error) = checker.definition(ty, self.names.get(name)) {
                wrong.push((ty.desc(), name, error));
            }
        }
        if wrong.len() > 1 {
            let told = wrong.into_iter().map(|(kind, name, error)| Unsatisfied {
                kind: kind.to_owned(),
                name: name.clone(),
                cause: format!("{error:#}"),
            });
            return Err(Error::msg(list(&told.collect::<Vec<_>>())));
        }
        match wrong.pop() {
            Some((kind, name, error)) => Err(error.context(missing(kind, name))),
            None => Ok(checker.resources),
        }
    }

    fn runtime_import(&self, root: &str, path: &[String]) -> Result<RuntimeImport> {
        let found = path
            .iter()
            .fold(self.names.get(root), |found, name| match found {
                Some(Definition::Instance(names)) => names.get(name),
                _ => None,
            });
        match found {
            Some(Definition::Func(func)) => Ok(RuntimeImport::Func(Arc::clone(func))),
            Some(Definition::Resource(_, dtor)) => Ok(RuntimeImport::Resource(Arc::clone(dtor))),
            Some(Definition::Module(module)) => Ok(RuntimeImport::Module(module.clone())),
            _ => Err(format_err!("import `{root}` has no usable definition")),
        }
    }

    /// Instantiates `component` with this linker's definitions.
    ///
    /// # Errors
    ///
    /// As [`instantiate_pre`](Linker::instantiate_pre) and [`InstancePre::instantiate`].
    pub fn instantiate(
        &self,
        store: impl AsContextMut<Data = T>,
        component: &Component,
    ) -> Result<Instance> {
        self.instantiate_pre(component)?.instantiate(store)
    }

    /// As [`instantiate`](Linker::instantiate), with core modules instantiated off the main thread.
    ///
    /// # Errors
    ///
    /// As [`instantiate`](Linker::instantiate).
    pub async fn instantiate_async(
        &self,
        store: impl AsContextMut<Data = T>,
        component: &Component,
    ) -> Result<Instance>
    where
        T: Send,
    {
        self.instantiate_pre(component)?
            .instantiate_async(store)
            .await
    }

    /// Defines the imports of `component` that have no definition yet: functions as functions that
    /// trap, and resource types.
    ///
    /// # Errors
    ///
    /// The component imports a module, which cannot be defined as a trap.
    pub fn define_unknown_imports_as_traps(&mut self, component: &Component) -> Result<()> {
        let plan = component.plan();
        for (name, ty) in &plan.import_types {
            self.root().define_as_trap(name, None, ty, component)?;
        }
        Ok(())
    }
}
