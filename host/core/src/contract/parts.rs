//! What types have inside.

use wit_parser::{Handle, Type, TypeDefKind, TypeId};

/// The types that a type has inside, or that it is another name of.
pub(crate) fn parts(kind: &TypeDefKind) -> Vec<TypeId> {
    let parts: Vec<Type> = match kind {
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
    let defined = parts.into_iter().filter_map(|part| match part {
        Type::Id(id) => Some(id),
        _ => None,
    });
    defined.collect()
}
