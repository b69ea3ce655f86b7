//! The program that a type is compiled to, once: which form each part has in JSON, with all names
//! at hand.

use std::fmt;

use super::names::{Names, Spelling};
use super::path::{Path, Step};
use super::unsupported::{Reason, Unsupported};
use crate::component::Type;
use crate::notation::type_text;

/// How many parts the types of one function may have. A type is written with names and so is a
/// graph; spelt out it can be far larger.
const PARTS: usize = 1 << 16;

/// The form in JSON of the values of one type. Made once for a type, then used for every value.
#[derive(Clone, Debug)]
pub struct Shape {
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Bool,
    Integer(Integer),
    Float32,
    Float64,
    Char,
    String,
    /// `list<u8>`: base64.
    Bytes,
    List(Box<Shape>),
    FixedLengthList(Box<Shape>, usize),
    Map(Box<(Shape, Shape)>),
    Record(Fields),
    Tuple(Vec<Shape>),
    Variant(Cases),
    Enum(Names),
    Option(Box<Shape>),
    /// An option of an option, whose value may itself be `null`: the cases `none`, which is `null`
    /// too, and `some`.
    OptionOfOption(Cases),
    /// The cases `ok` and `err`.
    Result(Cases),
    Flags(Names),
}

/// The kinds of whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Integer {
    S8,
    U8,
    S16,
    U16,
    S32,
    U32,
    S64,
    U64,
}

/// Names with a value each: the fields of a record, the parameters of a function.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    pub(super) names: Names,
    pub(super) shapes: Vec<Shape>,
}

/// Names of which one is chosen, each with or without a payload.
#[derive(Clone, Debug)]
pub(super) struct Cases {
    pub(super) names: Names,
    pub(super) payloads: Vec<Option<Shape>>,
}

impl Cases {
    /// Whether `{"tag": case}` is a case without a payload and no other: there is none whose name
    /// is `tag`.
    pub(super) fn is_clear_without_payload(&self) -> bool {
        self.names.find("tag", 0).is_none()
    }
}

impl Shape {
    /// The shape of a type.
    ///
    /// ```
    /// use amphi::component::Type;
    /// use amphi::json::{Bounds, Shape, Spelling};
    ///
    /// let shape = Shape::new(&Type::Bool, Spelling::Any)?;
    /// let error = shape.read(b"1", &Bounds::default()).unwrap_err();
    /// assert_eq!(error.expected(), Some("`true` or `false`"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// JSON cannot carry the type: it has resources, streams, futures or error contexts in it, or
    /// far too many parts.
    pub fn new(ty: &Type, spelling: Spelling) -> Result<Self, Unsupported> {
        Compiler::new(spelling).shape(ty)
    }

    /// Whether `null` is one of the values.
    pub(super) fn is_option(&self) -> bool {
        matches!(self.kind, Kind::Option(_) | Kind::OptionOfOption(_))
    }
}

/// Makes the shapes of one function.
pub(super) struct Compiler {
    spelling: Spelling,
    parts: usize,
    path: Path,
}

impl Compiler {
    pub(super) fn new(spelling: Spelling) -> Self {
        Compiler {
            spelling,
            parts: 0,
            path: Path::default(),
        }
    }

    /// How many parts there were so far.
    pub(super) fn parts(&self) -> usize {
        self.parts
    }

    /// The shape of a part that lies at `step`.
    pub(super) fn at(&mut self, step: Step, ty: &Type) -> Result<Shape, Unsupported> {
        self.path.push(step);
        let shape = self.shape(ty)?;
        self.path.pop();
        Ok(shape)
    }

    pub(super) fn shape(&mut self, ty: &Type) -> Result<Shape, Unsupported> {
        self.count(ty, 1)?;
        let kind = match ty {
            Type::Bool => Kind::Bool,
            Type::S8 => Kind::Integer(Integer::S8),
            Type::U8 => Kind::Integer(Integer::U8),
            Type::S16 => Kind::Integer(Integer::S16),
            Type::U16 => Kind::Integer(Integer::U16),
            Type::S32 => Kind::Integer(Integer::S32),
            Type::U32 => Kind::Integer(Integer::U32),
            Type::S64 => Kind::Integer(Integer::S64),
            Type::U64 => Kind::Integer(Integer::U64),
            Type::Float32 => Kind::Float32,
            Type::Float64 => Kind::Float64,
            Type::Char => Kind::Char,
            Type::String => Kind::String,
            Type::List(list) => match list.ty() {
                Type::U8 => Kind::Bytes,
                element => Kind::List(Box::new(self.at(Step::Any, &element)?)),
            },
            Type::FixedLengthList(list) => {
                let length = usize::try_from(list.len()).unwrap_or(usize::MAX);
                let element = self.at(Step::Any, &list.ty())?;
                Kind::FixedLengthList(Box::new(element), length)
            }
            Type::Map(map) => {
                let key = self.at(Step::Any, &map.key())?;
                let value = self.at(Step::Any, &map.value())?;
                Kind::Map(Box::new((key, value)))
            }
            Type::Record(record) => {
                let fields = record.fields().map(|field| (field.name, field.ty));
                Kind::Record(self.fields(ty, fields)?)
            }
            Type::Tuple(tuple) => {
                let types = tuple.types().enumerate();
                let shapes = types.map(|(index, ty)| self.at(Step::Index(index), &ty));
                Kind::Tuple(shapes.collect::<Result<_, _>>()?)
            }
            Type::Variant(variant) => {
                let cases = variant.cases().map(|case| (case.name, case.ty));
                Kind::Variant(self.cases(ty, cases)?)
            }
            Type::Enum(names) => Kind::Enum(self.names(ty, names.names())?),
            Type::Option(option) => {
                let some = self.shape(&option.ty())?;
                match some.is_option() {
                    true => Kind::OptionOfOption(Cases {
                        names: self.names(ty, ["none", "some"].into_iter())?,
                        payloads: vec![None, Some(some)],
                    }),
                    false => Kind::Option(Box::new(some)),
                }
            }
            Type::Result(result) => {
                let cases = [("ok", result.ok()), ("err", result.err())];
                Kind::Result(self.cases(ty, cases.into_iter())?)
            }
            Type::Flags(flags) => Kind::Flags(self.names(ty, flags.names())?),
            Type::Own(_) | Type::Borrow(_) => return Err(self.refused(ty, Reason::Resource)),
            Type::Future(_) => return Err(self.refused(ty, Reason::Future)),
            Type::Stream(_) => return Err(self.refused(ty, Reason::Stream)),
            Type::ErrorContext => return Err(self.refused(ty, Reason::ErrorContext)),
        };
        Ok(Shape { kind })
    }

    /// Fields by their names.
    pub(super) fn fields<'a>(
        &mut self,
        ty: &Type,
        fields: impl Iterator<Item = (&'a str, Type)>,
    ) -> Result<Fields, Unsupported> {
        let fields: Vec<_> = fields.collect();
        let names = self.names(ty, fields.iter().map(|(name, _)| *name))?;
        let shapes = fields
            .iter()
            .map(|(name, ty)| self.at(Step::Field((*name).to_owned()), ty));
        Ok(Fields {
            shapes: shapes.collect::<Result<_, _>>()?,
            names,
        })
    }

    fn cases<'a>(
        &mut self,
        ty: &Type,
        cases: impl Iterator<Item = (&'a str, Option<Type>)>,
    ) -> Result<Cases, Unsupported> {
        let cases: Vec<_> = cases.collect();
        let names = self.names(ty, cases.iter().map(|(name, _)| *name))?;
        let payloads = cases.iter().map(|(name, ty)| {
            let step = || Step::Field((*name).to_owned());
            ty.as_ref().map(|ty| self.at(step(), ty)).transpose()
        });
        Ok(Cases {
            payloads: payloads.collect::<Result<_, _>>()?,
            names,
        })
    }

    fn names<'a>(
        &mut self,
        ty: &Type,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<Names, Unsupported> {
        let names: Vec<_> = names.collect();
        self.count(ty, names.len())?;
        Ok(Names::new(names.into_iter(), self.spelling))
    }

    fn count(&mut self, ty: &Type, parts: usize) -> Result<(), Unsupported> {
        self.parts += parts;
        match self.parts > PARTS {
            true => Err(self.refused(ty, Reason::Parts { most: PARTS })),
            false => Ok(()),
        }
    }

    fn refused(&self, ty: &Type, reason: Reason) -> Unsupported {
        Unsupported {
            path: self.path.to_string(),
            ty: type_text(ty),
            reason,
        }
    }
}

impl Integer {
    /// The least and the greatest value.
    pub(super) fn range(self) -> (i128, i128) {
        match self {
            Integer::S8 => (i8::MIN.into(), i8::MAX.into()),
            Integer::U8 => (0, u8::MAX.into()),
            Integer::S16 => (i16::MIN.into(), i16::MAX.into()),
            Integer::U16 => (0, u16::MAX.into()),
            Integer::S32 => (i32::MIN.into(), i32::MAX.into()),
            Integer::U32 => (0, u32::MAX.into()),
            Integer::S64 => (i64::MIN.into(), i64::MAX.into()),
            Integer::U64 => (0, u64::MAX.into()),
        }
    }

    /// Whether some values are beyond what every reader of JSON can tell apart, and so are written
    /// as strings.
    pub(super) fn is_wide(self) -> bool {
        match self {
            Integer::S64 | Integer::U64 => true,
            Integer::S8
            | Integer::U8
            | Integer::S16
            | Integer::U16
            | Integer::S32
            | Integer::U32 => false,
        }
    }
}

/// What a value of this shape looks like, as a phrase for an error.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Bool => f.write_str("`true` or `false`"),
            Kind::Integer(integer) => {
                let (least, greatest) = integer.range();
                write!(f, "a whole number from {least} to {greatest}")
            }
            Kind::Float32 | Kind::Float64 => f.write_str("a number"),
            Kind::Char => f.write_str("a string of one character"),
            Kind::String => f.write_str("a string"),
            Kind::Bytes => f.write_str("bytes as a string in base64 or as an array"),
            Kind::List(_) => f.write_str("an array"),
            Kind::FixedLengthList(_, length) => write!(f, "an array of {length}"),
            Kind::Map(parts) => match &parts.0.kind {
                Kind::String => f.write_str("an object"),
                _ => f.write_str("an array of pairs"),
            },
            Kind::Record(_) => f.write_str("an object"),
            Kind::Tuple(shapes) => write!(f, "an array of {}", shapes.len()),
            Kind::Variant(cases) => write!(f, "one of the cases {}", cases.names.listed()),
            Kind::Enum(names) => write!(f, "one of {}", names.listed()),
            Kind::Option(some) => write!(f, "{some}, or `null`"),
            Kind::OptionOfOption(_) => f.write_str("`null` or an object with `some`"),
            Kind::Result(_) => f.write_str("an object with `ok` or `err`"),
            Kind::Flags(_) => f.write_str("the names of flags"),
        }
    }
}
