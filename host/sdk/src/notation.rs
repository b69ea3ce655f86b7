//! How a type and a piece of text are written in an error.
//!
//! A type is written as in WIT, with the shape in place of a name, since a type at run time has
//! none.

use std::fmt::{self, Display, Formatter, Write};

use crate::component::Type;

/// How deep a type is written out; what lies deeper is given by its kind alone, so that an error
/// stays readable.
const DEPTH: usize = 3;

/// How many parts of a type are shown: types can be far larger than any error should be.
const SHOWN: usize = 50;

/// The text of a type, as in WIT: `list<tuple<string, u8>>`, `record { id: string, value: f64 }`.
pub fn type_text(ty: &Type) -> String {
    Notation { ty, depth: DEPTH }.to_string()
}

/// How much of a text an error quotes.
const QUOTED: usize = 60;

/// A piece of text in backticks, cut where it is long.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("`{}...`", &text[..end]),
        None => format!("`{text}`"),
    }
}

struct Notation<'a> {
    ty: &'a Type,
    depth: usize,
}

impl Display for Notation<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(kind(self.ty))?;
        if self.depth == 0 {
            return Ok(());
        }
        match self.ty {
            Type::Bool
            | Type::S8
            | Type::U8
            | Type::S16
            | Type::U16
            | Type::S32
            | Type::U32
            | Type::S64
            | Type::U64
            | Type::Float32
            | Type::Float64
            | Type::Char
            | Type::String
            | Type::Own(_)
            | Type::Borrow(_)
            | Type::ErrorContext => Ok(()),
            Type::List(list) => self.angles(f, [Some(list.ty())]),
            Type::FixedLengthList(list) => {
                let element = list.ty();
                write!(f, "<{}, {}>", self.inner(&element), list.len())
            }
            Type::Map(map) => self.angles(f, [Some(map.key()), Some(map.value())]),
            Type::Record(record) => self.braces(
                f,
                record
                    .fields()
                    .map(|field| (field.name, ": ", Some(field.ty), "")),
            ),
            Type::Tuple(tuple) => self.angles(f, tuple.types().map(Some)),
            Type::Variant(variant) => self.braces(
                f,
                variant.cases().map(|case| (case.name, "(", case.ty, ")")),
            ),
            Type::Enum(names) => self.braces(f, names.names().map(|name| (name, "", None, ""))),
            Type::Option(option) => self.angles(f, [Some(option.ty())]),
            Type::Result(result) => match (result.ok(), result.err()) {
                (None, None) => Ok(()),
                (ok, None) => self.angles(f, [ok]),
                (ok, err) => self.angles(f, [ok, err]),
            },
            Type::Flags(flags) => self.braces(f, flags.names().map(|name| (name, "", None, ""))),
            Type::Future(future) => self.payload(f, future.ty()),
            Type::Stream(stream) => self.payload(f, stream.ty()),
        }
    }
}

impl Notation<'_> {
    fn inner<'a>(&self, ty: &'a Type) -> Notation<'a> {
        Notation {
            ty,
            depth: self.depth - 1,
        }
    }

    /// `<a, b>`, with `_` for an absent type.
    fn angles(
        &self,
        f: &mut Formatter<'_>,
        types: impl IntoIterator<Item = Option<Type>>,
    ) -> fmt::Result {
        f.write_char('<')?;
        for (index, ty) in types.into_iter().enumerate() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            if index == SHOWN {
                f.write_str("...")?;
                break;
            }
            match ty {
                Some(ty) => self.inner(&ty).fmt(f)?,
                None => f.write_char('_')?,
            }
        }
        f.write_char('>')
    }

    fn payload(&self, f: &mut Formatter<'_>, ty: Option<Type>) -> fmt::Result {
        match ty {
            Some(ty) => self.angles(f, [Some(ty)]),
            None => Ok(()),
        }
    }

    /// ` { a: u8, b(u8), c }`: each part is a name, what opens its type, the type, what closes it.
    fn braces<'n>(
        &self,
        f: &mut Formatter<'_>,
        parts: impl Iterator<Item = (&'n str, &'static str, Option<Type>, &'static str)>,
    ) -> fmt::Result {
        f.write_str(" { ")?;
        for (index, (name, open, ty, close)) in parts.enumerate() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            if index == SHOWN {
                f.write_str("...")?;
                break;
            }
            f.write_str(name)?;
            if let Some(ty) = ty {
                write!(f, "{open}{}{close}", self.inner(&ty))?;
            }
        }
        f.write_str(" }")
    }
}

/// The keyword of a type's kind.
fn kind(ty: &Type) -> &'static str {
    match ty {
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
        Type::List(_) | Type::FixedLengthList(_) => "list",
        Type::Map(_) => "map",
        Type::Record(_) => "record",
        Type::Tuple(_) => "tuple",
        Type::Variant(_) => "variant",
        Type::Enum(_) => "enum",
        Type::Option(_) => "option",
        Type::Result(_) => "result",
        Type::Flags(_) => "flags",
        Type::Own(_) => "own resource",
        Type::Borrow(_) => "borrowed resource",
        Type::Future(_) => "future",
        Type::Stream(_) => "stream",
        Type::ErrorContext => "error-context",
    }
}
