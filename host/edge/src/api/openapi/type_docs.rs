//! What a component's WIT says of the types of its functions.

use std::collections::HashMap;

use amphi::json::schema::{Origin, Same};
use amphi_core::contract::Contract;
use wit_parser::{
    Docs, Function, Interface, Resolve, Type, TypeDef, TypeDefKind, TypeId, TypeOwner, WorldItem,
};

/// Where the types of a component come from.
pub(super) struct Origins<'a> {
    resolve: &'a Resolve,
    /// The functions that it exports itself.
    functions: HashMap<&'a str, &'a Function>,
    /// The interfaces that it exports, by their names with their versions.
    interfaces: HashMap<String, &'a Interface>,
}

/// Where the types of one function come from.
pub(super) struct FunctionOrigin<'a> {
    /// Those of the parameters, in order.
    pub(super) params: Vec<WitOrigin<'a>>,
    pub(super) result: WitOrigin<'a>,
    /// What is said of the function.
    pub(super) docs: Option<String>,
}

/// A type in WIT, if it is known.
#[derive(Clone, Copy)]
pub(super) struct WitOrigin<'a>(Option<(&'a Resolve, Type)>);

impl<'a> Origins<'a> {
    pub(super) fn new(contract: &'a Contract) -> Self {
        let resolve = &contract.resolve;
        let mut origins = Origins {
            resolve,
            functions: HashMap::new(),
            interfaces: HashMap::new(),
        };
        for (key, item) in &resolve.worlds[contract.world].exports {
            match item {
                WorldItem::Interface { id, .. } => {
                    let name = resolve.name_world_key(key);
                    origins.interfaces.insert(name, &resolve.interfaces[*id]);
                }
                WorldItem::Function(function) => {
                    origins.functions.insert(&function.name, function);
                }
                WorldItem::Type { .. } => {}
            }
        }
        origins
    }

    /// The exported function of this name.
    pub(super) fn function(
        &self,
        interface: Option<&str>,
        name: &str,
    ) -> Option<FunctionOrigin<'a>> {
        let function: &'a Function = match interface {
            Some(interface) => self.interfaces.get(interface)?.functions.get(name)?,
            None => self.functions.get(name)?,
        };
        let origin = |ty: &Type| WitOrigin(Some((self.resolve, *ty)));
        Some(FunctionOrigin {
            params: function
                .params
                .iter()
                .map(|param| origin(&param.ty))
                .collect(),
            result: function.result.as_ref().map_or(WitOrigin(None), origin),
            docs: text(&function.docs),
        })
    }
}

impl<'a> WitOrigin<'a> {
    /// A type of which nothing is known.
    pub(super) fn unknown() -> Self {
        WitOrigin(None)
    }

    /// The definition, behind the names that only stand for another.
    fn definition(&self) -> Option<(&'a Resolve, &'a TypeDef)> {
        let (resolve, id) = self.defined()?;
        Some((resolve, &resolve.types[id]))
    }

    fn defined(&self) -> Option<(&'a Resolve, TypeId)> {
        let (resolve, Type::Id(mut id)) = self.0? else {
            return None;
        };
        while let TypeDefKind::Type(Type::Id(other)) = resolve.types[id].kind {
            id = other;
        }
        Some((resolve, id))
    }

    fn inside(&self, ty: Option<Type>) -> Self {
        WitOrigin(self.0.map(|(resolve, _)| resolve).zip(ty))
    }
}

impl Origin for WitOrigin<'_> {
    fn id(&self) -> Option<String> {
        let (resolve, definition) = self.definition()?;
        let name = definition.name.as_ref()?;
        let owner = match definition.owner {
            TypeOwner::Interface(id) => resolve.id_of(id)?,
            TypeOwner::World(id) => {
                let world = &resolve.worlds[id];
                resolve.id_of_name(world.package?, &world.name)
            }
            TypeOwner::None => return None,
        };
        Some(format!("{owner}#{name}"))
    }

    fn docs(&self) -> Option<String> {
        text(&self.definition()?.1.docs)
    }

    fn part(&self, index: usize) -> Self {
        let Some((_, definition)) = self.definition() else {
            return WitOrigin(None);
        };
        let ty = match &definition.kind {
            TypeDefKind::Record(record) => record.fields.get(index).map(|field| field.ty),
            TypeDefKind::Tuple(tuple) => tuple.types.get(index).copied(),
            TypeDefKind::Variant(variant) => variant.cases.get(index).and_then(|case| case.ty),
            TypeDefKind::Result(result) => match index {
                0 => result.ok,
                _ => result.err,
            },
            TypeDefKind::Option(ty)
            | TypeDefKind::List(ty)
            | TypeDefKind::FixedLengthList(ty, _) => Some(*ty),
            TypeDefKind::Map(key, value) => Some(if index == 0 { *key } else { *value }),
            TypeDefKind::Resource
            | TypeDefKind::Handle(_)
            | TypeDefKind::Flags(_)
            | TypeDefKind::Enum(_)
            | TypeDefKind::Future(_)
            | TypeDefKind::Stream(_)
            | TypeDefKind::Type(_)
            | TypeDefKind::Unknown => None,
        };
        self.inside(ty)
    }

    fn same(&self) -> Option<Same> {
        let (resolve, id) = self.defined()?;
        Some((std::ptr::from_ref(resolve).addr(), id.index()))
    }

    fn part_docs(&self, index: usize) -> Option<String> {
        match &self.definition()?.1.kind {
            TypeDefKind::Record(record) => text(&record.fields.get(index)?.docs),
            TypeDefKind::Variant(variant) => text(&variant.cases.get(index)?.docs),
            TypeDefKind::Enum(cases) => text(&cases.cases.get(index)?.docs),
            TypeDefKind::Flags(flags) => text(&flags.flags.get(index)?.docs),
            TypeDefKind::Tuple(_)
            | TypeDefKind::Option(_)
            | TypeDefKind::Result(_)
            | TypeDefKind::List(_)
            | TypeDefKind::FixedLengthList(..)
            | TypeDefKind::Map(..)
            | TypeDefKind::Resource
            | TypeDefKind::Handle(_)
            | TypeDefKind::Future(_)
            | TypeDefKind::Stream(_)
            | TypeDefKind::Type(_)
            | TypeDefKind::Unknown => None,
        }
    }
}

fn text(docs: &Docs) -> Option<String> {
    let text = docs.contents.as_ref()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
