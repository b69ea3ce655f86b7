//! What a component imports and exports.

use super::handle::Handle;
use super::{InstanceType, ResourceType, Type};
use crate::engine::Engine;
use amphi_translate::{ExternType, FuncType};
use wasmtime_environ::component::{
    ComponentExtern as Extern, InterfaceType, TypeComponentIndex, TypeComponentInstanceIndex,
    TypeDef, TypeFuncIndex, TypeModuleIndex, alternate_lookup_key,
};

/// The type of a component function.
#[derive(Clone, Debug)]
pub struct ComponentFunc(Handle<TypeFuncIndex>);

/// The type of a core module.
#[derive(Clone, Debug)]
pub struct Module(Handle<TypeModuleIndex>);

/// The type of a component.
#[derive(Clone, Debug)]
pub struct Component(Handle<TypeComponentIndex>);

/// The type of a component instance.
#[derive(Clone, Debug)]
pub struct ComponentInstance(Handle<TypeComponentInstanceIndex>);

/// An import or export of a [`Component`], or an export of a [`ComponentInstance`].
#[derive(Clone, Debug)]
pub struct ComponentExtern<'a> {
    /// The type of the item.
    pub ty: ComponentItem,
    /// The interface that the item implements under its own name, when `(implements "...")` says
    /// so.
    pub implements: Option<&'a str>,
    /// What `(external-id "...")` tells the host about the item.
    pub external_id: Option<&'a str>,
}

/// The type of an item in a component.
#[derive(Clone, Debug)]
pub enum ComponentItem {
    /// A component function.
    ComponentFunc(ComponentFunc),
    /// A core function.
    CoreFunc(FuncType),
    /// A core module.
    Module(Module),
    /// A component.
    Component(Component),
    /// A component instance.
    ComponentInstance(ComponentInstance),
    /// A type of values.
    Type(Type),
    /// A resource type.
    Resource(ResourceType),
}

impl ComponentFunc {
    pub(crate) fn from(index: TypeFuncIndex, instance: &InstanceType<'_>) -> Self {
        Self(Handle::new(index, instance))
    }

    /// The types of the parameters and of the results, each a tuple.
    pub(crate) fn signature(&self) -> (InterfaceType, InterfaceType) {
        let func = self.0.get();
        let tuple = InterfaceType::Tuple;
        (tuple(func.params), tuple(func.results))
    }

    /// Whether the function is declared `async`.
    pub fn async_(&self) -> bool {
        self.0.get().async_
    }

    /// The parameters, each with its name.
    pub fn params(&self) -> impl ExactSizeIterator<Item = (&str, Type)> + '_ {
        let func = self.0.get();
        let types = self.0.types()[func.params].types.iter();
        types
            .zip(&func.param_names)
            .map(|(ty, name)| (name.as_str(), Type::from(ty, &self.0.instance())))
    }

    /// The results: one or none.
    pub fn results(&self) -> impl ExactSizeIterator<Item = Type> + '_ {
        let types = self.0.types()[self.0.get().results].types.iter();
        types.map(|ty| Type::from(ty, &self.0.instance()))
    }
}

impl Module {
    pub(crate) fn from(index: TypeModuleIndex, instance: &InstanceType<'_>) -> Self {
        Self(Handle::new(index, instance))
    }

    /// The imports: module and field name, and type.
    pub fn imports<'a>(
        &'a self,
        _engine: &'a Engine,
    ) -> impl ExactSizeIterator<Item = ((&'a str, &'a str), ExternType)> + 'a {
        let imports = self.0.get().imports.iter();
        imports.map(|((module, field), ty)| ((module.as_str(), field.as_str()), ty.clone()))
    }

    /// The exports, each with its name.
    pub fn exports<'a>(
        &'a self,
        _engine: &'a Engine,
    ) -> impl ExactSizeIterator<Item = (&'a str, ExternType)> + 'a {
        let exports = self.0.get().exports.iter();
        exports.map(|(name, ty)| (name.as_str(), ty.clone()))
    }
}

impl Component {
    pub(crate) fn from(index: TypeComponentIndex, instance: &InstanceType<'_>) -> Self {
        Self(Handle::new(index, instance))
    }

    /// The import called `name`, if there is one.
    pub fn get_import<'a>(&'a self, engine: &'a Engine, name: &str) -> Option<ComponentExtern<'a>> {
        let item = self.0.get().imports.get(name)?;
        Some(ComponentExtern::new(engine, &self.0.instance(), item))
    }

    /// The imports, each with its name.
    pub fn imports<'a>(
        &'a self,
        engine: &'a Engine,
    ) -> impl ExactSizeIterator<Item = (&'a str, ComponentExtern<'a>)> + 'a {
        let imports = self.0.get().imports.iter();
        imports.map(|(name, item)| {
            let item = ComponentExtern::new(engine, &self.0.instance(), item);
            (name.as_str(), item)
        })
    }

    /// The export called `name`, if there is one.
    pub fn get_export<'a>(&'a self, engine: &'a Engine, name: &str) -> Option<ComponentExtern<'a>> {
        let item = self.0.get().exports.get(name)?;
        Some(ComponentExtern::new(engine, &self.0.instance(), item))
    }

    /// The exports, each with its name.
    pub fn exports<'a>(
        &'a self,
        engine: &'a Engine,
    ) -> impl ExactSizeIterator<Item = (&'a str, ComponentExtern<'a>)> + 'a {
        let exports = self.0.get().exports.iter();
        exports.map(|(name, item)| {
            let item = ComponentExtern::new(engine, &self.0.instance(), item);
            (name.as_str(), item)
        })
    }

    /// What the types of this component are read in.
    #[doc(hidden)]
    pub fn instance_type(&self) -> InstanceType<'_> {
        self.0.instance()
    }
}

impl ComponentInstance {
    pub(crate) fn from(index: TypeComponentInstanceIndex, instance: &InstanceType<'_>) -> Self {
        Self(Handle::new(index, instance))
    }

    /// The export called `name`, if there is one.
    pub fn get_export<'a>(&'a self, engine: &'a Engine, name: &str) -> Option<ComponentExtern<'a>> {
        let item = self.0.get().exports.get(name)?;
        Some(ComponentExtern::new(engine, &self.0.instance(), item))
    }

    /// The exports, each with its name.
    pub fn exports<'a>(
        &'a self,
        engine: &'a Engine,
    ) -> impl ExactSizeIterator<Item = (&'a str, ComponentExtern<'a>)> {
        let exports = self.0.get().exports.iter();
        exports.map(|(name, item)| {
            let item = ComponentExtern::new(engine, &self.0.instance(), item);
            (name.as_str(), item)
        })
    }
}

impl<'a> ComponentExtern<'a> {
    fn new(engine: &Engine, instance: &InstanceType<'_>, item: &'a Extern) -> Self {
        Self {
            ty: ComponentItem::from(engine, &item.ty, instance),
            implements: item.data.implements.as_deref(),
            external_id: item.data.external_id.as_deref(),
        }
    }

    /// Whether the item says that it implements the interface `name`, or a version of it that is
    /// compatible by semver: `a:b/c@1.1.0` implements `a:b/c@1.0.0` and `a:b/c@1.2.0` too.
    pub fn is_implements(&self, name: &str) -> bool {
        let Some(implements) = self.implements else {
            return false;
        };
        if implements == name {
            return true;
        }
        match (alternate_lookup_key(implements), alternate_lookup_key(name)) {
            (Some((a, _)), Some((b, _))) => a == b,
            (Some(_), None) | (None, Some(_)) | (None, None) => false,
        }
    }
}

impl ComponentItem {
    pub(crate) fn from(_engine: &Engine, def: &TypeDef, instance: &InstanceType<'_>) -> Self {
        match *def {
            TypeDef::Component(index) => Self::Component(Component::from(index, instance)),
            TypeDef::ComponentInstance(index) => {
                Self::ComponentInstance(ComponentInstance::from(index, instance))
            }
            TypeDef::ComponentFunc(index) => {
                Self::ComponentFunc(ComponentFunc::from(index, instance))
            }
            TypeDef::Interface(ty) => Self::Type(Type::from(&ty, instance)),
            TypeDef::Module(index) => Self::Module(Module::from(index, instance)),
            TypeDef::CoreFunc(index) => Self::CoreFunc(instance.types[index].clone()),
            TypeDef::Resource(index) => Self::Resource(instance.resource_type(index)),
        }
    }
}
