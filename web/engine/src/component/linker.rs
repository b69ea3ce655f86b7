//! `Linker`: names for what components import.

use super::component::Component;
use super::host::HostFunc;
use super::instance::Instance;
use super::instantiate::{InstancePre, RuntimeImport};
use super::matching::TypeChecker;
use super::resource::ResourceType;
use super::typed::{ComponentNamedList, Lift, Lower};
use super::types::ComponentFunc;
use super::val::Val;
use crate::engine::Engine;
use crate::store::{AsContextMut, StoreContextMut, StoreInner, StoreOpaque};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use wasmtime_environ::collections::{TryClone, TryString};
use wasmtime_environ::component::{NameMap, NameMapNoIntern, TypeDef};
use wasmtime_environ::error::{OutOfMemory, Result, bail, format_err};

/// Names for what components import, as `wasmtime::component::Linker`.
///
/// Names of interfaces match semver-aware: an import of `a:b/c@1.0.0` is satisfied by a definition of `a:b/c@1.2.0`.
pub struct Linker<T: 'static> {
    engine: Engine,
    names: Names,
    allow_shadowing: bool,
    _data: PhantomData<fn() -> T>,
}

/// One instance of names in a [`Linker`], as `wasmtime::component::LinkerInstance`.
pub struct LinkerInstance<'a, T: 'static> {
    engine: &'a Engine,
    names: &'a mut Names,
    allow_shadowing: bool,
    _data: PhantomData<fn() -> T>,
}

/// Definitions by name.
#[derive(Debug, Default)]
pub(crate) struct Names(NameMap<TryString, Definition>);

/// What a name stands for.
#[derive(Clone, Debug)]
pub(crate) enum Definition {
    Instance(Names),
    Func(Arc<HostFunc>),
    Resource(ResourceType, Arc<HostDestructor>),
}

/// What the host runs when a guest drops a resource that it owns.
pub(crate) struct HostDestructor(Box<dyn Fn(*mut StoreOpaque, u32) -> Result<()> + Send + Sync>);

impl HostDestructor {
    /// Runs the destructor on the representation `rep`.
    pub fn run(&self, store: *mut StoreOpaque, rep: u32) -> Result<()> {
        (self.0)(store, rep)
    }
}

impl fmt::Debug for HostDestructor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostDestructor").finish_non_exhaustive()
    }
}

impl Definition {
    pub fn desc(&self) -> &'static str {
        match self {
            Definition::Instance(_) => "instance",
            Definition::Func(_) => "function",
            Definition::Resource(..) => "resource",
        }
    }
}

impl TryClone for Definition {
    fn try_clone(&self) -> Result<Definition, OutOfMemory> {
        Ok(self.clone())
    }
}

impl Clone for Names {
    fn clone(&self) -> Names {
        let mut names = Names::default();
        for (name, definition) in self.0.raw_iter() {
            names
                .insert(name, true, definition.clone())
                .expect("a name that shadows is never refused");
        }
        names
    }
}

impl Names {
    /// A definition by its name or by a semver-compatible one.
    pub fn get(&self, name: &str) -> Option<&Definition> {
        self.0.get(name, &NameMapNoIntern)
    }

    fn insert(&mut self, name: &str, shadow: bool, definition: Definition) -> Result<TryString> {
        self.0
            .insert(name, &mut NameMapNoIntern, shadow, definition)
    }

    fn instance(&mut self, name: &str) -> Result<&mut Names> {
        let key = TryString::try_from(name)?;
        let is_instance = matches!(self.0.raw_get_mut(&key), Some(Definition::Instance(_)));
        if !is_instance {
            self.insert(name, false, Definition::Instance(Names::default()))?;
        }
        match self.0.raw_get_mut(&key) {
            Some(Definition::Instance(names)) => Ok(names),
            _ => Err(format_err!("map entry `{name}` is not an instance")),
        }
    }
}

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
    /// A linker that defines nothing.
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

    /// Checks everything that `component` imports, once for all instances.
    ///
    /// # Errors
    ///
    /// Something is missing or has the wrong type; the error lists every import that cannot be satisfied.
    pub fn instantiate_pre(&self, component: &Component) -> Result<InstancePre<T>> {
        if !Engine::same(&self.engine, component.engine()) {
            bail!("cross-`Engine` instantiation is not currently supported");
        }
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
        if let Some(error) = unsatisfied(wrong) {
            return Err(error);
        }
        let imports = plan
            .imports
            .iter()
            .map(|(import, path)| self.runtime_import(&plan.import_types[*import].0, path))
            .collect::<Result<Vec<_>>>()?;
        Ok(InstancePre::new(
            component.clone(),
            imports,
            checker.resources,
        ))
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

    /// Defines everything that `component` imports and that has no definition yet as functions that trap.
    ///
    /// # Errors
    ///
    /// The component imports something that no trapping definition can stand for.
    pub fn define_unknown_imports_as_traps(&mut self, component: &Component) -> Result<()> {
        let plan = component.plan();
        for (name, ty) in &plan.import_types {
            self.root().define_as_trap(name, name, ty, component)?;
        }
        Ok(())
    }
}

/// One error for every import that is missing or wrong.
fn unsatisfied(
    mut wrong: Vec<(&str, &String, wasmtime_environ::error::Error)>,
) -> Option<wasmtime_environ::error::Error> {
    let missing = |kind: &str, name: &str| {
        format!(
            "component imports {kind} `{name}`, but a matching implementation was not found in the linker"
        )
    };
    if wrong.len() < 2 {
        let (kind, name, error) = wrong.pop()?;
        return Some(error.context(missing(kind, name)));
    }
    let list: Vec<String> = wrong
        .iter()
        .map(|(kind, name, error)| format!("{}: {error:#}", missing(kind, name)))
        .collect();
    Some(format_err!(
        "{} imports cannot be satisfied:\n{}",
        list.len(),
        list.join("\n")
    ))
}

impl<T: 'static> LinkerInstance<'_, T> {
    /// The linker's engine.
    pub fn engine(&self) -> &Engine {
        self.engine
    }

    /// Defines a host function with static types.
    ///
    /// # Errors
    ///
    /// `name` is defined already.
    pub fn func_wrap<F, Params, Return>(&mut self, name: &str, func: F) -> Result<()>
    where
        F: Fn(StoreContextMut<'_, T>, Params) -> Result<Return> + Send + Sync + 'static,
        Params: ComponentNamedList + Lift + 'static,
        Return: ComponentNamedList + Lower + 'static,
    {
        self.define(name, Definition::Func(HostFunc::wrap(func)))
    }

    /// Defines a host function over dynamic values.
    ///
    /// # Errors
    ///
    /// `name` is defined already.
    pub fn func_new(
        &mut self,
        name: &str,
        func: impl Fn(StoreContextMut<'_, T>, ComponentFunc, &[Val], &mut [Val]) -> Result<()>
        + Send
        + Sync
        + 'static,
    ) -> Result<()> {
        self.define(name, Definition::Func(HostFunc::dynamic(func)))
    }

    /// Defines a resource type of the host, with what is run when a guest drops an owned one.
    ///
    /// # Errors
    ///
    /// `name` is defined already.
    pub fn resource(
        &mut self,
        name: &str,
        ty: ResourceType,
        dtor: impl Fn(StoreContextMut<'_, T>, u32) -> Result<()> + Send + Sync + 'static,
    ) -> Result<()> {
        let dtor = HostDestructor(Box::new(move |store, rep| {
            // SAFETY: a linker's destructors are run for stores with its data type alone, whose borrow sleeps meanwhile.
            let store = unsafe { &mut *store.cast::<StoreInner<T>>() };
            dtor(StoreContextMut(store), rep)
        }));
        self.define(name, Definition::Resource(ty, Arc::new(dtor)))
    }

    /// The names of the instance `name` inside this one.
    ///
    /// # Errors
    ///
    /// `name` is defined as something that is not an instance.
    pub fn instance(&mut self, name: &str) -> Result<LinkerInstance<'_, T>> {
        LinkerInstance {
            engine: self.engine,
            names: &mut *self.names,
            allow_shadowing: self.allow_shadowing,
            _data: PhantomData,
        }
        .into_instance(name)
    }

    fn define(&mut self, name: &str, definition: Definition) -> Result<()> {
        self.names.insert(name, self.allow_shadowing, definition)?;
        Ok(())
    }

    fn define_as_trap(
        &mut self,
        name: &str,
        path: &str,
        ty: &TypeDef,
        component: &Component,
    ) -> Result<()> {
        match ty {
            TypeDef::ComponentInstance(index) => {
                let mut inner = self.instance(name)?;
                for (inner_name, item) in &component.types()[*index].exports {
                    let path = format!("{path}#{inner_name}");
                    inner.define_as_trap(inner_name, &path, &item.ty, component)?;
                }
                Ok(())
            }
            _ if self.names.get(name).is_some() => Ok(()),
            TypeDef::ComponentFunc(_) => {
                let path = path.to_owned();
                self.func_new(name, move |_, _, _, _| {
                    bail!("unknown import: `{path}` has not been defined")
                })
            }
            TypeDef::Resource(_) => self.resource(name, ResourceType::host::<()>(), |_, _| Ok(())),
            TypeDef::Component(_) | TypeDef::Module(_) => {
                bail!("unable to define {} imports as traps", ty.desc())
            }
            TypeDef::Interface(_) | TypeDef::CoreFunc(_) => Ok(()),
        }
    }
}

impl<'a, T: 'static> LinkerInstance<'a, T> {
    /// As [`instance`](LinkerInstance::instance), for as long as this borrow.
    ///
    /// # Errors
    ///
    /// `name` is defined as something that is not an instance.
    pub fn into_instance(self, name: &str) -> Result<LinkerInstance<'a, T>> {
        Ok(LinkerInstance {
            engine: self.engine,
            names: self.names.instance(name)?,
            allow_shadowing: self.allow_shadowing,
            _data: PhantomData,
        })
    }
}
