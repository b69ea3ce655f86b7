//! Types of values, drawn at random.

use std::fmt;

use fastrand::Rng;

use super::draw::below;

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// A type without parts, by its name in WAT.
    Scalar(Scalar),
    /// `string`.
    String,
    /// `list<_>`.
    List(Box<Type>),
    /// `list<_, N>`.
    Array(Box<Type>, u32),
    /// `map<_, _>`; its keys are scalars.
    Map(Scalar, Box<Type>),
    /// `tuple<_, ...>`.
    Tuple(Vec<Type>),
    /// `record`, its fields by number.
    Record(Vec<Type>),
    /// `variant`, its cases by number.
    Variant(Vec<Option<Type>>),
    /// `enum`, by how many cases it has.
    Enum(usize),
    /// `flags`, by how many names it has.
    Flags(usize),
    /// `option<_>`.
    Option(Box<Type>),
    /// `result<_, _>`.
    Result(Option<Box<Type>>, Option<Box<Type>>),
}

/// A type without parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    Bool,
    S8,
    U8,
    S16,
    U16,
    S32,
    U32,
    S64,
    U64,
    F32,
    F64,
    Char,
}

impl Scalar {
    const ALL: [Scalar; 12] = [
        Scalar::Bool,
        Scalar::S8,
        Scalar::U8,
        Scalar::S16,
        Scalar::U16,
        Scalar::S32,
        Scalar::U32,
        Scalar::S64,
        Scalar::U64,
        Scalar::F32,
        Scalar::F64,
        Scalar::Char,
    ];

    /// Its name in WAT and WIT.
    pub fn name(self) -> &'static str {
        match self {
            Scalar::Bool => "bool",
            Scalar::S8 => "s8",
            Scalar::U8 => "u8",
            Scalar::S16 => "s16",
            Scalar::U16 => "u16",
            Scalar::S32 => "s32",
            Scalar::U32 => "u32",
            Scalar::S64 => "s64",
            Scalar::U64 => "u64",
            Scalar::F32 => "f32",
            Scalar::F64 => "f64",
            Scalar::Char => "char",
        }
    }
}

/// What a function takes; it returns the same: one value, or a tuple of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature(pub Vec<Type>);

impl Signature {
    /// Mostly one parameter; sometimes more than fit into flat ones. Rich types have more parts.
    pub fn draw(rng: &mut Rng, rich: bool) -> Signature {
        let count = match rng.u8(..10) {
            0..7 => 1,
            7 | 8 => 2 + below(rng, 5),
            _ => 10 + below(rng, 11),
        };
        let budget = match (count > 6, rich) {
            (false, true) => 24,
            (false, false) => 10,
            (true, true) => 3,
            (true, false) => 2,
        };
        let ty = |_| Type::draw(rng, 4, &mut { budget });
        Signature((0..count).map(ty).collect())
    }

    /// What it returns.
    pub fn result(&self) -> Type {
        match &self.0[..] {
            [one] => one.clone(),
            many => Type::Tuple(many.to_vec()),
        }
    }
}

impl Type {
    /// A type that is at most `depth` deep, of about `budget` parts.
    fn draw(rng: &mut Rng, depth: usize, budget: &mut usize) -> Type {
        *budget = budget.saturating_sub(1);
        if depth == 0 || *budget == 0 || rng.u8(..10) < 3 {
            return Type::leaf(rng);
        }
        let most = (*budget).min(6);
        let mut part = |rng: &mut Rng| Type::draw(rng, depth - 1, budget);
        match rng.u8(..14) {
            12 => Type::Array(Box::new(part(rng)), rng.u32(1..5)),
            13 => {
                let key = [
                    Scalar::U8,
                    Scalar::S32,
                    Scalar::U64,
                    Scalar::Char,
                    Scalar::Bool,
                ];
                let key = key[below(rng, key.len())];
                Type::Map(key, Box::new(part(rng)))
            }
            0..3 => Type::List(Box::new(part(rng))),
            3 | 4 => Type::Record((0..1 + below(rng, most)).map(|_| part(rng)).collect()),
            5 => Type::Tuple((0..1 + below(rng, most)).map(|_| part(rng)).collect()),
            6 | 7 => {
                let mut case = |_| rng.bool().then(|| part(rng));
                let mut cases: Vec<_> = (0..most).map(&mut case).collect();
                if rng.u8(..12) == 0 {
                    cases.resize(300, None);
                }
                Type::Variant(cases)
            }
            8 | 9 => Type::Option(Box::new(part(rng))),
            _ => {
                let mut side = || rng.u8(..4).ne(&0).then(|| Box::new(part(rng)));
                Type::Result(side(), side())
            }
        }
    }

    fn leaf(rng: &mut Rng) -> Type {
        match rng.u8(..20) {
            0..4 => Type::String,
            4 => Type::Enum(match rng.u8(..4) {
                0 => 300,
                _ => 1 + below(rng, 12),
            }),
            5 | 6 => Type::Flags(1 + below(rng, 32)),
            _ => Type::Scalar(Scalar::ALL[below(rng, Scalar::ALL.len())]),
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, "func(", &self.0, ")")
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |ty: &Option<Box<Type>>| ty.as_ref().map_or("_".to_owned(), |ty| ty.to_string());
        match self {
            Type::Scalar(scalar) => f.write_str(scalar.name()),
            Type::String => f.write_str("string"),
            Type::List(element) => write!(f, "list<{element}>"),
            Type::Array(element, length) => write!(f, "list<{element}, {length}>"),
            Type::Map(key, element) => write!(f, "map<{}, {element}>", key.name()),
            Type::Tuple(types) => list(f, "tuple<", types, ">"),
            Type::Record(types) => list(f, "record{", types, "}"),
            Type::Variant(cases) => {
                let last = cases
                    .iter()
                    .rposition(Option::is_some)
                    .map_or(0, |at| at + 1);
                let shown: Vec<_> = cases[..last]
                    .iter()
                    .map(|case| case.as_ref().map_or("_".to_owned(), ToString::to_string))
                    .collect();
                write!(f, "variant:{}{{{}}}", cases.len(), shown.join(", "))
            }
            Type::Enum(count) => write!(f, "enum:{count}"),
            Type::Flags(count) => write!(f, "flags:{count}"),
            Type::Option(ty) => write!(f, "option<{ty}>"),
            Type::Result(ok, err) => write!(f, "result<{}, {}>", part(ok), part(err)),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, open: &str, types: &[Type], close: &str) -> fmt::Result {
    let types: Vec<_> = types.iter().map(ToString::to_string).collect();
    write!(f, "{open}{}{close}", types.join(", "))
}
