//! Which types the functions of a world speak of: an encoded component imports no others.

use std::collections::HashSet;

use wit_parser::{Function, Handle, Resolve, Type, TypeDefKind, TypeId, WorldId, WorldItem};

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
    if !found.insert(id) {
        return;
    }
    let parts: Vec<Type> = match &resolve.types[id].kind {
        TypeDefKind::Record(record) => record.fields.iter().map(|field| field.ty).collect(),
        TypeDefKind::Variant(variant) => variant.cases.iter().filter_map(|case| case.ty).collect(),
        TypeDefKind::Tuple(tuple) => tuple.types.clone(),
        TypeDefKind::Handle(Handle::Own(resource) | Handle::Borrow(resource)) => {
            vec![Type::Id(*resource)]
        }
        TypeDefKind::Option(ty)
        | TypeDefKind::List(ty)
        | TypeDefKind::FixedLengthList(ty, _)
        | TypeDefKind::Type(ty) => vec![*ty],
        TypeDefKind::Map(key, value) => vec![*key, *value],
        TypeDefKind::Result(result) => result.ok.into_iter().chain(result.err).collect(),
        TypeDefKind::Future(ty) | TypeDefKind::Stream(ty) => ty.iter().copied().collect(),
        TypeDefKind::Resource
        | TypeDefKind::Flags(_)
        | TypeDefKind::Enum(_)
        | TypeDefKind::Unknown => Vec::new(),
    };
    for part in parts {
        of_type(resolve, part, found);
    }
}
