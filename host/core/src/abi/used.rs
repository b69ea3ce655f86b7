//! Which types the functions of a world speak of: an encoded component imports no others.

use std::collections::HashSet;

use wit_parser::{Function, Resolve, Type, TypeId, WorldId, WorldItem};

use crate::contract::parts;

/// The types that a world's functions use, aliases among them.
pub(super) fn used(resolve: &Resolve, world: WorldId) -> HashSet<TypeId> {
    let world = &resolve.worlds[world];
    let mut found = HashSet::new();
    for item in world.imports.values().chain(world.exports.values()) {
        match item {
            WorldItem::Interface { id, .. } => resolve.interfaces[*id]
                .functions
                .values()
                .for_each(|function| of_function(resolve, function, &mut found)),
            WorldItem::Function(function) => of_function(resolve, function, &mut found),
            WorldItem::Type { id, .. } => of_type(resolve, Type::Id(*id), &mut found),
        }
    }
    found
}

fn of_function(resolve: &Resolve, function: &Function, found: &mut HashSet<TypeId>) {
    let params = function.params.iter().map(|param| param.ty);
    for ty in params.chain(function.result) {
        of_type(resolve, ty, found);
    }
}

fn of_type(resolve: &Resolve, ty: Type, found: &mut HashSet<TypeId>) {
    let Type::Id(id) = ty else { return };
    let mut left = vec![id];
    while let Some(id) = left.pop() {
        if found.insert(id) {
            left.extend(parts(&resolve.types[id].kind));
        }
    }
}
