//! Which file is for which interface, and how one file names another.

use std::collections::{HashMap, HashSet};

use wit_parser::{
    IndexMap, InterfaceId, Resolve, TypeId, TypeOwner, World, WorldId, WorldItem, WorldKey,
};

use super::{Calls, identifier};
use crate::javascript::Case;
use crate::version::bare;

/// Which way the functions of an interface are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InterfaceSide {
    /// By the guest: the host gives them.
    Import,
    /// By the host: the guest gives them.
    Export,
}

/// The file of an interface.
#[derive(Debug)]
pub(super) struct Module {
    /// The path without the ending.
    pub path: String,
    /// How the world calls the interface: `demo:sensor/log@1.0.0`.
    pub key: String,
    /// What its functions and classes together are called in the file.
    pub name: String,
    /// Whether it has any: an interface of nothing but types has not.
    pub gives: bool,
}

/// The files of a world.
#[derive(Debug)]
pub(super) struct Layout {
    /// What functions return.
    pub calls: Calls,
    /// What the world's own file declares besides types.
    pub declared: Declared,
    world: String,
    imports: IndexMap<InterfaceId, Module>,
    exports: IndexMap<InterfaceId, Module>,
    /// What types are called that have names.
    names: HashMap<TypeId, String>,
    /// The names of the types of each interface, and of the world.
    types: HashMap<TypeOwner, HashSet<String>>,
    /// The functions of each resource, by their names.
    members: HashMap<TypeId, Vec<String>>,
}

/// Names in the world's own file that are none of its types'.
#[derive(Debug)]
pub(super) struct Declared {
    /// What the component wants from its host.
    pub imports: String,
    /// What it offers.
    pub exports: String,
    /// The component.
    pub component: String,
}

impl Layout {
    pub(super) fn new(resolve: &Resolve, id: WorldId, name: &str, calls: Calls) -> Self {
        let world = &resolve.worlds[id];
        let names = spelled(resolve);
        let mut types: HashMap<TypeOwner, HashSet<String>> = HashMap::new();
        for (id, name) in &names {
            let owner = types.entry(resolve.types[*id].owner).or_default();
            owner.insert(name.clone());
        }
        let none = HashSet::new();
        let of = |owner| types.get(&owner).unwrap_or(&none);
        let declared = Declared::new(of(TypeOwner::World(id)), name);
        let name = file_name(name);
        let modules = |items: &IndexMap<WorldKey, WorldItem>, folder: &str| {
            let mut modules = IndexMap::default();
            for (key, item) in items {
                if let WorldItem::Interface { id, .. } = item {
                    let key = resolve.name_world_key(key);
                    let path = format!("{name}/{folder}/{}", key.replace([':', '/'], "."));
                    modules.entry(*id).or_insert_with(|| {
                        Module::new(resolve, *id, of(TypeOwner::Interface(*id)), key, path)
                    });
                }
            }
            modules
        };
        Self {
            calls,
            declared,
            imports: modules(&world.imports, "imports"),
            exports: modules(&world.exports, "exports"),
            world: name,
            names,
            types,
            members: members(resolve, world),
        }
    }

    /// What a type is called that has a name.
    pub(super) fn type_name(&self, id: TypeId) -> Option<&str> {
        self.names.get(&id).map(String::as_str)
    }

    /// The functions of a resource, by their names.
    pub(super) fn members(&self, resource: TypeId) -> &[String] {
        self.members.get(&resource).map_or(&[], Vec::as_slice)
    }

    /// The world's own file, without the ending.
    pub(super) fn world(&self) -> &str {
        &self.world
    }

    /// The interfaces of one side, in the order of the world.
    pub(super) fn modules(
        &self,
        side: InterfaceSide,
    ) -> impl Iterator<Item = (InterfaceId, &Module)> {
        let modules = match side {
            InterfaceSide::Import => &self.imports,
            InterfaceSide::Export => &self.exports,
        };
        modules.iter().map(|(id, module)| (*id, module))
    }

    /// Whether the file of `owner` on a side has something of that name.
    pub(super) fn declares(&self, side: InterfaceSide, owner: TypeOwner, name: &str) -> bool {
        let types = self.types.get(&owner);
        if types.is_some_and(|types| types.contains(name)) {
            return true;
        }
        let modules = match side {
            InterfaceSide::Import => &self.imports,
            InterfaceSide::Export => &self.exports,
        };
        match owner {
            TypeOwner::Interface(id) => modules
                .get(&id)
                .is_some_and(|module| module.gives && module.name == name),
            TypeOwner::World(_) => {
                let Declared {
                    imports,
                    exports,
                    component,
                } = &self.declared;
                [imports, exports, component].iter().any(|own| *own == name)
            }
            TypeOwner::None => false,
        }
    }

    /// The file with the types of `owner`, as `side` sees them: what is exported may use what is
    /// imported.
    pub(super) fn path(&self, side: InterfaceSide, owner: TypeOwner) -> Option<&str> {
        let interface = match owner {
            TypeOwner::Interface(interface) => interface,
            TypeOwner::World(_) => return Some(&self.world),
            TypeOwner::None => return None,
        };
        let [first, second] = match side {
            InterfaceSide::Import => [&self.imports, &self.exports],
            InterfaceSide::Export => [&self.exports, &self.imports],
        };
        let module = first.get(&interface).or_else(|| second.get(&interface));
        module.map(|module| module.path.as_str())
    }
}

impl Declared {
    fn new(types: &HashSet<String>, name: &str) -> Self {
        let is_type = |name: &str| types.contains(name);
        let imports = identifier::free("imports", "Interface", is_type);
        let exports = identifier::free("exports", "Interface", is_type);
        let taken = |name: &str| is_type(name) || name == imports || name == exports;
        Self {
            component: identifier::free(name, "Component", taken),
            imports,
            exports,
        }
    }
}

impl Module {
    fn new(
        resolve: &Resolve,
        id: InterfaceId,
        types: &HashSet<String>,
        key: String,
        path: String,
    ) -> Self {
        let interface = &resolve.interfaces[id];
        let plain = key.rsplit('/').next().unwrap_or(&key);
        Self {
            name: identifier::free(bare(plain), "Interface", |name| types.contains(name)),
            gives: !interface.functions.is_empty() || has_resource(resolve, id),
            path,
            key,
        }
    }
}

/// What each type that has a name is called, beside the others of its interface or world.
fn spelled(resolve: &Resolve) -> HashMap<TypeId, String> {
    let mut owners: HashMap<TypeOwner, Vec<(TypeId, &str)>> = HashMap::new();
    for (id, ty) in &resolve.types {
        if let Some(name) = &ty.name {
            owners.entry(ty.owner).or_default().push((id, name));
        }
    }
    let mut spelled = HashMap::new();
    for types in owners.into_values() {
        let names = Case::Pascal.spell_all(types.iter().map(|(_, name)| *name), &[]);
        spelled.extend(types.iter().map(|(id, _)| *id).zip(names));
    }
    spelled
}

fn members(resolve: &Resolve, world: &World) -> HashMap<TypeId, Vec<String>> {
    let of_interfaces = resolve.interfaces.iter();
    let of_interfaces = of_interfaces.flat_map(|(_, interface)| interface.functions.values());
    let exported = world.exports.iter();
    let exported = exported.filter(|(key, _)| !world.imports.contains_key(*key));
    let items = world.imports.iter().chain(exported);
    let own = items.filter_map(|(_, item)| match item {
        WorldItem::Function(function) => Some(function),
        WorldItem::Interface { .. } | WorldItem::Type { .. } => None,
    });
    let mut members: HashMap<TypeId, Vec<String>> = HashMap::new();
    for function in of_interfaces.chain(own) {
        if let Some(resource) = function.kind.resource() {
            let names = members.entry(resource).or_default();
            names.push(function.name.clone());
        }
    }
    members
}

/// A name that can stand in a path and in quotes.
fn file_name(name: &str) -> String {
    let allowed = |c: char| c.is_alphanumeric() || ['-', '_', '.'].contains(&c);
    match name.trim_start_matches('.') {
        "" => "component".to_owned(),
        name => name.replace(|c| !allowed(c), "-"),
    }
}

fn has_resource(resolve: &Resolve, interface: InterfaceId) -> bool {
    let mut types = resolve.interfaces[interface].types.values();
    types.any(|id| matches!(resolve.types[*id].kind, wit_parser::TypeDefKind::Resource))
}

/// How the file `from` names the module that the file `to` describes, both without their endings.
pub(super) fn specifier(from: &str, to: &str) -> String {
    let mut from: Vec<&str> = from.split('/').collect();
    let mut to: Vec<&str> = to.split('/').collect();
    from.pop();
    while let (Some(a), Some(b)) = (from.first(), to.first())
        && a == b
        && to.len() > 1
    {
        from.remove(0);
        to.remove(0);
    }
    let up = match from.len() {
        0 => "./".to_owned(),
        steps => "../".repeat(steps),
    };
    format!("{up}{}.js", to.join("/"))
}
