//! JSON Schema (2020-12) of the values of a type and of the arguments of a function.
//!
//! A schema describes the form that is *written*, which is [`Schemas::form`]; of what is read
//! besides (other spellings, other forms of a case, bytes as an array) it says nothing. Types at
//! run time have no names. Whoever has the WIT gives them by an [`Origin`]: then a type with a name
//! is a definition of its own, by its canonical id (`demo:kitchen/types@1.0.0#point`), with what
//! the WIT says of it; and a large one without a name is one, too, so that types which are made of
//! others again and again are described once.

mod compound;
mod decimal;

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::form::Form;
use super::function::Function;
use super::shape::{Integer, Kind, Shape};
use compound::{alternatives, array, named, nullable, object, tagged};

/// The dialect of the schemas.
pub const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// What is known of a type besides its shape.
pub trait Origin: Sized {
    /// The canonical id of the type, if it has a name: package, interface, version and name, as in
    /// `demo:kitchen/types@1.0.0#point`.
    fn id(&self) -> Option<String>;
    /// What is said of the type.
    fn docs(&self) -> Option<String>;
    /// The type of a part: a field, the payload of a case (of a `result`, `ok` and `err` in this
    /// order), what is inside an option; of a list the element, of a map the key and the value.
    fn part(&self, index: usize) -> Self;
    /// What is said of a field, a case or a flag.
    fn part_docs(&self, index: usize) -> Option<String>;
    /// What all uses of the type have in common, and no other type has; if that is known.
    fn same(&self) -> Option<Same> {
        None
    }
}

/// A type among all types: whose it is, and its number there.
pub type Same = (usize, usize);

/// Nothing is known: every type is spelt out where it is used.
impl Origin for () {
    fn id(&self) -> Option<String> {
        None
    }
    fn docs(&self) -> Option<String> {
        None
    }
    fn part(&self, _index: usize) -> Self {}
    fn part_docs(&self, _index: usize) -> Option<String> {
        None
    }
}

/// The schema of the values of one type, as a document.
#[must_use]
pub fn document<O: Origin>(shape: &Shape, origin: &O) -> Value {
    let mut schemas = Schemas::new("#/$defs/");
    let schema = schemas.value(shape, origin);
    let mut document = json!({ "$schema": DIALECT });
    if let (Value::Object(document), Value::Object(schema)) = (&mut document, schema) {
        document.extend(schema);
        if !schemas.definitions.is_empty() {
            document.insert("$defs".to_owned(), Value::Object(schemas.definitions));
        }
    }
    document
}

/// The most values that the schema of a type without a name may have to be spelt out where it is
/// used.
const SPELT_OUT: usize = 100;

/// Schemas that share their definitions.
#[derive(Clone, Debug)]
pub struct Schemas {
    prefix: &'static str,
    /// The form of what is described. Definitions of each are kept apart where they differ.
    pub form: Form,
    /// The schemas of types with names, by keys that are letters, digits, `.`, `-` and `_`.
    pub definitions: Map<String, Value>,
    /// What each type that is known became, in each form.
    known: HashMap<(Form, Same), Value>,
    /// The keys of the definitions of types without names.
    unnamed: HashMap<Value, String>,
}

impl Schemas {
    /// No definitions yet. References to them will begin with `prefix`: `#/$defs/`.
    #[must_use]
    pub fn new(prefix: &'static str) -> Self {
        Schemas {
            prefix,
            form: Form::default(),
            definitions: Map::new(),
            known: HashMap::new(),
            unnamed: HashMap::new(),
        }
    }

    /// The schema of the arguments of a function: an object of them by name, or an array by
    /// position. There is an origin for each.
    pub fn arguments<O: Origin>(&mut self, function: &Function, origins: &[O]) -> Value {
        let shapes = &function.params.shapes;
        let schemas: Vec<Value> = match origins.len() == shapes.len() {
            true => shapes
                .iter()
                .zip(origins)
                .map(|(shape, origin)| self.value(shape, origin))
                .collect(),
            false => shapes.iter().map(|shape| self.value(shape, &())).collect(),
        };
        let optional = |index: usize| shapes[index].is_option();
        let trailing = (0..shapes.len())
            .rev()
            .take_while(|index| optional(*index))
            .count();
        let titled = |(name, mut schema): (&str, Value)| {
            schema["title"] = name.into();
            schema
        };
        let parts = || function.params.names.all().zip(schemas.iter().cloned());
        let mut positions = array(parts().map(titled).collect());
        positions["minItems"] = (shapes.len() - trailing).into();
        let fields = parts().enumerate();
        let by_name =
            object(fields.map(|(index, (name, schema))| (name, schema, !optional(index))));
        json!({ "anyOf": [by_name, positions] })
    }

    /// The schema of what a function returns when all is well: its result, or what is inside `ok`.
    pub fn success<O: Origin>(&mut self, function: &Function, origin: &O) -> Value {
        match function.result.as_ref().map(|shape| (shape, &shape.kind)) {
            None => json!({ "type": "null" }),
            Some((_, Kind::Result(cases))) => match &cases.payloads[0] {
                Some(shape) => self.value(shape, &origin.part(0)),
                None => json!({ "type": "null" }),
            },
            Some((shape, _)) => self.value(shape, origin),
        }
    }

    /// The schema of `{"err": value}`, where the result of the function is a `result`.
    pub fn failure<O: Origin>(&mut self, function: &Function, origin: &O) -> Option<Value> {
        let Kind::Result(cases) = &function.result.as_ref()?.kind else {
            return None;
        };
        let value = match &cases.payloads[1] {
            Some(shape) => self.value(shape, &origin.part(1)),
            None => json!({ "type": "null" }),
        };
        Some(object([("err", value, true)].into_iter()))
    }

    /// The schema of the values of a type; a reference where the type has a name, or is large and
    /// known.
    pub fn value<O: Origin>(&mut self, shape: &Shape, origin: &O) -> Value {
        let use_of = origin.same().map(|same| (self.form, same));
        if let Some(known) = use_of.and_then(|use_of| self.known.get(&use_of)) {
            return known.clone();
        }
        let mut schema = self.spelt_out(shape, origin);
        if let (Some(docs), Some(schema)) = (origin.docs(), schema.as_object_mut()) {
            schema.insert("description".to_owned(), docs.into());
        }
        let schema = match (origin.id(), use_of) {
            (Some(id), _) => self.define(&id, schema),
            (None, Some(_)) if is_large(&schema) => self.define_unnamed(schema),
            (None, _) => schema,
        };
        if let Some(use_of) = use_of {
            self.known.insert(use_of, schema.clone());
        }
        schema
    }

    /// Keeps a schema under its id, and gives the reference to it. Where two versions of a
    /// component differ in a type of one id, each is kept.
    fn define(&mut self, id: &str, mut schema: Value) -> Value {
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("title".to_owned(), id.into());
        }
        let base = key(id);
        let mut name = base.clone();
        let mut number = 2;
        while self
            .definitions
            .get(&name)
            .is_some_and(|other| *other != schema)
        {
            name = format!("{base}-{number}");
            number += 1;
        }
        let reference = self.reference(&name);
        self.definitions.insert(name, schema);
        reference
    }

    /// Keeps a schema under a number, once, and gives the reference to it.
    fn define_unnamed(&mut self, schema: Value) -> Value {
        if let Some(name) = self.unnamed.get(&schema) {
            return self.reference(name);
        }
        // Ids have a colon, which becomes a dot.
        let name = format!("unnamed-{}", self.unnamed.len() + 1);
        let reference = self.reference(&name);
        self.unnamed.insert(schema.clone(), name.clone());
        self.definitions.insert(name, schema);
        reference
    }

    fn reference(&self, name: &str) -> Value {
        json!({ "$ref": format!("{}{name}", self.prefix) })
    }

    fn spelt_out<O: Origin>(&mut self, shape: &Shape, origin: &O) -> Value {
        let docs = |index| origin.part_docs(index);
        match &shape.kind {
            Kind::Bool => json!({ "type": "boolean" }),
            Kind::Integer(integer) => whole(*integer, self.form),
            Kind::Float32 | Kind::Float64 => {
                json!({ "anyOf": [{ "type": "number" }, { "enum": ["NaN", "Infinity", "-Infinity"] }] })
            }
            Kind::Char => json!({ "type": "string", "minLength": 1, "maxLength": 1 }),
            Kind::String => json!({ "type": "string" }),
            Kind::Bytes => json!({ "type": "string", "contentEncoding": "base64" }),
            Kind::List(element) => {
                json!({ "type": "array", "items": self.value(element, &origin.part(0)) })
            }
            Kind::FixedLengthList(element, length) => {
                let items = self.value(element, &origin.part(0));
                json!({ "type": "array", "items": items, "minItems": length, "maxItems": length })
            }
            Kind::Map(parts) => {
                let value = self.value(&parts.1, &origin.part(1));
                match &parts.0.kind {
                    Kind::String => json!({ "type": "object", "additionalProperties": value }),
                    _ => {
                        let pair = array(vec![self.value(&parts.0, &origin.part(0)), value]);
                        json!({ "type": "array", "items": pair })
                    }
                }
            }
            Kind::Record(fields) => {
                let parts = fields.names.all().zip(&fields.shapes).enumerate();
                let parts: Vec<_> = parts
                    .map(|(index, (name, shape))| {
                        let schema = self.value(shape, &origin.part(index));
                        (
                            name,
                            compound::described(schema, docs(index)),
                            !shape.is_option(),
                        )
                    })
                    .collect();
                object(parts.into_iter())
            }
            Kind::Tuple(shapes) => {
                let parts = shapes.iter().enumerate();
                array(
                    parts
                        .map(|(index, shape)| self.value(shape, &origin.part(index)))
                        .collect(),
                )
            }
            Kind::Variant(cases) => {
                let parts = cases.names.all().zip(&cases.payloads).enumerate();
                let parts: Vec<_> = parts
                    .map(|(index, (name, shape))| {
                        let schema = shape
                            .as_ref()
                            .map(|shape| self.value(shape, &origin.part(index)));
                        (name, schema, docs(index))
                    })
                    .collect();
                match self.form.tagged {
                    true => tagged(cases.is_clear_without_payload(), parts),
                    false => alternatives(parts),
                }
            }
            Kind::Enum(names) => named(
                names
                    .all()
                    .enumerate()
                    .map(|(index, name)| (name, docs(index))),
            ),
            Kind::Option(some) => nullable(self.value(some, &origin.part(0))),
            Kind::OptionOfOption(cases) => {
                let some = cases.payloads[1].as_ref();
                let some = some.map(|some| self.value(some, &origin.part(0)));
                match self.form.tagged {
                    true => tagged(true, vec![("none", None, None), ("some", some, None)]),
                    false => nullable(object(
                        [("some", some.unwrap_or_default(), true)].into_iter(),
                    )),
                }
            }
            Kind::Result(cases) => {
                let mut side = |index: usize| {
                    let shape = cases.payloads[index].as_ref();
                    shape.map(|shape| self.value(shape, &origin.part(index)))
                };
                let sides = [("ok", side(0)), ("err", side(1))];
                if self.form.tagged {
                    return tagged(
                        true,
                        sides.map(|(name, schema)| (name, schema, None)).into(),
                    );
                }
                let sides = sides.map(|(name, schema)| {
                    let schema = schema.unwrap_or_else(|| json!({ "type": "null" }));
                    object([(name, schema, true)].into_iter())
                });
                json!({ "oneOf": sides })
            }
            Kind::Flags(names) => {
                let items = named(
                    names
                        .all()
                        .enumerate()
                        .map(|(index, name)| (name, docs(index))),
                );
                json!({ "type": "array", "items": items, "uniqueItems": true })
            }
        }
    }
}

/// Numbers; beyond what every reader can tell apart, or if it is to be so, strings of them.
fn whole(integer: Integer, form: Form) -> Value {
    let (least, greatest) = integer.range();
    let bound =
        |value: i128| i64::try_from(value).map_or_else(|_| json!(u64::MAX), |value| json!(value));
    let number = json!({ "type": "integer", "minimum": bound(least), "maximum": bound(greatest) });
    let string = json!({ "type": "string", "pattern": decimal::pattern(least, greatest) });
    match (integer.is_wide(), form.int64_strings) {
        (true, true) => string,
        (true, false) => json!({ "anyOf": [number, string] }),
        (false, _) => number,
    }
}

/// The id as a key that every description of an interface can have.
fn key(id: &str) -> String {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    id.chars()
        .map(|letter| if allowed(letter) { letter } else { '.' })
        .collect()
}

/// Whether a schema is more than one spells out again and again.
fn is_large(schema: &Value) -> bool {
    let mut values = vec![schema];
    let mut count = 0;
    while let Some(value) = values.pop() {
        count += 1;
        match value {
            Value::Array(items) => values.extend(items),
            Value::Object(fields) => values.extend(fields.values()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        if count > SPELT_OUT {
            return true;
        }
    }
    false
}
