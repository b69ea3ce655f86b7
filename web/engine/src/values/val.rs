//! `Val`: a component value whose type is known only at run time.

mod case;
mod choice;
mod core_values;
mod eq;
mod flags;
mod lift;
mod lower;
mod sink;
mod source;

pub use lift::lift_tuple;
pub use lower::lower_tuple;
pub use sink::Sink;
pub use source::Source;

use super::context::LiftContext;
use super::resource::ResourceAny;
use super::typed::NativeLayout;
use crate::types::desc;
use wasmtime_environ::component::InterfaceType;
use wasmtime_environ::error::{Result, bail};

/// A component value of any type.
///
/// A `Val` is like a syntax tree: it does not know its type. An enum has the name of its case, and
/// not of its other cases. When it is passed to a component it is checked against the type that is
/// expected there.
///
/// # Equality
///
/// Values of different types are different. Floats are equal when they mean the same: every NaN
/// equals every other, and zero does not equal negative zero. Resources are equal when they are the
/// same handle; what they stand for is not compared.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the variants are named as the types are")]
pub enum Val {
    Bool(bool),
    S8(i8),
    U8(u8),
    S16(i16),
    U16(u16),
    S32(i32),
    U32(u32),
    S64(i64),
    U64(u64),
    Float32(f32),
    Float64(f64),
    Char(char),
    String(String),
    List(Vec<Val>),
    /// Pairs of key and value; of pairs with equal keys the last counts.
    Map(Vec<(Val, Val)>),
    Record(Vec<(String, Val)>),
    Tuple(Vec<Val>),
    Variant(String, Option<Box<Val>>),
    Enum(String),
    Option(Option<Box<Val>>),
    Result(std::result::Result<Option<Box<Val>>, Option<Box<Val>>>),
    Flags(Vec<String>),
    Resource(ResourceAny),
    Future(FutureAny),
    Stream(StreamAny),
    ErrorContext(ErrorContextAny),
    FixedLengthList(Vec<Val>),
}

/// A `future` of any type. There are none: this engine does not run components with asynchronous
/// types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FutureAny {}

/// A `stream` of any type. There are none: this engine does not run components with asynchronous
/// types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamAny {}

/// An `error-context`. There are none: this engine does not run components with asynchronous types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorContextAny {}

impl Val {
    /// The bytes of one natively, which is what is counted of what a guest gives.
    const NATIVE_SIZE: usize = NativeLayout::words(5).size;

    /// What kind of value this is, for messages.
    pub(crate) fn desc(&self) -> &'static str {
        match self {
            Val::Bool(_) => "bool",
            Val::S8(_) => "s8",
            Val::U8(_) => "u8",
            Val::S16(_) => "s16",
            Val::U16(_) => "u16",
            Val::S32(_) => "s32",
            Val::U32(_) => "u32",
            Val::S64(_) => "s64",
            Val::U64(_) => "u64",
            Val::Float32(_) => "f32",
            Val::Float64(_) => "f64",
            Val::Char(_) => "char",
            Val::String(_) => "string",
            Val::List(_) => "list",
            Val::Map(_) => "map",
            Val::Record(_) => "record",
            Val::Tuple(_) => "tuple",
            Val::Variant(..) => "variant",
            Val::Enum(_) => "enum",
            Val::Option(_) => "option",
            Val::Result(_) => "result",
            Val::Flags(_) => "flags",
            Val::Resource(_) => "resource",
            Val::Future(_) => "future",
            Val::Stream(_) => "stream",
            Val::ErrorContext(_) => "error-context",
            Val::FixedLengthList(_) => "list<_, N>",
        }
    }
}

/// The error of a value where a value of type `ty` is expected.
#[cold]
fn mismatch<R>(ty: InterfaceType, val: &Val) -> Result<R> {
    bail!(
        "type mismatch: expected {}, found {}",
        desc(&ty),
        val.desc()
    )
}

/// A name that a type gives, counted as what the host makes.
fn counted_name(cx: &LiftContext<'_>, name: &str) -> Result<String> {
    cx.consume(name.len(), 1)?;
    let mut copy = String::new();
    copy.try_reserve_exact(name.len())?;
    copy.push_str(name);
    Ok(copy)
}

/// The error of a value of a type that this engine has no values of.
#[cold]
fn unsupported<R>(ty: InterfaceType) -> Result<R> {
    bail!(
        "values of type `{}` are not supported by this engine",
        desc(&ty)
    )
}

macro_rules! from {
    ($($ty:ty => $variant:ident),* $(,)?) => {
        $(
            impl From<$ty> for Val {
                fn from(value: $ty) -> Self {
                    Val::$variant(value)
                }
            }
        )*
    };
}

from! {
    bool => Bool,
    i8 => S8,
    u8 => U8,
    i16 => S16,
    u16 => U16,
    i32 => S32,
    u32 => U32,
    i64 => S64,
    u64 => U64,
    char => Char,
    String => String,
    ResourceAny => Resource,
    FutureAny => Future,
    StreamAny => Stream,
}
