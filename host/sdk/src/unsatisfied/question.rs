//! A component that imports one thing that another does, by the same name and of the same type, so
//! that a linker can be asked for it alone.

use std::collections::BTreeSet;

use wasm_encoder::{
    Alias, ComponentBuilder, ComponentDefinedTypeEncoder, ComponentExportKind,
    ComponentFuncTypeEncoder, ComponentOuterAliasKind, ComponentTypeRef, ComponentValType,
    InstanceType, PrimitiveValType, TypeBounds,
};
use wasmtime::Engine;
use wasmtime::component::types::{ComponentFunc, ComponentInstance, ComponentItem};
use wasmtime::component::{ResourceType, Type};

/// Where a resource comes from: the first import that has it.
pub struct Home {
    ty: ResourceType,
    /// The import's name.
    pub import: String,
    /// Its name in the import, where that is an instance.
    pub export: Option<String>,
    /// Whether the linker has not got it.
    pub missing: bool,
}

impl Home {
    /// Adds the resources that the import `name` brings to those of the imports before it.
    pub fn add(homes: &mut Vec<Home>, engine: &Engine, name: &str, item: &ComponentItem) {
        let mut add = |ty: ResourceType, export: Option<&str>| {
            if homes.iter().all(|home| home.ty != ty) {
                homes.push(Home {
                    ty,
                    import: name.to_owned(),
                    export: export.map(ToOwned::to_owned),
                    missing: false,
                });
            }
        };
        match item {
            ComponentItem::Resource(ty) => add(*ty, None),
            ComponentItem::ComponentInstance(instance) => {
                for (export, item) in instance.exports(engine) {
                    if let ComponentItem::Resource(ty) = item.ty {
                        add(ty, Some(export));
                    }
                }
            }
            _ => {}
        }
    }

    /// The component that imports this resource alone.
    pub fn question(&self) -> Vec<u8> {
        let mut root = ComponentBuilder::default();
        imported(&mut root, [self]);
        root.finish()
    }
}

/// The component that imports `item` as `name`, and the resources that it needs of the imports
/// before it, whose `homes` are given; and which of these. Nothing if that cannot be written down:
/// modules, instances in instances, or more types than are `left`.
pub fn question(
    engine: &Engine,
    name: &str,
    item: &ComponentItem,
    homes: &[Home],
    left: &mut usize,
) -> Option<(Vec<u8>, BTreeSet<usize>)> {
    let mut needed = BTreeSet::new();
    // What it needs of others is known when it was written once.
    write(engine, name, item, homes, &mut needed, left)?;
    let bytes = write(engine, name, item, homes, &mut needed, left)?;
    Some((bytes, needed))
}

fn write(
    engine: &Engine,
    name: &str,
    item: &ComponentItem,
    homes: &[Home],
    needed: &mut BTreeSet<usize>,
    left: &mut usize,
) -> Option<Vec<u8>> {
    let mut root = ComponentBuilder::default();
    let outer = imported(&mut root, needed.iter().filter_map(|home| homes.get(*home)));
    let taken = homes.iter().map(|home| home.import.as_str());
    let mut writer = TypeEncoder {
        homes,
        needed,
        left,
        inner: None,
        known: outer.clone(),
        taken: taken.chain([name]).map(ToOwned::to_owned).collect(),
        root,
        outer,
    };
    match item {
        ComponentItem::ComponentFunc(func) => {
            let ty = writer.func(func)?;
            writer.root.import(name, ComponentTypeRef::Func(ty));
        }
        ComponentItem::Resource(ty) => {
            let bounds = writer.bounds(*ty);
            writer.root.import(name, ComponentTypeRef::Type(bounds));
        }
        ComponentItem::ComponentInstance(instance) => {
            let ty = writer.instance(engine, instance)?;
            writer.root.import(name, ComponentTypeRef::Instance(ty));
        }
        // A type is no demand on a linker.
        ComponentItem::Type(_)
        | ComponentItem::CoreFunc(_)
        | ComponentItem::Module(_)
        | ComponentItem::Component(_) => return None,
    }
    Some(writer.root.finish())
}

/// Imports resources of other imports, and says which type each is.
fn imported<'a>(
    root: &mut ComponentBuilder,
    homes: impl IntoIterator<Item = &'a Home>,
) -> Vec<(ResourceType, u32)> {
    let needed: Vec<&Home> = homes.into_iter().collect();
    let mut types = Vec::new();
    for of_one in needed.chunk_by(|one, next| one.import == next.import) {
        let resource = ComponentTypeRef::Type(TypeBounds::SubResource);
        let mut ty = InstanceType::new();
        for home in of_one {
            match &home.export {
                None => types.push((home.ty, root.import(&*home.import, resource))),
                Some(export) => {
                    ty.export(&**export, resource);
                }
            }
        }
        if !ty.is_empty() {
            let ty = root.type_instance(None, &ty);
            let instance = root.import(&*of_one[0].import, ComponentTypeRef::Instance(ty));
            for home in of_one {
                if let Some(export) = &home.export {
                    let ty = root.alias_export(instance, export, ComponentExportKind::Type);
                    types.push((home.ty, ty));
                }
            }
        }
    }
    types
}

/// Writes the types of one import.
struct TypeEncoder<'a> {
    homes: &'a [Home],
    /// Which of the homes are asked for.
    needed: &'a mut BTreeSet<usize>,
    /// How many types may still be written.
    left: &'a mut usize,
    root: ComponentBuilder,
    /// The instance type that is being written; types go into the component itself where there is
    /// none.
    inner: Option<InstanceType>,
    /// The resources that the component itself knows.
    outer: Vec<(ResourceType, u32)>,
    /// The resources that are known where types go.
    known: Vec<(ResourceType, u32)>,
    /// Names that types cannot have.
    taken: BTreeSet<String>,
}

impl TypeEncoder<'_> {
    fn instance(&mut self, engine: &Engine, instance: &ComponentInstance) -> Option<u32> {
        self.inner = Some(InstanceType::new());
        self.known.clear();
        let names = instance.exports(engine).map(|(name, _)| name.to_owned());
        self.taken = names.collect();
        for (name, export) in instance.exports(engine) {
            match export.ty {
                ComponentItem::ComponentFunc(func) => {
                    let ty = self.func(&func)?;
                    self.inner
                        .as_mut()?
                        .export(name, ComponentTypeRef::Func(ty));
                }
                ComponentItem::Resource(ty) => {
                    let bounds = self.bounds(ty);
                    let new = self.export_type(name, bounds);
                    self.known.retain(|(known, _)| *known != ty);
                    self.known.push((ty, new));
                }
                ComponentItem::Type(_) => {}
                ComponentItem::ComponentInstance(_)
                | ComponentItem::CoreFunc(_)
                | ComponentItem::Module(_)
                | ComponentItem::Component(_) => return None,
            }
        }
        let ty = self.inner.take()?;
        Some(self.root.type_instance(None, &ty))
    }

    /// A resource as an import or export of a type: a new one, unless another import has it or it
    /// was met before.
    fn bounds(&mut self, ty: ResourceType) -> TypeBounds {
        let known = self.known.iter().any(|(known, _)| *known == ty);
        let elsewhere = self.homes.iter().any(|home| home.ty == ty);
        match self.resource(ty).filter(|_| known || elsewhere) {
            Some(index) => TypeBounds::Eq(index),
            None => TypeBounds::SubResource,
        }
    }

    /// The type that a resource is where types go; nothing if no import has it.
    fn resource(&mut self, ty: ResourceType) -> Option<u32> {
        if let Some((_, index)) = self.known.iter().find(|(known, _)| *known == ty) {
            return Some(*index);
        }
        let outer = self.outer.iter().find(|(known, _)| *known == ty);
        let index = match (outer, &mut self.inner) {
            (Some((_, index)), Some(inner)) => {
                let new = inner.type_count();
                inner.alias(Alias::Outer {
                    kind: ComponentOuterAliasKind::Type,
                    count: 1,
                    index: *index,
                });
                new
            }
            (Some((_, index)), None) => *index,
            (None, _) => {
                // It is there when all is written again.
                let home = self.homes.iter().position(|home| home.ty == ty)?;
                self.needed.insert(home);
                0
            }
        };
        self.known.push((ty, index));
        Some(index)
    }

    fn func(&mut self, func: &ComponentFunc) -> Option<u32> {
        let mut params = Vec::new();
        for (name, ty) in func.params() {
            params.push((name, self.value(&ty)?));
        }
        let mut result = None;
        for ty in func.results() {
            result = Some(self.value(&ty)?);
        }
        let index = self.next();
        self.function()
            .async_(func.async_())
            .params(params)
            .result(result);
        Some(index)
    }

    /// Writes a type of values, and those inside it before.
    fn value(&mut self, ty: &Type) -> Option<ComponentValType> {
        *self.left = self.left.checked_sub(1)?;
        let index = match ty {
            Type::List(list) => {
                let ty = self.value(&list.ty())?;
                self.defined(|to| to.list(ty))
            }
            Type::FixedLengthList(list) => {
                let ty = self.value(&list.ty())?;
                self.defined(|to| to.fixed_length_list(ty, list.len()))
            }
            Type::Map(map) => {
                let (key, value) = (self.value(&map.key())?, self.value(&map.value())?);
                self.defined(|to| to.map(key, value))
            }
            Type::Record(record) => {
                let mut fields = Vec::new();
                for field in record.fields() {
                    fields.push((field.name, self.value(&field.ty)?));
                }
                self.named(|to| to.record(fields))
            }
            Type::Tuple(tuple) => {
                let types = tuple.types().map(|ty| self.value(&ty));
                let types: Vec<_> = types.collect::<Option<_>>()?;
                self.defined(|to| to.tuple(types))
            }
            Type::Variant(variant) => {
                let mut cases = Vec::new();
                for case in variant.cases() {
                    cases.push((case.name, self.payload(case.ty)?));
                }
                self.named(|to| to.variant(cases))
            }
            Type::Enum(names) => self.named(|to| to.enum_type(names.names())),
            Type::Flags(names) => self.named(|to| to.flags(names.names())),
            Type::Option(option) => {
                let ty = self.value(&option.ty())?;
                self.defined(|to| to.option(ty))
            }
            Type::Result(result) => {
                let (ok, err) = (self.payload(result.ok())?, self.payload(result.err())?);
                self.defined(|to| to.result(ok, err))
            }
            Type::Own(ty) => {
                let ty = self.resource(*ty)?;
                self.defined(|to| to.own(ty))
            }
            Type::Borrow(ty) => {
                let ty = self.resource(*ty)?;
                self.defined(|to| to.borrow(ty))
            }
            Type::Future(future) => {
                let ty = self.payload(future.ty())?;
                self.defined(|to| to.future(ty))
            }
            Type::Stream(stream) => {
                let ty = self.payload(stream.ty())?;
                self.defined(|to| to.stream(ty))
            }
            ty => return primitive(ty).map(ComponentValType::Primitive),
        };
        Some(ComponentValType::Type(index))
    }

    /// A type that there may be or not.
    fn payload(&mut self, ty: Option<Type>) -> Option<Option<ComponentValType>> {
        ty.map_or(Some(None), |ty| self.value(&ty).map(Some))
    }

    fn next(&self) -> u32 {
        match &self.inner {
            Some(inner) => inner.type_count(),
            None => self.root.type_count(),
        }
    }

    fn function(&mut self) -> ComponentFuncTypeEncoder<'_> {
        match &mut self.inner {
            Some(inner) => inner.ty().function(),
            None => self.root.type_function(None).1,
        }
    }

    fn defined(&mut self, write: impl FnOnce(ComponentDefinedTypeEncoder<'_>)) -> u32 {
        let index = self.next();
        write(match &mut self.inner {
            Some(inner) => inner.ty().defined_type(),
            None => self.root.type_defined(None).1,
        });
        index
    }

    /// A type that only a name makes usable outside.
    fn named(&mut self, write: impl FnOnce(ComponentDefinedTypeEncoder<'_>)) -> u32 {
        let index = self.defined(write);
        let mut name = format!("t{index}");
        while self.taken.contains(&name) {
            name.push('t');
        }
        self.export_type(&name, TypeBounds::Eq(index))
    }

    /// Gives a type a name: as an export of the instance, or as an import of the component, which
    /// no linker is asked for.
    fn export_type(&mut self, name: &str, bounds: TypeBounds) -> u32 {
        let index = self.next();
        let ty = ComponentTypeRef::Type(bounds);
        match &mut self.inner {
            Some(inner) => {
                inner.export(name, ty);
            }
            None => {
                self.root.import(name, ty);
            }
        }
        self.taken.insert(name.to_owned());
        index
    }
}

fn primitive(ty: &Type) -> Option<PrimitiveValType> {
    Some(match ty {
        Type::Bool => PrimitiveValType::Bool,
        Type::S8 => PrimitiveValType::S8,
        Type::U8 => PrimitiveValType::U8,
        Type::S16 => PrimitiveValType::S16,
        Type::U16 => PrimitiveValType::U16,
        Type::S32 => PrimitiveValType::S32,
        Type::U32 => PrimitiveValType::U32,
        Type::S64 => PrimitiveValType::S64,
        Type::U64 => PrimitiveValType::U64,
        Type::Float32 => PrimitiveValType::F32,
        Type::Float64 => PrimitiveValType::F64,
        Type::Char => PrimitiveValType::Char,
        Type::String => PrimitiveValType::String,
        Type::ErrorContext => PrimitiveValType::ErrorContext,
        _ => return None,
    })
}
