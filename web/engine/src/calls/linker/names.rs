//! Definitions by name.

use crate::module::Module;
use crate::store::{HostDestructor, HostFunc};
use crate::types::ResourceType;
use std::sync::Arc;
use wasmtime_environ::collections::{TryClone, TryString};
use wasmtime_environ::component::{NameMap, NameMapNoIntern};
use wasmtime_environ::error::{OutOfMemory, Result, format_err};

/// Definitions by name.
#[derive(Debug, Default)]
pub(crate) struct Names(NameMap<TryString, Definition>);

/// What a name stands for.
#[derive(Clone, Debug)]
pub(crate) enum Definition {
    Instance(Names),
    Func(Arc<HostFunc>),
    Module(Module),
    Resource(ResourceType, Arc<HostDestructor>),
}

impl Definition {
    pub fn desc(&self) -> &'static str {
        match self {
            Definition::Instance(_) => "instance",
            Definition::Func(_) => "func",
            Definition::Module(_) => "module",
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

    pub fn insert(
        &mut self,
        name: &str,
        shadow: bool,
        definition: Definition,
    ) -> Result<TryString> {
        self.0
            .insert(name, &mut NameMapNoIntern, shadow, definition)
    }

    pub fn instance(&mut self, name: &str) -> Result<&mut Names> {
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
