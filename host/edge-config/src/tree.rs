//! A document as a tree in which every key and value knows its place, whichever format it was
//! written in.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};
use toml::de::{DeTable, DeValue};

use super::issue::{Issue, Place, Problem};

/// A value and where it begins.
#[derive(Debug)]
pub struct Node {
    pub place: Place,
    pub value: Value,
}

#[derive(Debug)]
pub enum Value {
    Nothing,
    /// An element that was taken out of its list, in which the others keep their places.
    Gone,
    Bool(bool),
    Integer(i128),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug)]
pub struct Entry {
    pub key: String,
    pub place: Place,
    pub node: Node,
}

/// A step from a node to one in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Key(String),
    Index(usize),
}

/// `steps` as an issue writes them.
pub fn join(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Key(key) if text.is_empty() => text.push_str(key),
            Step::Key(key) => text.push_str(&format!(".{key}")),
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

impl Node {
    /// The place of what `steps` lead to, or of the last on the way there that exists.
    pub fn place_of(&self, steps: &[Step]) -> Place {
        let (mut node, mut place) = (self, self.place);
        for step in steps {
            let next = match (&node.value, step) {
                (Value::Map(entries), Step::Key(key)) => {
                    let entry = entries.iter().find(|entry| entry.key == *key);
                    entry.map(|entry| (&entry.node, entry.value_place()))
                }
                (Value::List(nodes), Step::Index(index)) => {
                    nodes.get(*index).map(|node| (node, node.place))
                }
                _ => None,
            };
            let Some(found) = next else {
                break;
            };
            (node, place) = found;
        }
        place
    }

    /// Takes away what `steps` lead to. Whether there was such a thing.
    pub fn remove(&mut self, steps: &[Step]) -> bool {
        let Some((first, rest)) = steps.split_first() else {
            return false;
        };
        match (&mut self.value, first) {
            (Value::Map(entries), Step::Key(key)) => {
                let Some(index) = entries.iter().position(|entry| entry.key == *key) else {
                    return false;
                };
                if rest.is_empty() {
                    entries.remove(index);
                    return true;
                }
                entries[index].node.remove(rest)
            }
            (Value::List(nodes), Step::Index(index)) if *index < nodes.len() => {
                if rest.is_empty() {
                    let gone = std::mem::replace(&mut nodes[*index].value, Value::Gone);
                    return !matches!(gone, Value::Gone);
                }
                nodes[*index].remove(rest)
            }
            _ => false,
        }
    }
}

impl Entry {
    /// Where to look for what is wrong with the value: what has parts is shown by its key.
    pub fn value_place(&self) -> Place {
        match self.node.value {
            Value::Map(_) | Value::List(_) | Value::Nothing | Value::Gone => self.place,
            _ => self.node.place,
        }
    }
}

/// Reads YAML.
pub fn yaml(text: &str) -> Result<Node, Issue> {
    if text
        .lines()
        .all(|line| line.trim_start().starts_with('#') || line.trim().is_empty())
    {
        return Ok(Node {
            place: Place { line: 1, column: 1 },
            value: Value::Nothing,
        });
    }
    serde_saphyr::from_str(text).map_err(|error| {
        let error = error.without_snippet();
        let place = error.location().map(at);
        let message = error.render_with_formatter(&serde_saphyr::UserMessageFormatter);
        syntax(place, &message)
    })
}

/// Reads TOML.
pub fn toml(text: &str) -> Result<Node, Issue> {
    let lines = Lines::new(text);
    match DeTable::parse(text) {
        Ok(table) => Ok(Node {
            place: Place { line: 1, column: 1 },
            value: lines.table(table.into_inner()),
        }),
        Err(error) => {
            let place = error.span().map(|span| lines.at(span.start));
            Err(syntax(place, error.message()))
        }
    }
}

/// The first line of what a parser says, without the place, which is said elsewhere.
fn syntax(place: Option<Place>, message: &str) -> Issue {
    let line = message.lines().next().unwrap_or_default();
    let line = line.split(" at line ").next().unwrap_or_default();
    Issue {
        place,
        path: String::new(),
        problem: Problem::Syntax(line.trim_end_matches([':', '.', ',']).to_owned()),
    }
}

fn at(location: Location) -> Place {
    let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    Place {
        line: number(location.line()),
        column: number(location.column()),
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Self {
            place: at(spanned.referenced),
            value: spanned.value,
        })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Values)
    }
}

/// Makes a value of whatever there is.
struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Integer(value.into()))
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element()? {
            nodes.push(node);
        }
        Ok(Value::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            entries.push(Entry {
                place: at(key.referenced),
                key: key.value,
                node: map.next_value()?,
            });
        }
        Ok(Value::Map(entries))
    }
}

/// Where the lines of a text begin.
struct Lines<'a> {
    text: &'a str,
    /// The first byte of each.
    begins: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let ends = text.match_indices('\n').map(|(end, _)| end + 1);
        Self {
            text,
            begins: std::iter::once(0).chain(ends).collect(),
        }
    }

    /// The place of the byte `offset`.
    fn at(&self, offset: usize) -> Place {
        let line = self.begins.partition_point(|begin| *begin <= offset);
        let begin = self.begins[line - 1];
        let before = self.text.get(begin..offset).unwrap_or_default();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Place {
            line: count(line),
            column: count(before.chars().count() + 1),
        }
    }

    fn table(&self, table: DeTable<'_>) -> Value {
        let entry = |(key, value): (toml::Spanned<_>, toml::Spanned<_>)| Entry {
            place: self.at(key.span().start),
            key: std::borrow::Cow::<str>::into_owned(key.into_inner()),
            node: self.node(value),
        };
        Value::Map(table.into_iter().map(entry).collect())
    }

    fn node(&self, value: toml::Spanned<DeValue<'_>>) -> Node {
        let place = self.at(value.span().start);
        let value = match value.into_inner() {
            DeValue::String(text) => Value::Text(text.into_owned()),
            DeValue::Integer(number) => {
                let read = i128::from_str_radix(number.as_str(), number.radix());
                read.map_or(Value::Text(number.to_string()), Value::Integer)
            }
            DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(value) => Value::Bool(value),
            DeValue::Datetime(time) => Value::Text(time.to_string()),
            DeValue::Array(nodes) => {
                Value::List(nodes.into_iter().map(|node| self.node(node)).collect())
            }
            DeValue::Table(table) => self.table(table),
        };
        Node { place, value }
    }
}
