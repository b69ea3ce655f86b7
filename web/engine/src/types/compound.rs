//! The types that are made of other types or names.

use super::equal::Tables;
use super::handle::Handle;
use super::{InstanceType, Type};
use wasmtime_environ::component::{
    InterfaceType, TypeEnumIndex, TypeFixedLengthListIndex, TypeFlagsIndex, TypeFutureIndex,
    TypeListIndex, TypeMapIndex, TypeOptionIndex, TypeRecordIndex, TypeResultIndex,
    TypeStreamIndex, TypeTupleIndex, TypeVariantIndex,
};

/// Defines a type as a handle on the table of one kind, compared by structure.
macro_rules! handles {
    ($($(#[$doc:meta])* $name:ident($index:ty) by $equal:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug)]
            pub struct $name(Handle<$index>);

            impl $name {
                pub(crate) fn from(index: $index, instance: &InstanceType<'_>) -> Self {
                    $name(Handle::new(index, instance))
                }
            }

            impl PartialEq for $name {
                fn eq(&self, other: &Self) -> bool {
                    self.0.equivalent(&other.0, |tables: &Tables<'_>, a, b| tables.$equal(a, b))
                }
            }

            impl Eq for $name {}
        )*
    };
}

handles! {
    /// A `list` type.
    List(TypeListIndex) by lists;
    /// A `map` type.
    Map(TypeMapIndex) by maps;
    /// A `list` type whose length is part of the type.
    FixedLengthList(TypeFixedLengthListIndex) by fixed_length_lists;
    /// A `record` type.
    Record(TypeRecordIndex) by records;
    /// A `tuple` type.
    Tuple(TypeTupleIndex) by tuples;
    /// A `variant` type.
    Variant(TypeVariantIndex) by variants;
    /// An `enum` type.
    Enum(TypeEnumIndex) by enums;
    /// An `option` type.
    OptionType(TypeOptionIndex) by options;
    /// A `result` type.
    ResultType(TypeResultIndex) by results;
    /// A `flags` type.
    Flags(TypeFlagsIndex) by flags;
    /// A `future` type.
    FutureType(TypeFutureIndex) by futures;
    /// A `stream` type.
    StreamType(TypeStreamIndex) by streams;
}

/// A field of a [`Record`].
#[derive(Debug)]
pub struct Field<'a> {
    /// The name of the field.
    pub name: &'a str,
    /// The type of the field.
    pub ty: Type,
}

/// A case of a [`Variant`].
#[derive(Debug)]
pub struct Case<'a> {
    /// The name of the case.
    pub name: &'a str,
    /// The type of the case's payload, if it has one.
    pub ty: Option<Type>,
}

impl List {
    /// The type of the elements.
    pub fn ty(&self) -> Type {
        Type::from(&self.0.get().element, &self.0.instance())
    }
}

impl Map {
    /// The type of the keys.
    pub fn key(&self) -> Type {
        Type::from(&self.0.get().key, &self.0.instance())
    }

    /// The type of the values.
    pub fn value(&self) -> Type {
        Type::from(&self.0.get().value, &self.0.instance())
    }
}

#[cfg_attr(
    target_arch = "wasm32",
    expect(
        clippy::len_without_is_empty,
        reason = "the length is a property of the type"
    )
)]
impl FixedLengthList {
    /// The type of the elements.
    pub fn ty(&self) -> Type {
        Type::from(&self.0.get().element, &self.0.instance())
    }

    /// The number of elements.
    pub fn len(&self) -> u32 {
        self.0.get().size
    }
}

impl Record {
    /// The fields, in the order of their declaration.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = Field<'_>> {
        self.0.get().fields.iter().map(|field| Field {
            name: &field.name,
            ty: Type::from(&field.ty, &self.0.instance()),
        })
    }
}

impl Tuple {
    /// The types of the elements, in order.
    pub fn types(&self) -> impl ExactSizeIterator<Item = Type> + '_ {
        let types = self.0.get().types.iter();
        types.map(|ty| Type::from(ty, &self.0.instance()))
    }
}

impl Variant {
    /// The cases, in the order of their declaration.
    pub fn cases(&self) -> impl ExactSizeIterator<Item = Case<'_>> {
        self.0.get().cases.iter().map(|(name, ty)| Case {
            name,
            ty: payload(ty, &self.0.instance()),
        })
    }
}

impl Enum {
    /// The names of the cases, in the order of their declaration.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.get().names.iter().map(String::as_str)
    }
}

impl OptionType {
    /// The type of the value, when there is one.
    pub fn ty(&self) -> Type {
        Type::from(&self.0.get().ty, &self.0.instance())
    }
}

impl ResultType {
    /// The type of the value of `ok`, if it has one.
    pub fn ok(&self) -> Option<Type> {
        payload(&self.0.get().ok, &self.0.instance())
    }

    /// The type of the value of `err`, if it has one.
    pub fn err(&self) -> Option<Type> {
        payload(&self.0.get().err, &self.0.instance())
    }
}

impl Flags {
    /// The names of the flags, in the order of their declaration.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.get().names.iter().map(String::as_str)
    }
}

impl FutureType {
    /// The type of the value that arrives, if one does.
    pub fn ty(&self) -> Option<Type> {
        payload(&self.0.get().payload, &self.0.instance())
    }
}

impl StreamType {
    /// The type of the values that arrive, if any do.
    pub fn ty(&self) -> Option<Type> {
        payload(&self.0.get().payload, &self.0.instance())
    }
}

fn payload(ty: &Option<InterfaceType>, instance: &InstanceType<'_>) -> Option<Type> {
    ty.as_ref().map(|ty| Type::from(ty, instance))
}
