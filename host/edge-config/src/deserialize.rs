//! serde over a tree: what does not fit is told with its path and its place.

use std::fmt::{self, Display};

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::issue::{Place, Problem};
use super::tree::{Entry, Node, Step, Value};

/// How like each other names are, from 0 to 1, so that one may have been meant by the other.
const LIKE: f64 = 0.75;

/// What did not fit. The path is collected on the way up.
#[derive(Debug)]
pub struct Fault {
    /// From the innermost step to the outermost.
    pub reversed: Vec<Step>,
    pub place: Option<Place>,
    pub problem: Problem,
}

impl Fault {
    fn new(problem: Problem) -> Self {
        Self {
            reversed: Vec::new(),
            place: None,
            problem,
        }
    }

    fn unexpected(expected: impl Display, found: impl Display) -> Self {
        Self::new(Problem::Unexpected {
            expected: expected.to_string(),
            found: found.to_string(),
        })
    }

    /// The fault is in what `step` leads to, at `place` if it is not known better.
    fn within(mut self, step: Step, place: Place) -> Self {
        self.reversed.push(step);
        self.place.get_or_insert(place);
        self
    }
}

impl Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(formatter)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(Problem::Refused(message.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::unexpected(expected, Found(found))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::unexpected(expected, Found(found))
    }

    fn unknown_variant(variant: &str, known: &'static [&'static str]) -> Self {
        let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        Self::unexpected(known.join(" or "), format_args!("`{variant}`"))
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        Self::new(Problem::UnknownKey {
            like: like(field, known),
            known,
        })
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Problem::MissingKey(field.to_owned()))
    }
}

/// The name among `known` that `name` may have been meant to be.
pub fn like<'a>(name: &str, known: impl IntoIterator<Item = &'a &'a str>) -> Option<String> {
    let known = known.into_iter();
    let rated = known.map(|known| (strsim::jaro_winkler(name, known), *known));
    let best = rated.max_by(|(left, _), (right, _)| left.total_cmp(right))?;
    (best.0 >= LIKE).then(|| best.1.to_owned())
}

/// What was found, in the words of a configuration.
struct Found<'a>(Unexpected<'a>);

impl Display for Found<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Unexpected::Str(text) => write!(formatter, "`{text}`"),
            Unexpected::Bool(value) => write!(formatter, "`{value}`"),
            Unexpected::Unsigned(number) => write!(formatter, "`{number}`"),
            Unexpected::Signed(number) => write!(formatter, "`{number}`"),
            Unexpected::Float(number) => write!(formatter, "`{number}`"),
            Unexpected::Unit | Unexpected::Option => formatter.write_str("nothing"),
            Unexpected::Seq => formatter.write_str("a list"),
            Unexpected::Map => formatter.write_str("a map"),
            other => write!(formatter, "{other}"),
        }
    }
}

impl Value {
    fn found(&self) -> String {
        match self {
            Self::Nothing | Self::Gone => "nothing".to_owned(),
            Self::Bool(value) => format!("`{value}`"),
            Self::Integer(number) => format!("the number `{number}`"),
            Self::Float(number) => format!("the number `{number}`"),
            Self::Text(text) => format!("`{text}`"),
            Self::List(_) => "a list".to_owned(),
            Self::Map(_) => "a map".to_owned(),
        }
    }
}

impl<'de> Node {
    fn integer<T: TryFrom<i128>>(&self, expected: &str) -> Result<T, Fault> {
        let number = match self.value {
            Value::Integer(number) => T::try_from(number).ok(),
            _ => None,
        };
        number.ok_or_else(|| Fault::unexpected(expected, self.value.found()))
    }

    fn entries<V: Visitor<'de>>(&'de self, visitor: V) -> Result<V::Value, Fault> {
        let entries: &[Entry] = match &self.value {
            Value::Map(entries) => entries,
            Value::Nothing => &[],
            other => return Err(Fault::unexpected("a map", other.found())),
        };
        visitor.visit_map(Entries { entries, next: 0 })
    }
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.value {
            Value::Nothing | Value::Gone => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Integer(number) => match (u64::try_from(*number), i64::try_from(*number)) {
                (Ok(number), _) => visitor.visit_u64(number),
                (_, Ok(number)) => visitor.visit_i64(number),
                _ => visitor.visit_i128(*number),
            },
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::List(nodes) => visitor.visit_seq(Nodes { nodes, next: 0 }),
            Value::Map(_) => self.entries(visitor),
        }
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_u16(self.integer("a whole number up to 65,535")?)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_u32(self.integer("a whole number up to 4,294,967,295")?)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_u64(self.integer("a whole number from 0")?)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            Value::Bool(value) => visitor.visit_bool(value),
            ref other => Err(Fault::unexpected("`true` or `false`", other.found())),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_any(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.value {
            Value::Text(text) => visitor.visit_borrowed_str(text),
            other @ (Value::Bool(_) | Value::Integer(_) | Value::Float(_)) => Err(
                Fault::unexpected("a string, which may need quotes", other.found()),
            ),
            other => Err(Fault::unexpected("a text", other.found())),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            Value::Nothing => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let nodes: &[Node] = match &self.value {
            Value::List(nodes) => nodes,
            Value::Nothing => &[],
            other => return Err(Fault::unexpected("a list", other.found())),
        };
        visitor.visit_seq(Nodes { nodes, next: 0 })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.entries(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.entries(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        cases: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match &self.value {
            Value::Text(case) => visitor.visit_enum(case.as_str().into_deserializer()),
            Value::Map(entries) if entries.len() == 1 => visitor.visit_enum(Case(&entries[0])),
            other => {
                let cases: Vec<String> = cases.iter().map(|name| format!("`{name}`")).collect();
                Err(Fault::unexpected(cases.join(" or "), other.found()))
            }
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

/// The nodes of a list, one after the other.
struct Nodes<'de> {
    nodes: &'de [Node],
    next: usize,
}

impl<'de> SeqAccess<'de> for Nodes<'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let mut nodes = self.nodes.iter().enumerate().skip(self.next);
        let Some((index, node)) = nodes.find(|(_, node)| !matches!(node.value, Value::Gone)) else {
            return Ok(None);
        };
        let step = Step::Index(index);
        self.next = index + 1;
        match seed.deserialize(node) {
            Ok(value) => Ok(Some(value)),
            Err(fault) => Err(fault.within(step, node.place)),
        }
    }
}

/// The entries of a map, one after the other.
struct Entries<'de> {
    entries: &'de [Entry],
    next: usize,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some(entry) = self.entries.get(self.next) else {
            return Ok(None);
        };
        match seed.deserialize(BorrowedStrDeserializer::<Fault>::new(&entry.key)) {
            Ok(key) => Ok(Some(key)),
            Err(fault) => Err(fault.within(Step::Key(entry.key.clone()), entry.place)),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        let entry = &self.entries[self.next];
        self.next += 1;
        let value = seed.deserialize(&entry.node);
        value.map_err(|fault| fault.within(Step::Key(entry.key.clone()), entry.value_place()))
    }
}

/// A map of one entry as the case of an enum, and what it carries.
struct Case<'de>(&'de Entry);

impl<'de> EnumAccess<'de> for Case<'de> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        let case = seed.deserialize(StrDeserializer::<Fault>::new(&self.0.key))?;
        Ok((case, self))
    }
}

impl<'de> VariantAccess<'de> for Case<'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        match self.0.node.value {
            Value::Nothing | Value::Bool(true) => Ok(()),
            ref other => Err(Fault::unexpected("nothing", other.found())
                .within(Step::Key(self.0.key.clone()), self.0.node.place)),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        let value = seed.deserialize(&self.0.node);
        value.map_err(|fault| fault.within(Step::Key(self.0.key.clone()), self.0.node.place))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Fault> {
        self.0.node.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.0.node.entries(visitor)
    }
}
