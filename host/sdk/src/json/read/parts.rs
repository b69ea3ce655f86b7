//! Bytes, flags and maps, each of which a text may have in two forms.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::{Reader, mismatch};
use crate::component::Val;
use crate::json::error::{Fault, Problem, Read};
use crate::json::names::Names;
use crate::json::path::Step;
use crate::json::shape::{Integer, Kind, Shape};
use crate::json::text::Next;
use crate::notation::quoted;

/// Base64 with or without the padding at its end.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl Reader<'_> {
    /// A list of bytes: base64, or an array of numbers.
    pub(super) fn bytes(&mut self, shape: &Shape) -> Read<Val> {
        const BYTE: Shape = Shape {
            kind: Kind::Integer(Integer::U8),
        };
        match self.text.next()? {
            Next::Array => self.items(&BYTE).map(Val::List),
            Next::String => {
                let start = self.text.offset();
                let text = self.text.string()?;
                // Three bytes for four letters, each of which is a value.
                self.afford(|budget| budget.values(text.len() / 4 * 3 + 3))?;
                let bytes = BASE64.decode(text.as_bytes());
                let bytes = bytes.map_err(|_| {
                    mismatch(start, shape, "a string that is not base64".to_owned())
                })?;
                Ok(Val::List(bytes.into_iter().map(Val::U8).collect()))
            }
            _ => Err(self.unfit(shape)),
        }
    }

    /// Flags: an array of names, or an object of booleans.
    pub(super) fn flags(&mut self, shape: &Shape, names: &Names) -> Read<Val> {
        self.afford(|budget| budget.bytes(names.len() * size_of::<String>() + names.bytes()))?;
        let mut given: Vec<Option<bool>> = vec![None; names.len()];
        let (close, named) = match self.text.next()? {
            Next::Array => (b']', false),
            Next::Object => (b'}', true),
            _ => return Err(self.unfit(shape)),
        };
        self.text.open()?;
        let mut count = 0;
        while self.text.more(close, count == 0)? {
            let written = match named {
                true => self.text.key()?,
                false => {
                    if self.text.next()? != Next::String {
                        return Err(self.unfit(shape).inside(Step::Index(count)));
                    }
                    self.text.string()?
                }
            };
            let start = self.text.offset();
            let wrong = |found: String| {
                let expected = format!("flags of {}, each once", names.listed());
                Fault::new(start, Problem::Mismatch { expected, found })
            };
            let index = names
                .find(&written, count)
                .ok_or_else(|| wrong(quoted(&written)))?;
            if given[index].is_some() {
                return Err(wrong(format!("{} twice", quoted(&written))));
            }
            given[index] = Some(match named {
                true => self
                    .boolean()
                    .map_err(|fault| fault.inside(super::field(names.name(index))))?,
                false => true,
            });
            count += 1;
        }
        let set = names
            .all()
            .zip(given)
            .filter(|(_, given)| *given == Some(true));
        Ok(Val::Flags(set.map(|(name, _)| name.to_owned()).collect()))
    }

    fn boolean(&mut self) -> Read<bool> {
        const BOOL: Shape = Shape { kind: Kind::Bool };
        Ok(matches!(self.value(&BOOL)?, Val::Bool(true)))
    }

    /// A map: an array of pairs, or an object where the keys are strings.
    pub(super) fn map(&mut self, shape: &Shape, key: &Shape, value: &Shape) -> Read<Val> {
        let by_name = matches!(key.kind, Kind::String);
        match self.text.next()? {
            Next::Array => self.pairs(key, value).map(Val::Map),
            Next::Object if by_name => self.entries(value).map(Val::Map),
            _ => Err(self.unfit(shape)),
        }
    }

    fn pairs(&mut self, key: &Shape, value: &Shape) -> Read<Vec<(Val, Val)>> {
        self.text.open()?;
        let mut pairs = Vec::new();
        while self.text.more(b']', pairs.is_empty())? {
            let inside = |fault: Box<Fault>| fault.inside(Step::Index(pairs.len()));
            pairs.push(self.pair(key, value).map_err(inside)?);
        }
        Ok(pairs)
    }

    fn pair(&mut self, key: &Shape, value: &Shape) -> Read<(Val, Val)> {
        let wrong = |start, found: &str| {
            let expected = "a pair of a key and a value".to_owned();
            let found = found.to_owned();
            Fault::new(start, Problem::Mismatch { expected, found })
        };
        let next = self.text.next()?;
        let start = self.text.offset();
        if next != Next::Array {
            return Err(wrong(start, next.phrase()));
        }
        self.text.open()?;
        if !self.text.more(b']', true)? {
            return Err(wrong(start, "an empty array"));
        }
        let key = self
            .value(key)
            .map_err(|fault| fault.inside(Step::Index(0)))?;
        if !self.text.more(b']', false)? {
            return Err(wrong(start, "a key alone"));
        }
        let value = self
            .value(value)
            .map_err(|fault| fault.inside(Step::Index(1)))?;
        match self.text.more(b']', false)? {
            false => Ok((key, value)),
            true => Err(wrong(start, "a longer array")),
        }
    }

    fn entries(&mut self, shape: &Shape) -> Read<Vec<(Val, Val)>> {
        let start = self.text.offset();
        self.text.open()?;
        let mut entries = Vec::new();
        while self.text.more(b'}', entries.is_empty())? {
            let key = self.text.key()?.into_owned();
            self.afford(|budget| {
                budget.values(1)?;
                budget.bytes(key.len())
            })?;
            let value = self
                .value(shape)
                .map_err(|fault| fault.inside(Step::Key(key.clone())))?;
            entries.push((Val::String(key), value));
        }
        match repeated(&entries) {
            None => Ok(entries),
            Some(key) => {
                let expected = "each key once".to_owned();
                let found = format!("{} twice", quoted(key));
                Err(Fault::new(start, Problem::Mismatch { expected, found }))
            }
        }
    }
}

/// A key that there is more than once.
fn repeated(entries: &[(Val, Val)]) -> Option<&str> {
    let mut keys: Vec<&str> = entries
        .iter()
        .filter_map(|(key, _)| match key {
            Val::String(key) => Some(key.as_str()),
            _ => None,
        })
        .collect();
    keys.sort_unstable();
    keys.windows(2)
        .find(|pair| pair[0] == pair[1])
        .map(|pair| pair[0])
}
