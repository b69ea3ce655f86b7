//! From the translator's tables to ours: what is reached, once.

use super::{ComponentTypes, ModuleType, Push as _};
use crate::core_type::{ExternType, FuncType};
use std::collections::HashMap;
use std::hash::Hash;
use wasmtime_environ::component::{
    self as env, ComponentExtern, InterfaceType, RecordField, TypeComponent, TypeComponentIndex,
    TypeComponentInstance, TypeComponentInstanceIndex, TypeDef, TypeEnum, TypeFixedLengthList,
    TypeFlags, TypeFunc, TypeFuncIndex, TypeFuture, TypeFutureTable, TypeList, TypeMap,
    TypeModuleIndex, TypeOption, TypeRecord, TypeResourceTableIndex, TypeResult, TypeStream,
    TypeStreamTable, TypeTuple, TypeTupleIndex, TypeVariant,
};
use wasmtime_environ::prelude::IndexMap;
use wasmtime_environ::{EngineOrModuleTypeIndex, ModuleInternedTypeIndex};

/// A walk over the translator's tables, which copies what it comes to. The index that each method
/// takes is into those tables, and the one that it returns is into ours.
///
/// The recursion ends: nothing is nested deeper than what was screened.
pub struct Walk<'a> {
    from: &'a env::ComponentTypes,
    to: ComponentTypes,
    values: HashMap<InterfaceType, InterfaceType>,
    tuples: Copied<TypeTupleIndex>,
    functions: Copied<TypeFuncIndex>,
    core_functions: Copied<ModuleInternedTypeIndex>,
    modules: Copied<TypeModuleIndex>,
    instances: Copied<TypeComponentInstanceIndex>,
    components: Copied<TypeComponentIndex>,
}

/// Where what was copied already is.
type Copied<I> = HashMap<I, I>;

impl<'a> Walk<'a> {
    /// A walk over `from`, which has so many handle tables. Those keep their numbers, which
    /// adapters know.
    pub fn new(from: &'a env::ComponentTypes, handle_tables: usize) -> Walk<'a> {
        let mut to = ComponentTypes::default();
        for table in 0..handle_tables as u32 {
            to.push(from[TypeResourceTableIndex::from_u32(table)].clone());
        }
        Walk {
            from,
            to,
            values: HashMap::new(),
            tuples: HashMap::new(),
            functions: HashMap::new(),
            core_functions: HashMap::new(),
            modules: HashMap::new(),
            instances: HashMap::new(),
            components: HashMap::new(),
        }
    }

    /// The tables, with what was reached.
    pub fn finish(self) -> ComponentTypes {
        self.to
    }

    /// The type of an item.
    pub fn definition(&mut self, ty: TypeDef) -> TypeDef {
        match ty {
            TypeDef::Component(index) => TypeDef::Component(self.component(index)),
            TypeDef::ComponentInstance(index) => TypeDef::ComponentInstance(self.instance(index)),
            TypeDef::ComponentFunc(index) => TypeDef::ComponentFunc(self.function(index)),
            TypeDef::Interface(ty) => TypeDef::Interface(self.value(ty)),
            TypeDef::Module(index) => TypeDef::Module(self.module(index)),
            TypeDef::CoreFunc(index) => TypeDef::CoreFunc(self.core_function(index)),
            TypeDef::Resource(table) => TypeDef::Resource(table),
        }
    }

    /// The type of a component.
    pub fn component(&mut self, index: TypeComponentIndex) -> TypeComponentIndex {
        if let Some(copied) = self.components.get(&index) {
            return *copied;
        }
        let from = &self.from[index];
        let entry = TypeComponent {
            imports: self.items(&from.imports),
            exports: self.items(&from.exports),
        };
        remember(&mut self.components, index, self.to.push(entry))
    }

    /// The type of an instance.
    pub fn instance(&mut self, index: TypeComponentInstanceIndex) -> TypeComponentInstanceIndex {
        if let Some(copied) = self.instances.get(&index) {
            return *copied;
        }
        let exports = self.items(&self.from[index].exports);
        let copied = self.to.push(TypeComponentInstance { exports });
        remember(&mut self.instances, index, copied)
    }

    fn items(
        &mut self,
        items: &IndexMap<String, ComponentExtern>,
    ) -> IndexMap<String, ComponentExtern> {
        let mut copied = IndexMap::default();
        for (name, item) in items {
            let item = ComponentExtern {
                data: item.data.clone(),
                ty: self.definition(item.ty),
            };
            copied.insert(name.clone(), item);
        }
        copied
    }

    /// The type of a function.
    pub fn function(&mut self, index: TypeFuncIndex) -> TypeFuncIndex {
        if let Some(copied) = self.functions.get(&index) {
            return *copied;
        }
        let from = &self.from[index];
        let entry = TypeFunc {
            async_: from.async_,
            param_names: from.param_names.clone(),
            params: self.tuple(from.params),
            results: self.tuple(from.results),
        };
        remember(&mut self.functions, index, self.to.push(entry))
    }

    /// The type of a core module.
    pub fn module(&mut self, index: TypeModuleIndex) -> TypeModuleIndex {
        if let Some(copied) = self.modules.get(&index) {
            return *copied;
        }
        let (from, types) = (&self.from[index], self.from.module_types());
        let mut entry = ModuleType::default();
        for (names, ty) in &from.imports {
            let ty = ExternType::read(ty, types);
            entry.imports.insert(names.clone(), ty);
        }
        for (name, ty) in &from.exports {
            let ty = ExternType::read(ty, types);
            entry.exports.insert(name.clone(), ty);
        }
        remember(&mut self.modules, index, self.to.push(entry))
    }

    fn core_function(&mut self, index: ModuleInternedTypeIndex) -> ModuleInternedTypeIndex {
        if let Some(copied) = self.core_functions.get(&index) {
            return *copied;
        }
        let read = EngineOrModuleTypeIndex::Module(index);
        let entry = FuncType::read(read, self.from.module_types());
        remember(&mut self.core_functions, index, self.to.push(entry))
    }

    fn tuple(&mut self, index: TypeTupleIndex) -> TypeTupleIndex {
        if let Some(copied) = self.tuples.get(&index) {
            return *copied;
        }
        let types = self.from[index].types.iter().map(|ty| self.value(*ty));
        let entry = TypeTuple {
            types: types.collect(),
            abi: self.from[index].abi.clone(),
        };
        remember(&mut self.tuples, index, self.to.push(entry))
    }

    /// The type of a value.
    fn value(&mut self, ty: InterfaceType) -> InterfaceType {
        if let Some(copied) = self.values.get(&ty) {
            return *copied;
        }
        let copied = self.copy(ty);
        remember(&mut self.values, ty, copied)
    }

    fn copy(&mut self, ty: InterfaceType) -> InterfaceType {
        use InterfaceType as T;
        let from = self.from;
        match ty {
            T::Bool
            | T::S8
            | T::U8
            | T::S16
            | T::U16
            | T::S32
            | T::U32
            | T::S64
            | T::U64
            | T::Float32
            | T::Float64
            | T::Char
            | T::String
            | T::Own(_)
            | T::Borrow(_)
            | T::ErrorContext(_) => ty,
            T::List(index) => {
                let element = self.value(from[index].element);
                T::List(self.to.push(TypeList { element }))
            }
            T::Map(index) => {
                let entry = TypeMap {
                    key: self.value(from[index].key),
                    value: self.value(from[index].value),
                    ..from[index].clone()
                };
                T::Map(self.to.push(entry))
            }
            T::FixedLengthList(index) => {
                let entry = TypeFixedLengthList {
                    element: self.value(from[index].element),
                    ..from[index].clone()
                };
                T::FixedLengthList(self.to.push(entry))
            }
            T::Record(index) => T::Record(self.record(&from[index])),
            T::Tuple(index) => T::Tuple(self.tuple(index)),
            T::Variant(index) => T::Variant(self.variant(&from[index])),
            T::Enum(index) => T::Enum(self.to.push(TypeEnum::clone(&from[index]))),
            T::Flags(index) => T::Flags(self.to.push(TypeFlags::clone(&from[index]))),
            T::Option(index) => {
                let entry = TypeOption {
                    ty: self.value(from[index].ty),
                    ..from[index].clone()
                };
                T::Option(self.to.push(entry))
            }
            T::Result(index) => {
                let entry = TypeResult {
                    ok: self.payload(from[index].ok),
                    err: self.payload(from[index].err),
                    ..from[index].clone()
                };
                T::Result(self.to.push(entry))
            }
            T::Future(index) => {
                let TypeFutureTable { ty, instance } = from[index];
                let payload = self.payload(from[ty].payload);
                let ty = self.to.push(TypeFuture { payload });
                T::Future(self.to.push(TypeFutureTable { ty, instance }))
            }
            T::Stream(index) => {
                let TypeStreamTable { ty, instance } = from[index];
                let payload = self.payload(from[ty].payload);
                let ty = self.to.push(TypeStream { payload });
                T::Stream(self.to.push(TypeStreamTable { ty, instance }))
            }
        }
    }

    fn payload(&mut self, ty: Option<InterfaceType>) -> Option<InterfaceType> {
        ty.map(|ty| self.value(ty))
    }

    fn record(&mut self, from: &TypeRecord) -> env::TypeRecordIndex {
        let mut fields = Vec::with_capacity(from.fields.len());
        for field in &from.fields {
            let name = field.name.clone();
            let ty = self.value(field.ty);
            fields.push(RecordField { name, ty });
        }
        self.to.push(TypeRecord {
            fields: fields.into(),
            abi: from.abi.clone(),
        })
    }

    fn variant(&mut self, from: &TypeVariant) -> env::TypeVariantIndex {
        let mut cases = IndexMap::default();
        for (name, ty) in &from.cases {
            cases.insert(name.clone(), self.payload(*ty));
        }
        self.to.push(TypeVariant {
            cases,
            abi: from.abi.clone(),
            info: from.info.clone(),
        })
    }
}

/// Keeps where something was copied to.
fn remember<I: Copy + Eq + Hash>(copied: &mut HashMap<I, I>, from: I, to: I) -> I {
    copied.insert(from, to);
    to
}
