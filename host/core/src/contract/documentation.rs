//! What WIT says of its items, copied to the same items decoded from a component.

use wit_parser::{Docs, Interface, InterfaceId, Resolve, TypeDefKind};

/// Copies what `source` says to the interfaces of `target` that have the same name and version.
pub(super) fn copy(source: &Resolve, target: &mut Resolve) {
    let packages: Vec<_> = target.package_names.clone().into_iter().collect();
    for (name, package) in packages {
        let Some(from) = source.package_names.get(&name) else {
            continue;
        };
        for (name, id) in target.packages[package].interfaces.clone() {
            if let Some(from) = source.packages[*from].interfaces.get(&name) {
                interface(source, *from, target, id);
            }
        }
    }
}

fn interface(source: &Resolve, from: InterfaceId, target: &mut Resolve, to: InterfaceId) {
    let from: &Interface = &source.interfaces[from];
    let interface = &mut target.interfaces[to];
    docs(&from.docs, &mut interface.docs);
    for (name, function) in &mut interface.functions {
        if let Some(from) = from.functions.get(name) {
            docs(&from.docs, &mut function.docs);
        }
    }
    for (name, id) in interface.types.clone() {
        if let Some(from) = from.types.get(&name) {
            let (from, to) = (&source.types[*from], &mut target.types[id]);
            docs(&from.docs, &mut to.docs);
            parts(&from.kind, &mut to.kind);
        }
    }
}

/// What is said of fields, cases and flags.
fn parts(from: &TypeDefKind, to: &mut TypeDefKind) {
    match (from, to) {
        (TypeDefKind::Record(from), TypeDefKind::Record(to)) => named(
            from.fields.iter().map(|field| (&field.name, &field.docs)),
            to.fields
                .iter_mut()
                .map(|field| (&field.name, &mut field.docs)),
        ),
        (TypeDefKind::Variant(from), TypeDefKind::Variant(to)) => named(
            from.cases.iter().map(|case| (&case.name, &case.docs)),
            to.cases.iter_mut().map(|case| (&case.name, &mut case.docs)),
        ),
        (TypeDefKind::Enum(from), TypeDefKind::Enum(to)) => named(
            from.cases.iter().map(|case| (&case.name, &case.docs)),
            to.cases.iter_mut().map(|case| (&case.name, &mut case.docs)),
        ),
        (TypeDefKind::Flags(from), TypeDefKind::Flags(to)) => named(
            from.flags.iter().map(|flag| (&flag.name, &flag.docs)),
            to.flags.iter_mut().map(|flag| (&flag.name, &mut flag.docs)),
        ),
        // Other types have no parts with names.
        _ => {}
    }
}

fn named<'a, 'b>(
    from: impl Iterator<Item = (&'a String, &'a Docs)> + Clone,
    to: impl Iterator<Item = (&'b String, &'b mut Docs)>,
) {
    for (name, to) in to {
        if let Some((_, from)) = from.clone().find(|(other, _)| *other == name) {
            docs(from, to);
        }
    }
}

fn docs(from: &Docs, to: &mut Docs) {
    if !from.is_empty() {
        to.clone_from(from);
    }
}
