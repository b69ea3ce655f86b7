//! The types of components, reflected.
//!
//! A type here is a handle on the type table of the component that it was read from, together with
//! the resource types which that component's instance has, where there is one. Two types are equal
//! when their structure is, wherever they were read.

mod compound;
mod equal;
mod handle;
mod instance_type;
#[cfg(target_arch = "wasm32")]
mod item;
mod resource_type;
#[cfg(test)]
mod tests;

pub use self::compound::{
    Case, Enum, Field, FixedLengthList, Flags, FutureType, List, Map, OptionType, Record,
    ResultType, StreamType, Tuple, Variant,
};
pub use self::equal::check_lowered;
pub use self::instance_type::{InstanceType, ResourceTypes};
#[cfg(target_arch = "wasm32")]
pub use self::item::{
    Component, ComponentExtern, ComponentFunc, ComponentInstance, ComponentItem, Module,
};
pub use self::resource_type::ResourceType;

use wasmtime_environ::component::InterfaceType;

/// The type of a component value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    target_arch = "wasm32",
    expect(missing_docs, reason = "the variants are named as the types are")
)]
pub enum Type {
    Bool,
    S8,
    U8,
    S16,
    U16,
    S32,
    U32,
    S64,
    U64,
    Float32,
    Float64,
    Char,
    String,
    List(List),
    Map(Map),
    Record(Record),
    Tuple(Tuple),
    Variant(Variant),
    Enum(Enum),
    Option(OptionType),
    Result(ResultType),
    Flags(Flags),
    Own(ResourceType),
    Borrow(ResourceType),
    Future(FutureType),
    Stream(StreamType),
    ErrorContext,
    FixedLengthList(FixedLengthList),
}

/// Defines the accessors that expect one kind of type.
macro_rules! unwrap {
    ($($method:ident: $variant:ident($payload:ty)),* $(,)?) => {
        impl Type {
            $(
                #[doc = concat!("What is inside a [`Type::", stringify!($variant), "`].")]
                ///
                /// # Panics
                ///
                #[doc = concat!("When this is not a [`Type::", stringify!($variant), "`].")]
                pub fn $method(&self) -> &$payload {
                    match self {
                        Type::$variant(payload) => payload,
                        other => panic!(
                            "`Type::{}` called on a `{}`", stringify!($method), other.desc(),
                        ),
                    }
                }
            )*
        }
    };
}

unwrap! {
    unwrap_list: List(List),
    unwrap_record: Record(Record),
    unwrap_tuple: Tuple(Tuple),
    unwrap_variant: Variant(Variant),
    unwrap_enum: Enum(Enum),
    unwrap_option: Option(OptionType),
    unwrap_result: Result(ResultType),
    unwrap_flags: Flags(Flags),
    unwrap_own: Own(ResourceType),
    unwrap_borrow: Borrow(ResourceType),
}

impl Type {
    pub(crate) fn from(ty: &InterfaceType, instance: &InstanceType<'_>) -> Self {
        match *ty {
            InterfaceType::Bool => Type::Bool,
            InterfaceType::S8 => Type::S8,
            InterfaceType::U8 => Type::U8,
            InterfaceType::S16 => Type::S16,
            InterfaceType::U16 => Type::U16,
            InterfaceType::S32 => Type::S32,
            InterfaceType::U32 => Type::U32,
            InterfaceType::S64 => Type::S64,
            InterfaceType::U64 => Type::U64,
            InterfaceType::Float32 => Type::Float32,
            InterfaceType::Float64 => Type::Float64,
            InterfaceType::Char => Type::Char,
            InterfaceType::String => Type::String,
            InterfaceType::List(index) => Type::List(List::from(index, instance)),
            InterfaceType::Map(index) => Type::Map(Map::from(index, instance)),
            InterfaceType::Record(index) => Type::Record(Record::from(index, instance)),
            InterfaceType::Tuple(index) => Type::Tuple(Tuple::from(index, instance)),
            InterfaceType::Variant(index) => Type::Variant(Variant::from(index, instance)),
            InterfaceType::Enum(index) => Type::Enum(Enum::from(index, instance)),
            InterfaceType::Option(index) => Type::Option(OptionType::from(index, instance)),
            InterfaceType::Result(index) => Type::Result(ResultType::from(index, instance)),
            InterfaceType::Flags(index) => Type::Flags(Flags::from(index, instance)),
            InterfaceType::Own(index) => Type::Own(instance.resource_type(index)),
            InterfaceType::Borrow(index) => Type::Borrow(instance.resource_type(index)),
            InterfaceType::Future(index) => {
                Type::Future(FutureType::from(instance.types[index].ty, instance))
            }
            InterfaceType::Stream(index) => {
                Type::Stream(StreamType::from(instance.types[index].ty, instance))
            }
            InterfaceType::ErrorContext(_) => Type::ErrorContext,
            InterfaceType::FixedLengthList(index) => {
                Type::FixedLengthList(FixedLengthList::from(index, instance))
            }
        }
    }

    fn desc(&self) -> &'static str {
        match self {
            Type::Bool => "bool",
            Type::S8 => "s8",
            Type::U8 => "u8",
            Type::S16 => "s16",
            Type::U16 => "u16",
            Type::S32 => "s32",
            Type::U32 => "u32",
            Type::S64 => "s64",
            Type::U64 => "u64",
            Type::Float32 => "f32",
            Type::Float64 => "f64",
            Type::Char => "char",
            Type::String => "string",
            Type::List(_) => "list",
            Type::Map(_) => "map",
            Type::Record(_) => "record",
            Type::Tuple(_) => "tuple",
            Type::Variant(_) => "variant",
            Type::Enum(_) => "enum",
            Type::Option(_) => "option",
            Type::Result(_) => "result",
            Type::Flags(_) => "flags",
            Type::Own(_) => "own",
            Type::Borrow(_) => "borrow",
            Type::Future(_) => "future",
            Type::Stream(_) => "stream",
            Type::ErrorContext => "error-context",
            Type::FixedLengthList(_) => "list<_, N>",
        }
    }
}

/// What kind of type `ty` is, for messages.
pub(crate) fn desc(ty: &InterfaceType) -> &'static str {
    match ty {
        InterfaceType::Bool => "bool",
        InterfaceType::S8 => "s8",
        InterfaceType::U8 => "u8",
        InterfaceType::S16 => "s16",
        InterfaceType::U16 => "u16",
        InterfaceType::S32 => "s32",
        InterfaceType::U32 => "u32",
        InterfaceType::S64 => "s64",
        InterfaceType::U64 => "u64",
        InterfaceType::Float32 => "f32",
        InterfaceType::Float64 => "f64",
        InterfaceType::Char => "char",
        InterfaceType::String => "string",
        InterfaceType::List(_) => "list",
        InterfaceType::Map(_) => "map",
        InterfaceType::Record(_) => "record",
        InterfaceType::Tuple(_) => "tuple",
        InterfaceType::Variant(_) => "variant",
        InterfaceType::Enum(_) => "enum",
        InterfaceType::Option(_) => "option",
        InterfaceType::Result(_) => "result",
        InterfaceType::Flags(_) => "flags",
        InterfaceType::Own(_) => "owned resource",
        InterfaceType::Borrow(_) => "borrowed resource",
        InterfaceType::Future(_) => "future",
        InterfaceType::Stream(_) => "stream",
        InterfaceType::ErrorContext(_) => "error-context",
        InterfaceType::FixedLengthList(_) => "list<_, N>",
    }
}
