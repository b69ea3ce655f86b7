//! From where in the declarations a type is named.

use wit_parser::{
    Function, InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldId, WorldItem,
    WorldKey,
};

use super::TypescriptError;
use super::layout::{self, InterfaceSide, Layout};
use crate::javascript::{Case, exported};

/// A file of declarations, for what is written into it.
#[derive(Clone, Copy)]
pub(super) struct FileScope<'a> {
    pub resolve: &'a Resolve,
    pub layout: &'a Layout,
    pub side: InterfaceSide,
    /// Whose types the file has.
    pub owner: TypeOwner,
    /// The file, without its ending.
    pub path: &'a str,
    /// How errors name what the file is about.
    pub key: &'a str,
}

/// A type that has no counterpart in the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unsupported(pub &'static str);

impl Unsupported {
    /// The error at `item`, of the interface or world that `scope` is.
    pub(super) fn at(self, scope: FileScope<'_>, item: &str) -> TypescriptError {
        TypescriptError::Unsupported {
            place: match scope.key {
                "" => item.to_owned(),
                key => format!("{key}#{item}"),
            },
            kind: self.0,
        }
    }
}

impl<'a> FileScope<'a> {
    pub(super) fn of_interface(
        resolve: &'a Resolve,
        layout: &'a Layout,
        side: InterfaceSide,
        interface: InterfaceId,
        (path, key): (&'a str, &'a str),
    ) -> Self {
        let owner = TypeOwner::Interface(interface);
        Self {
            resolve,
            layout,
            side,
            owner,
            path,
            key,
        }
    }

    pub(super) fn of_world(
        resolve: &'a Resolve,
        layout: &'a Layout,
        side: InterfaceSide,
        world: WorldId,
    ) -> Self {
        let owner = TypeOwner::World(world);
        Self {
            resolve,
            layout,
            side,
            owner,
            path: layout.world(),
            key: "",
        }
    }

    /// The name of a type that has one: as it is if the file has it, else with the file that does.
    pub(super) fn reference(&self, id: TypeId) -> Option<String> {
        let name = self.type_name(id)?;
        let owner = self.resolve.types[id].owner;
        if owner == self.owner {
            return Some(name);
        }
        let path = self.layout.path(self.side, owner)?;
        let module = layout::specifier(self.path, path);
        Some(format!("import('{module}').{name}"))
    }

    /// A name that JavaScript defines, even if the file has a type of that name.
    pub(super) fn global(&self, name: &str) -> String {
        match self.declares(name) {
            true => format!("globalThis.{name}"),
            false => name.to_owned(),
        }
    }

    /// What a type is, whatever names it has.
    pub(super) fn kind(&self, mut id: TypeId) -> &'a TypeDefKind {
        loop {
            match &self.resolve.types[id].kind {
                TypeDefKind::Type(Type::Id(next)) => id = *next,
                kind => return kind,
            }
        }
    }

    /// The functions of the interface, or of the world itself on this side.
    pub(super) fn functions(&self) -> Vec<&'a Function> {
        match self.owner {
            TypeOwner::Interface(id) => self.resolve.interfaces[id].functions.values().collect(),
            TypeOwner::World(id) => {
                let world = &self.resolve.worlds[id];
                let items = match self.side {
                    InterfaceSide::Import => &world.imports,
                    InterfaceSide::Export => &world.exports,
                };
                let function = |item: &'a WorldItem| match item {
                    WorldItem::Function(function) => Some(function),
                    WorldItem::Interface { .. } | WorldItem::Type { .. } => None,
                };
                items.values().filter_map(function).collect()
            }
            TypeOwner::None => Vec::new(),
        }
    }

    /// The functions of a resource that are among them.
    pub(super) fn functions_of(&self, resource: TypeId) -> impl Iterator<Item = &'a Function> {
        let names = self.layout.members(resource).iter();
        let scope = *self;
        names.filter_map(move |name| scope.function(name))
    }

    fn function(&self, name: &str) -> Option<&'a Function> {
        match self.owner {
            TypeOwner::Interface(id) => self.resolve.interfaces[id].functions.get(name),
            TypeOwner::World(id) => {
                let world = &self.resolve.worlds[id];
                let items = match self.side {
                    InterfaceSide::Import => &world.imports,
                    InterfaceSide::Export => &world.exports,
                };
                match items.get(&WorldKey::Name(name.to_owned()))? {
                    WorldItem::Function(function) => Some(function),
                    WorldItem::Interface { .. } | WorldItem::Type { .. } => None,
                }
            }
            TypeOwner::None => None,
        }
    }

    /// What JavaScript calls functions that stand side by side, beside `others`.
    pub(super) fn spelled(&self, functions: &[&Function], others: &[&str]) -> Vec<String> {
        let names = functions.iter().map(|function| function.item_name());
        let names = Case::Camel.spell_all(names, others);
        match self.side {
            InterfaceSide::Import => names,
            InterfaceSide::Export => names.into_iter().map(exported).collect(),
        }
    }

    /// What a type that has a name is called, beside the others of its interface or world.
    pub(super) fn type_name(&self, id: TypeId) -> Option<String> {
        self.layout.type_name(id).map(str::to_owned)
    }

    /// Whether the file has something of that name.
    fn declares(&self, name: &str) -> bool {
        self.layout.declares(self.side, self.owner, name)
    }
}
