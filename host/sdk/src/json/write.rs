//! A value to a text, in the one form that each value has.

use std::collections::HashMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::bounds::Bound;
use super::error::{Fault, Problem, Read};
use super::form::Form;
use super::path::Step;
use super::shape::{Cases, Fields, Integer, Kind, Shape};
use crate::component::Val;

/// The greatest whole number that a reader who keeps numbers as 64-bit floats can tell from its
/// neighbours.
const SAFE: i128 = (1 << 53) - 1;

/// A text that is written.
pub(super) struct Writer<'a> {
    pub(super) text: &'a mut String,
    /// How long it may get.
    pub(super) most: usize,
    pub(super) form: Form,
}

impl Writer<'_> {
    /// Adds a value of this shape.
    pub(super) fn value(&mut self, shape: &Shape, value: &Val) -> Read<()> {
        match (&shape.kind, value) {
            (Kind::Bool, Val::Bool(value)) => self.add(if *value { "true" } else { "false" }),
            (Kind::Integer(integer), value) => self.integer(shape, *integer, value)?,
            (Kind::Float32, Val::Float32(value)) => match value.is_finite() {
                true => self.number(&value),
                false => self.add(beyond(value.is_nan(), *value > 0.0)),
            },
            (Kind::Float64, Val::Float64(value)) => match value.is_finite() {
                true => self.number(&value),
                false => self.add(beyond(value.is_nan(), *value > 0.0)),
            },
            (Kind::Char, Val::Char(value)) => self.string(value.encode_utf8(&mut [0; 4])),
            (Kind::String, Val::String(value)) => self.string(value),
            (Kind::Bytes, Val::List(items)) => self.bytes(shape, items)?,
            (Kind::List(element), Val::List(items)) => self.items(element, items)?,
            (Kind::FixedLengthList(element, length), Val::FixedLengthList(items))
                if items.len() == *length =>
            {
                self.items(element, items)?;
            }
            (Kind::Map(parts), Val::Map(entries)) => self.map(&parts.0, &parts.1, entries)?,
            (Kind::Record(fields), Val::Record(values)) if fields.shapes.len() == values.len() => {
                self.record(shape, fields, values)?;
            }
            (Kind::Tuple(shapes), Val::Tuple(values)) if shapes.len() == values.len() => {
                self.add("[");
                for (index, (shape, value)) in shapes.iter().zip(values).enumerate() {
                    self.item(index, shape, value)?;
                }
                self.add("]");
            }
            (Kind::Variant(cases), Val::Variant(case, payload)) => {
                let index = cases.names.find_exact(case).ok_or_else(|| unfit(shape))?;
                match (&cases.payloads[index], payload.as_deref()) {
                    (None, None) if !self.form.tagged => self.string(case),
                    (_, payload) => self.case(shape, cases, index, payload)?,
                }
            }
            (Kind::Enum(names), Val::Enum(case)) if names.find_exact(case).is_some() => {
                self.string(case)
            }
            (Kind::Option(_), Val::Option(None)) => self.add("null"),
            (Kind::Option(some), Val::Option(Some(value))) => self.value(some, value)?,
            (Kind::OptionOfOption(_), Val::Option(None)) if !self.form.tagged => self.add("null"),
            (Kind::OptionOfOption(cases), Val::Option(value)) => {
                self.case(shape, cases, value.is_some().into(), value.as_deref())?;
            }
            (Kind::Result(cases), Val::Result(result)) => {
                let (index, payload) = match result {
                    Ok(payload) => (0, payload),
                    Err(payload) => (1, payload),
                };
                self.case(shape, cases, index, payload.as_deref())?;
            }
            (Kind::Flags(names), Val::Flags(set)) => {
                if set.iter().any(|name| names.find_exact(name).is_none()) {
                    return Err(unfit(shape));
                }
                let declared = names.all().filter(|name| set.iter().any(|set| set == name));
                self.names(declared);
            }
            (
                Kind::Bool
                | Kind::Float32
                | Kind::Float64
                | Kind::Char
                | Kind::String
                | Kind::Bytes
                | Kind::List(_)
                | Kind::FixedLengthList(..)
                | Kind::Map(_)
                | Kind::Record(_)
                | Kind::Tuple(_)
                | Kind::Variant(_)
                | Kind::Enum(_)
                | Kind::Option(_)
                | Kind::OptionOfOption(_)
                | Kind::Result(_)
                | Kind::Flags(_),
                _,
            ) => return Err(unfit(shape)),
        }
        match self.text.len() > self.most {
            true => Err(Fault::new(0, Problem::TooMuch(Bound::Bytes, self.most))),
            false => Ok(()),
        }
    }

    fn add(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds `{"case":payload}`, with `null` where there is no payload; tagged,
    /// `{"tag":"case","val":payload}`.
    fn case(
        &mut self,
        shape: &Shape,
        cases: &Cases,
        index: usize,
        payload: Option<&Val>,
    ) -> Read<()> {
        let name = cases.names.name(index);
        let (before, between) = match self.form.tagged {
            true => ("{\"tag\":", ",\"val\":"),
            false => ("{", ":"),
        };
        self.add(before);
        self.string(name);
        match (&cases.payloads[index], payload) {
            (None, None) if self.form.tagged && cases.is_clear_without_payload() => {}
            (None, None) => {
                self.add(between);
                self.add("null");
            }
            (Some(shape), Some(value)) => {
                self.add(between);
                self.value(shape, value)
                    .map_err(|fault| fault.inside(field(name)))?;
            }
            (Some(_), None) | (None, Some(_)) => return Err(unfit(shape)),
        }
        self.add("}");
        Ok(())
    }

    fn integer(&mut self, shape: &Shape, integer: Integer, value: &Val) -> Read<()> {
        let number: i128 = match (integer, value) {
            (Integer::S8, Val::S8(value)) => (*value).into(),
            (Integer::U8, Val::U8(value)) => (*value).into(),
            (Integer::S16, Val::S16(value)) => (*value).into(),
            (Integer::U16, Val::U16(value)) => (*value).into(),
            (Integer::S32, Val::S32(value)) => (*value).into(),
            (Integer::U32, Val::U32(value)) => (*value).into(),
            (Integer::S64, Val::S64(value)) => (*value).into(),
            (Integer::U64, Val::U64(value)) => (*value).into(),
            _ => return Err(unfit(shape)),
        };
        let is_string = number.abs() > SAFE || integer.is_wide() && self.form.int64_strings;
        let quote = if is_string { "\"" } else { "" };
        self.add(quote);
        self.number(&number);
        self.add(quote);
        Ok(())
    }

    /// Adds a number in the shortest form that is read as the same. `Debug` is the form of floats
    /// that has exponents.
    fn number(&mut self, number: &impl std::fmt::Debug) {
        write!(self.text, "{number:?}").expect("a string takes whatever is written");
        if self.text.ends_with(".0") {
            self.text.truncate(self.text.len() - 2);
        }
    }

    fn string(&mut self, text: &str) {
        self.add("\"");
        let mut rest = text;
        while let Some(at) = rest
            .bytes()
            .position(|byte| byte == b'"' || byte == b'\\' || byte < 0x20)
        {
            self.add(&rest[..at]);
            match rest.as_bytes()[at] {
                b'"' => self.add("\\\""),
                b'\\' => self.add("\\\\"),
                b'\n' => self.add("\\n"),
                b'\t' => self.add("\\t"),
                b'\r' => self.add("\\r"),
                control => {
                    write!(self.text, "\\u{control:04x}")
                        .expect("a string takes whatever is written");
                }
            }
            rest = &rest[at + 1..];
        }
        self.add(rest);
        self.add("\"");
    }

    fn bytes(&mut self, shape: &Shape, items: &[Val]) -> Read<()> {
        let byte = |item: &Val| match item {
            Val::U8(byte) => Some(*byte),
            _ => None,
        };
        let bytes: Option<Vec<u8>> = items.iter().map(byte).collect();
        let bytes = bytes.ok_or_else(|| unfit(shape))?;
        self.add("\"");
        STANDARD.encode_string(bytes, self.text);
        self.add("\"");
        Ok(())
    }

    fn items(&mut self, element: &Shape, items: &[Val]) -> Read<()> {
        self.add("[");
        for (index, item) in items.iter().enumerate() {
            self.item(index, element, item)?;
        }
        self.add("]");
        Ok(())
    }

    fn item(&mut self, index: usize, shape: &Shape, value: &Val) -> Read<()> {
        self.separate(index);
        self.value(shape, value)
            .map_err(|fault| fault.inside(Step::Index(index)))
    }

    /// Adds the comma before all parts but the first.
    fn separate(&mut self, index: usize) {
        self.add(if index == 0 { "" } else { "," });
    }

    fn record(&mut self, shape: &Shape, fields: &Fields, values: &[(String, Val)]) -> Read<()> {
        let given = values.iter().map(|(name, _)| name.as_str());
        match given.eq(fields.names.all()) {
            true => self.named(fields, values.iter().map(|(_, value)| value)),
            false => Err(unfit(shape)),
        }
    }

    /// Adds an object of all fields.
    pub(super) fn fields(&mut self, fields: &Fields, values: &[Val]) -> Read<()> {
        match values.len() == fields.shapes.len() {
            true => self.named(fields, values.iter()),
            false => {
                let expected = format!("{} values", fields.shapes.len());
                Err(Fault::new(0, Problem::Unwritable { expected }))
            }
        }
    }

    /// The fields in the order of the type, but those that are none.
    fn named<'v>(&mut self, fields: &Fields, values: impl Iterator<Item = &'v Val>) -> Read<()> {
        self.add("{");
        let mut written = 0;
        for ((name, part), value) in fields.names.all().zip(&fields.shapes).zip(values) {
            if part.is_option() && matches!(value, Val::Option(None)) {
                continue;
            }
            self.separate(written);
            self.string(name);
            self.add(":");
            self.value(part, value)
                .map_err(|fault| fault.inside(field(name)))?;
            written += 1;
        }
        self.add("}");
        Ok(())
    }

    fn names<'n>(&mut self, names: impl Iterator<Item = &'n str>) {
        self.add("[");
        for (index, name) in names.enumerate() {
            self.separate(index);
            self.string(name);
        }
        self.add("]");
    }

    /// Pairs; an object where the keys are strings, of which the last counts where one is there
    /// twice.
    fn map(&mut self, key: &Shape, value: &Shape, entries: &[(Val, Val)]) -> Read<()> {
        if !matches!(key.kind, Kind::String) {
            self.add("[");
            for (index, (left, right)) in entries.iter().enumerate() {
                self.separate(index);
                let inside = |fault: Box<Fault>| fault.inside(Step::Index(index));
                self.add("[");
                self.item(0, key, left).map_err(inside)?;
                self.item(1, value, right).map_err(inside)?;
                self.add("]");
            }
            self.add("]");
            return Ok(());
        }
        let last: HashMap<&str, usize> = entries
            .iter()
            .enumerate()
            .filter_map(|(index, (key, _))| match key {
                Val::String(key) => Some((key.as_str(), index)),
                _ => None,
            })
            .collect();
        self.add("{");
        let mut written = 0;
        for (index, (left, right)) in entries.iter().enumerate() {
            let Val::String(name) = left else {
                return Err(unfit(key));
            };
            if last.get(name.as_str()) != Some(&index) {
                continue;
            }
            self.separate(written);
            self.string(name);
            self.add(":");
            let inside = |fault: Box<Fault>| fault.inside(Step::Key(name.clone()));
            self.value(value, right).map_err(inside)?;
            written += 1;
        }
        self.add("}");
        Ok(())
    }
}

/// A float that JSON has no number for.
fn beyond(is_nan: bool, is_positive: bool) -> &'static str {
    match (is_nan, is_positive) {
        (true, _) => "\"NaN\"",
        (false, true) => "\"Infinity\"",
        (false, false) => "\"-Infinity\"",
    }
}

fn field(name: &str) -> Step {
    Step::Field(name.to_owned())
}

/// The value is not one of the shape.
fn unfit(shape: &Shape) -> Box<Fault> {
    let expected = shape.to_string();
    Fault::new(0, Problem::Unwritable { expected })
}
