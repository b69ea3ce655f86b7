//! `LinkerInstance`: defining the names of one instance.

use super::names::{Definition, Names};
use crate::component::component::Component;
use crate::engine::Engine;
use crate::module::Module;
use crate::store::{HostDestructor, HostFunc, StoreContextMut, StoreInner};
use crate::types::{ComponentFunc, ResourceType};
use crate::values::typed::{ComponentNamedList, Lift, Lower};
use crate::values::val::Val;
use std::marker::PhantomData;
use std::sync::Arc;
use wasmtime_environ::component::TypeDef;
use wasmtime_environ::error::{Result, bail};

/// One instance of names in a [`Linker`](super::Linker), as `wasmtime::component::LinkerInstance`.
pub struct LinkerInstance<'a, T: 'static> {
    pub(super) engine: &'a Engine,
    pub(super) names: &'a mut Names,
    pub(super) allow_shadowing: bool,
    pub(super) _data: PhantomData<fn() -> T>,
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

    /// Defines an asynchronous host function with static types: a guest that calls it is suspended
    /// until it is done.
    ///
    /// # Errors
    ///
    /// `name` is defined already.
    pub fn func_wrap_async<Params, Return, F>(&mut self, name: &str, func: F) -> Result<()>
    where
        F: Fn(
                StoreContextMut<'_, T>,
                Params,
            ) -> Box<dyn Future<Output = Result<Return>> + Send + '_>
            + Send
            + Sync
            + 'static,
        Params: ComponentNamedList + Lift + 'static,
        Return: ComponentNamedList + Lower + 'static,
    {
        self.define(name, Definition::Func(HostFunc::wrap_async(func)))
    }

    /// Defines an asynchronous host function over dynamic values.
    ///
    /// # Errors
    ///
    /// `name` is defined already.
    pub fn func_new_async<F>(&mut self, name: &str, func: F) -> Result<()>
    where
        F: for<'a> Fn(
                StoreContextMut<'a, T>,
                ComponentFunc,
                &'a [Val],
                &'a mut [Val],
            ) -> Box<dyn Future<Output = Result<()>> + Send + 'a>
            + Send
            + Sync
            + 'static,
    {
        self.define(name, Definition::Func(HostFunc::dynamic_async(func)))
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
        let dtor = HostDestructor::Sync(Box::new(move |store, rep| {
            if const { StoreInner::<T>::IS_NEVER } {
                bail!("a resource that there is none of is dropped");
            }
            // SAFETY: a linker's destructors are run for stores with its data type alone, whose
            // borrow sleeps meanwhile.
            let store = unsafe { &mut *store.cast::<StoreInner<T>>() };
            dtor(StoreContextMut(store), rep)
        }));
        self.define(name, Definition::Resource(ty, Arc::new(dtor)))
    }

    /// As [`resource`](LinkerInstance::resource), with an asynchronous destructor: a guest that
    /// drops such a resource is suspended until it is done.
    ///
    /// # Errors
    ///
    /// `name` is defined already.
    pub fn resource_async<F>(&mut self, name: &str, ty: ResourceType, dtor: F) -> Result<()>
    where
        T: Send,
        F: Fn(StoreContextMut<'_, T>, u32) -> Box<dyn Future<Output = Result<()>> + Send + '_>
            + Send
            + Sync
            + 'static,
    {
        let dtor = HostDestructor::Async(Box::new(move |store, rep| {
            // SAFETY: a linker's destructors are run for stores with its data type alone, and
            // whoever polls the future borrows the store until that is gone.
            let store = unsafe { &mut *store.cast::<StoreInner<T>>() };
            Box::into_pin(dtor(StoreContextMut(store), rep))
        }));
        self.define(name, Definition::Resource(ty, Arc::new(dtor)))
    }

    /// Defines a core module.
    ///
    /// # Errors
    ///
    /// `name` is defined already.
    pub fn module(&mut self, name: &str, module: &Module) -> Result<()> {
        self.define(name, Definition::Module(module.clone()))
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

    pub(crate) fn define_func(&mut self, name: &str, func: Arc<HostFunc>) -> Result<()> {
        self.define(name, Definition::Func(func))
    }

    fn define(&mut self, name: &str, definition: Definition) -> Result<()> {
        self.names.insert(name, self.allow_shadowing, definition)?;
        Ok(())
    }

    pub(super) fn define_as_trap(
        &mut self,
        name: &str,
        outer: Option<&str>,
        ty: &TypeDef,
        component: &Component,
    ) -> Result<()> {
        match ty {
            TypeDef::ComponentInstance(index) => {
                let mut inner = self.instance(name)?;
                for (inner_name, item) in &component.types()[*index].exports {
                    inner.define_as_trap(inner_name, Some(name), &item.ty, component)?;
                }
                Ok(())
            }
            _ if self.names.get(name).is_some() => Ok(()),
            TypeDef::ComponentFunc(_) => {
                let path = match outer {
                    Some(outer) => format!("{outer}#{name}"),
                    None => name.to_owned(),
                };
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
