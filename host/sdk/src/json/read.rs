//! A text to a value, guided by the shape of the type that is wanted.

mod case;
mod parts;

use std::borrow::Cow;
use std::str::FromStr;

use super::bounds::{Bounds, Budget, Exceeded};
use super::error::{Fault, Problem, Read};
use super::number::{is_plain_whole, whole};
use super::path::Step;
use super::shape::{Fields, Integer, Kind, Shape};
use super::text::{Cursor, Next};
use crate::component::Val;
use crate::notation::quoted;

pub(super) struct Reader<'a> {
    pub(super) text: Cursor<'a>,
    budget: Budget,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a str, bounds: &Bounds) -> Self {
        Reader {
            text: Cursor::new(source, bounds),
            budget: Budget::new(bounds),
        }
    }

    /// Takes a value of this shape.
    pub(super) fn value(&mut self, shape: &Shape) -> Read<Val> {
        self.afford(|budget| budget.values(1))?;
        match &shape.kind {
            Kind::Bool => match self.text.next()? {
                Next::True => self.text.word("true").map(|()| Val::Bool(true)),
                Next::False => self.text.word("false").map(|()| Val::Bool(false)),
                _ => Err(self.unfit(shape)),
            },
            Kind::Integer(integer) => self.integer(shape, *integer),
            Kind::Float32 => self.float(shape, f32::is_finite).map(Val::Float32),
            Kind::Float64 => self.float(shape, f64::is_finite).map(Val::Float64),
            Kind::Char => self.char(shape),
            Kind::String => {
                self.wants(shape, Next::String)?;
                let text = self.text.string()?;
                self.afford(|budget| budget.bytes(text.len()))?;
                Ok(Val::String(text.into_owned()))
            }
            Kind::Bytes => self.bytes(shape),
            Kind::List(element) => {
                self.wants(shape, Next::Array)?;
                self.items(element).map(Val::List)
            }
            Kind::FixedLengthList(element, length) => {
                self.wants(shape, Next::Array)?;
                let start = self.text.offset();
                let items = self.items(element)?;
                match items.len() == *length {
                    true => Ok(Val::FixedLengthList(items)),
                    false => Err(mismatch(start, shape, format!("one of {}", items.len()))),
                }
            }
            Kind::Map(parts) => self.map(shape, &parts.0, &parts.1),
            Kind::Record(fields) => {
                self.wants(shape, Next::Object)?;
                let values = self.fields(fields, "field")?;
                let names = fields.names.all().map(str::to_owned);
                Ok(Val::Record(names.zip(values).collect()))
            }
            Kind::Tuple(shapes) => self.tuple(shape, shapes),
            Kind::Variant(cases) => {
                let (index, payload) = self.case(shape, cases)?;
                let payload = payload.map(Box::new);
                Ok(Val::Variant(cases.names.name(index).to_owned(), payload))
            }
            Kind::Enum(names) => {
                self.wants(shape, Next::String)?;
                let start = self.text.offset();
                let written = self.text.string()?;
                match names.find(&written, 0) {
                    Some(index) => Ok(Val::Enum(names.name(index).to_owned())),
                    None => Err(mismatch(start, shape, quoted(&written))),
                }
            }
            Kind::Option(some) => Ok(Val::Option(match self.text.next()? {
                Next::Null => self.text.word("null").map(|()| None)?,
                // What is expected besides `null` is told by the type inside.
                _ => Some(Box::new(self.value(some)?)),
            })),
            Kind::OptionOfOption(cases) => Ok(Val::Option(match self.text.next()? {
                Next::Null => self.text.word("null").map(|()| None)?,
                Next::Object => self.case(shape, cases)?.1.map(Box::new),
                _ => return Err(self.unfit(shape)),
            })),
            Kind::Result(cases) => {
                let (index, payload) = self.case(shape, cases)?;
                let payload = payload.map(Box::new);
                Ok(Val::Result(if index == 0 {
                    Ok(payload)
                } else {
                    Err(payload)
                }))
            }
            Kind::Flags(names) => self.flags(shape, names),
        }
    }

    /// Takes an object, whose bracket is there, and gives the values in the order of the fields.
    /// One of an option type may be left out.
    pub(super) fn fields(&mut self, fields: &Fields, what: &str) -> Read<Vec<Val>> {
        let names = &fields.names;
        self.afford(|budget| {
            let each = size_of::<(String, Val)>() + size_of::<Option<Val>>();
            budget.bytes(names.len() * each + names.bytes())
        })?;
        let mut values: Vec<Option<Val>> = vec![None; names.len()];
        let mut likely = 0;
        let mut first = true;
        self.text.open()?;
        while self.text.more(b'}', first)? {
            first = false;
            let start = self.text.offset();
            let key = self.text.key()?;
            let Some(index) = names.find(&key, likely) else {
                let expected = match names.len() {
                    0 => format!("no {what}"),
                    _ => format!("the {what}s {}", names.listed()),
                };
                let found = quoted(&key);
                return Err(Fault::new(start, Problem::Mismatch { expected, found }));
            };
            if values[index].is_some() {
                let expected = format!("the {what} `{}` once", names.name(index));
                let found = "it twice".to_owned();
                return Err(Fault::new(start, Problem::Mismatch { expected, found }));
            }
            let value = self.value(&fields.shapes[index]);
            values[index] = Some(value.map_err(|fault| fault.inside(field(names.name(index))))?);
            likely = index + 1;
        }
        self.complete(fields, values)
    }

    /// Puts none where an option was left out.
    pub(super) fn complete(&mut self, fields: &Fields, values: Vec<Option<Val>>) -> Read<Vec<Val>> {
        let mut complete = Vec::with_capacity(values.len());
        for (index, value) in values.into_iter().enumerate() {
            let shape = &fields.shapes[index];
            complete.push(match value {
                Some(value) => value,
                None if shape.is_option() => {
                    self.afford(|budget| budget.values(1))?;
                    Val::Option(None)
                }
                None => {
                    let fault = mismatch(self.text.offset(), shape, "nothing".to_owned());
                    return Err(fault.inside(field(fields.names.name(index))));
                }
            });
        }
        Ok(complete)
    }

    fn integer(&mut self, shape: &Shape, integer: Integer) -> Read<Val> {
        let next = self.text.next()?;
        let start = self.text.offset();
        let (number, written) = match next {
            Next::Number => {
                let text = self.text.number()?;
                (whole(text), Cow::Borrowed(text))
            }
            Next::String if integer.is_wide() => {
                let text = self.text.string()?;
                (
                    is_plain_whole(&text).then(|| text.parse().ok()).flatten(),
                    text,
                )
            }
            _ => return Err(self.unfit(shape)),
        };
        let value = number.and_then(|number| match integer {
            Integer::S8 => number.try_into().map(Val::S8).ok(),
            Integer::U8 => number.try_into().map(Val::U8).ok(),
            Integer::S16 => number.try_into().map(Val::S16).ok(),
            Integer::U16 => number.try_into().map(Val::U16).ok(),
            Integer::S32 => number.try_into().map(Val::S32).ok(),
            Integer::U32 => number.try_into().map(Val::U32).ok(),
            Integer::S64 => number.try_into().map(Val::S64).ok(),
            Integer::U64 => number.try_into().map(Val::U64).ok(),
        });
        value.ok_or_else(|| mismatch(start, shape, quoted(&written)))
    }

    /// A float by its own type, so that it is rounded once. A number too great for it is not
    /// infinity.
    fn float<F: FromStr + Copy>(&mut self, shape: &Shape, is_finite: fn(F) -> bool) -> Read<F> {
        let next = self.text.next()?;
        let start = self.text.offset();
        match next {
            Next::Number => {
                let text = self.text.number()?;
                let number = text.parse().ok().filter(|number| is_finite(*number));
                number.ok_or_else(|| mismatch(start, shape, quoted(text)))
            }
            Next::String => {
                let text = self.text.string()?;
                let named = matches!(&*text, "NaN" | "Infinity" | "-Infinity");
                let number = named.then(|| text.parse().ok()).flatten();
                number.ok_or_else(|| mismatch(start, shape, "a string".to_owned()))
            }
            _ => Err(self.unfit(shape)),
        }
    }

    fn char(&mut self, shape: &Shape) -> Read<Val> {
        self.wants(shape, Next::String)?;
        let start = self.text.offset();
        let text = self.text.string()?;
        let mut letters = text.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) => Ok(Val::Char(letter)),
            (None, _) => Err(mismatch(start, shape, "an empty one".to_owned())),
            (Some(_), Some(_)) => Err(mismatch(start, shape, quoted(&text))),
        }
    }

    /// Takes the elements of an array, whose bracket is there.
    fn items(&mut self, element: &Shape) -> Read<Vec<Val>> {
        self.text.open()?;
        let mut items = Vec::new();
        while self.text.more(b']', items.is_empty())? {
            let item = self.value(element);
            items.push(item.map_err(|fault| fault.inside(Step::Index(items.len())))?);
        }
        Ok(items)
    }

    fn tuple(&mut self, shape: &Shape, shapes: &[Shape]) -> Read<Val> {
        self.wants(shape, Next::Array)?;
        let start = self.text.offset();
        let values = self.positions(shapes)?;
        let found = match values {
            Ok(values) if values.len() == shapes.len() => return Ok(Val::Tuple(values)),
            Ok(values) => format!("one of {}", values.len()),
            Err(TooLong) => "a longer one".to_owned(),
        };
        Err(mismatch(start, shape, found))
    }

    /// Takes an array, whose bracket is there, with a value for each of the first of `shapes`.
    pub(super) fn positions(&mut self, shapes: &[Shape]) -> Read<Result<Vec<Val>, TooLong>> {
        self.text.open()?;
        let mut values = Vec::new();
        while self.text.more(b']', values.is_empty())? {
            let Some(shape) = shapes.get(values.len()) else {
                return Ok(Err(TooLong));
            };
            let value = self.value(shape);
            values.push(value.map_err(|fault| fault.inside(Step::Index(values.len())))?);
        }
        Ok(Ok(values))
    }

    /// Says that a value is not of the shape.
    pub(super) fn unfit(&mut self, shape: &Shape) -> Box<Fault> {
        match self.text.next() {
            Ok(next) => mismatch(self.text.offset(), shape, next.phrase().to_owned()),
            Err(fault) => fault,
        }
    }

    /// A value that begins otherwise is not of the shape.
    pub(super) fn wants(&mut self, shape: &Shape, wanted: Next) -> Read<()> {
        match self.text.next()? == wanted {
            true => Ok(()),
            false => Err(self.unfit(shape)),
        }
    }

    pub(super) fn afford(
        &mut self,
        take: impl FnOnce(&mut Budget) -> Result<(), Exceeded>,
    ) -> Read<()> {
        let taken = take(&mut self.budget);
        taken.map_err(|(bound, most)| Fault::new(self.text.offset(), Problem::TooMuch(bound, most)))
    }
}

/// An array goes on after its last value.
pub(super) struct TooLong;

/// The text at `start` has something else than the shape.
pub(super) fn mismatch(start: usize, shape: &Shape, found: String) -> Box<Fault> {
    let expected = shape.to_string();
    Fault::new(start, Problem::Mismatch { expected, found })
}

/// The step to a field.
pub(super) fn field(name: &str) -> Step {
    Step::Field(name.to_owned())
}
