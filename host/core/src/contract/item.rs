//! The imports and exports of a world, as data.

use wit_component::WitPrinter;
use wit_parser::{IndexMap, Resolve, Type, TypeId, WorldItem, WorldKey};

/// One import or export of a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// An interface.
    Interface {
        /// Its name, with package and version: `demo:calc/ops@1.0.0`.
        name: String,
        /// Its functions.
        functions: Vec<Function>,
        /// Its types.
        types: Vec<TypeName>,
    },
    /// A function of the world itself.
    Function(Function),
    /// A type of the world itself.
    Type(TypeName),
}

/// A function: every type is written as in WIT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name; that of a method has its resource in it: `[method]counter.next`.
    pub name: String,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Its result, if it has one.
    pub result: Option<String>,
    /// Whether it is `async`.
    pub is_async: bool,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its type, as in WIT.
    pub ty: String,
}

/// A type with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// Its name.
    pub name: String,
    /// What it is: `record`, `variant`, `resource`.
    pub kind: String,
}

impl Item {
    /// The name under which the world imports or exports it.
    pub fn name(&self) -> &str {
        match self {
            Self::Interface { name, .. } => name,
            Self::Function(function) => &function.name,
            Self::Type(ty) => &ty.name,
        }
    }
}

/// The items of one side of a world, in its order.
pub(super) fn items(resolve: &Resolve, items: &IndexMap<WorldKey, WorldItem>) -> Vec<Item> {
    items
        .iter()
        .map(|(key, item)| match item {
            WorldItem::Interface { id, .. } => {
                let interface = &resolve.interfaces[*id];
                Item::Interface {
                    name: resolve.name_world_key(key),
                    functions: interface
                        .functions
                        .values()
                        .map(|f| function(resolve, f))
                        .collect(),
                    types: interface
                        .types
                        .iter()
                        .map(|(name, id)| type_name(resolve, name, *id))
                        .collect(),
                }
            }
            WorldItem::Function(func) => Item::Function(function(resolve, func)),
            WorldItem::Type { id, .. } => {
                Item::Type(type_name(resolve, &resolve.name_world_key(key), *id))
            }
        })
        .collect()
}

fn function(resolve: &Resolve, function: &wit_parser::Function) -> Function {
    let params = function.params.iter();
    Function {
        name: function.name.clone(),
        params: params
            .map(|p| Param {
                name: p.name.clone(),
                ty: type_text(resolve, &p.ty),
            })
            .collect(),
        result: function.result.as_ref().map(|ty| type_text(resolve, ty)),
        is_async: function.kind.is_async(),
    }
}

fn type_name(resolve: &Resolve, name: &str, id: TypeId) -> TypeName {
    TypeName {
        name: name.to_owned(),
        kind: resolve.types[id].kind.as_str().to_owned(),
    }
}

/// A type as WIT writes it; `_` for one that WIT cannot write, which a decoded component does not
/// have.
pub(crate) fn type_text(resolve: &Resolve, ty: &Type) -> String {
    let mut printer = WitPrinter::default();
    match printer.print_type_name(resolve, ty) {
        Ok(()) => printer.output.to_string(),
        Err(_) => "_".to_owned(),
    }
}
