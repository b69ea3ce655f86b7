//! What a type weighs: how many nodes the translator writes down or walks over each time that it meets it.
//!
//! It keeps no table of the types it has met: a type that is used twice is walked twice, and so are the types inside it.

use std::collections::HashMap;
use wasmtime_environ::wasmparser::component_types::{
    ComponentAnyTypeId, ComponentCoreModuleTypeId, ComponentDefinedType, ComponentDefinedTypeId,
    ComponentEntityType, ComponentFuncTypeId, ComponentInstanceTypeId, ComponentItem,
    ComponentTypeId, ComponentValType,
};
use wasmtime_environ::wasmparser::types::TypesRef;

/// What an item weighs: something with a name that is kept, in units of a node of a value type, which is walked over and kept once.
pub const ITEM: u64 = 16;

/// Weights that were found before. They hold for one validator.
#[derive(Default)]
pub struct Weights(HashMap<ComponentAnyTypeId, u64>);

impl Weights {
    /// The weight of an import's or export's type.
    pub fn entity(&mut self, types: TypesRef<'_>, ty: ComponentEntityType) -> u64 {
        match ty {
            ComponentEntityType::Module(id) => module(types, id),
            ComponentEntityType::Func(id) => self.func(types, id),
            ComponentEntityType::Value(ty) => self.value(types, &ty),
            ComponentEntityType::Type { created, .. } => self.any(types, created),
            ComponentEntityType::Instance(id) => self.instance(types, id),
            ComponentEntityType::Component(id) => self.component(types, id),
        }
    }

    /// The weight of any type that has an index.
    pub fn any(&mut self, types: TypesRef<'_>, ty: ComponentAnyTypeId) -> u64 {
        match ty {
            ComponentAnyTypeId::Resource(_) => ITEM,
            ComponentAnyTypeId::Defined(id) => self.defined(types, id),
            ComponentAnyTypeId::Func(id) => self.func(types, id),
            ComponentAnyTypeId::Instance(id) => self.instance(types, id),
            ComponentAnyTypeId::Component(id) => self.component(types, id),
        }
    }

    /// The weight of a function's type.
    pub fn func(&mut self, types: TypesRef<'_>, id: ComponentFuncTypeId) -> u64 {
        self.remembered(ComponentAnyTypeId::Func(id), |weights| {
            let ty = &types[id];
            let params = ty.params.iter().map(|(_, ty)| ty);
            weights.values(types, params.chain(&ty.result))
        })
    }

    /// The weight of an instance's type.
    pub fn instance(&mut self, types: TypesRef<'_>, id: ComponentInstanceTypeId) -> u64 {
        self.remembered(ComponentAnyTypeId::Instance(id), |weights| {
            weights.items(types, types[id].exports.values())
        })
    }

    fn component(&mut self, types: TypesRef<'_>, id: ComponentTypeId) -> u64 {
        self.remembered(ComponentAnyTypeId::Component(id), |weights| {
            let ty = &types[id];
            weights.items(types, ty.imports.values().chain(ty.exports.values()))
        })
    }

    fn items<'a>(
        &mut self,
        types: TypesRef<'_>,
        items: impl Iterator<Item = &'a ComponentItem>,
    ) -> u64 {
        items.fold(ITEM, |sum, item| {
            sum.saturating_add(ITEM)
                .saturating_add(self.entity(types, item.ty))
        })
    }

    fn values<'a>(
        &mut self,
        types: TypesRef<'_>,
        values: impl Iterator<Item = &'a ComponentValType>,
    ) -> u64 {
        values.fold(1, |sum, ty| sum.saturating_add(self.value(types, ty)))
    }

    fn value(&mut self, types: TypesRef<'_>, ty: &ComponentValType) -> u64 {
        match ty {
            ComponentValType::Primitive(_) => 1,
            ComponentValType::Type(id) => self.defined(types, *id),
        }
    }

    fn defined(&mut self, types: TypesRef<'_>, id: ComponentDefinedTypeId) -> u64 {
        self.remembered(ComponentAnyTypeId::Defined(id), |weights| {
            let mut values =
                |values: &[&ComponentValType]| weights.values(types, values.iter().copied());
            match &types[id] {
                ComponentDefinedType::Primitive(_)
                | ComponentDefinedType::Own(_)
                | ComponentDefinedType::Borrow(_) => 1,
                ComponentDefinedType::Flags(names) | ComponentDefinedType::Enum(names) => {
                    names.len() as u64
                }
                ComponentDefinedType::Record(ty) => weights.values(types, ty.fields.values()),
                ComponentDefinedType::Tuple(ty) => weights.values(types, ty.types.iter()),
                ComponentDefinedType::Variant(ty) => {
                    let payloads = ty.cases.values().filter_map(|case| case.ty.as_ref());
                    weights
                        .values(types, payloads)
                        .saturating_add(ty.cases.len() as u64)
                }
                ComponentDefinedType::List { element, .. }
                | ComponentDefinedType::FixedLengthList { element, .. } => values(&[element]),
                ComponentDefinedType::Map { key, value, .. } => values(&[key, value]),
                ComponentDefinedType::Option { ty, .. } => values(&[ty]),
                ComponentDefinedType::Result { ok, err, .. } => {
                    weights.values(types, ok.iter().chain(err))
                }
                ComponentDefinedType::Future { ty, .. }
                | ComponentDefinedType::Stream { ty, .. } => weights.values(types, ty.iter()),
            }
        })
    }

    fn remembered(&mut self, id: ComponentAnyTypeId, weigh: impl FnOnce(&mut Self) -> u64) -> u64 {
        if let Some(weight) = self.0.get(&id) {
            return *weight;
        }
        let weight = weigh(self);
        self.0.insert(id, weight);
        weight
    }
}

/// The weight of a core module's type.
pub fn module(types: TypesRef<'_>, id: ComponentCoreModuleTypeId) -> u64 {
    let ty = &types[id];
    ITEM.saturating_mul((ty.imports.len() + ty.exports.len()) as u64 + 1)
}
