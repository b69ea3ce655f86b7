//! The case that is chosen, in the forms that a text may have it: `"case"`, `{"case": payload}`,
//! `{"tag": "case", "val": payload}`.

use std::borrow::Cow;

use super::{Reader, field, mismatch};
use crate::component::Val;
use crate::json::error::{Fault, Problem, Read};
use crate::json::shape::{Cases, Shape};
use crate::json::text::{Mark, Next};
use crate::notation::quoted;

impl Reader<'_> {
    /// Takes one of the cases of `shape`; gives its place and its payload.
    pub(super) fn case(&mut self, shape: &Shape, cases: &Cases) -> Read<(usize, Option<Val>)> {
        let next = self.text.next()?;
        let start = self.text.offset();
        match next {
            Next::String => {
                let index = self.name(shape, cases)?;
                match &cases.payloads[index] {
                    None => Ok((index, None)),
                    Some(payload) => Err(missing(start, cases, index, payload)),
                }
            }
            Next::Object => self.object(shape, cases),
            _ => Err(self.unfit(shape)),
        }
    }

    fn object(&mut self, shape: &Shape, cases: &Cases) -> Read<(usize, Option<Val>)> {
        let start = self.text.offset();
        self.text.open()?;
        if !self.text.more(b'}', true)? {
            return Err(mismatch(start, shape, "an empty object".to_owned()));
        }
        let key = self.text.key()?;
        let case = cases.names.find(&key, 0);
        match case {
            // A case may have the name of what a tagged one begins with, but there is nothing after
            // it.
            Some(_) if is_tagged(&key) && self.goes_on()? => self.tagged(shape, cases, start, key),
            Some(index) => {
                let payload = self.payload(cases, index)?;
                match self.text.more(b'}', false)? {
                    false => Ok((index, payload)),
                    true => Err(mismatch(
                        start,
                        shape,
                        "an object with more in it".to_owned(),
                    )),
                }
            }
            None if is_tagged(&key) => self.tagged(shape, cases, start, key),
            None => Err(mismatch(start, shape, quoted(&key))),
        }
    }

    /// Takes the rest of an object with a `tag`, whose first field is `key`. The payload may stand
    /// before the tag that says what it is: then it is passed over, and read when the tag is known.
    fn tagged(
        &mut self,
        shape: &Shape,
        cases: &Cases,
        start: usize,
        mut key: Cow<'_, str>,
    ) -> Read<(usize, Option<Val>)> {
        let (mut tag, mut place, mut payload): (Option<usize>, Option<Mark>, Option<Option<Val>>) =
            (None, None, None);
        loop {
            match (&*key, tag) {
                ("tag", None) => {
                    self.wants_name(shape)?;
                    tag = Some(self.name(shape, cases)?);
                }
                ("val" | "value", Some(index)) if place.is_none() && payload.is_none() => {
                    payload = Some(self.payload(cases, index)?);
                }
                ("val" | "value", None) if place.is_none() => {
                    place = Some(self.text.mark());
                    self.text.skip()?;
                }
                _ => {
                    return Err(mismatch(
                        start,
                        shape,
                        format!("an object with another field {}", quoted(&key)),
                    ));
                }
            }
            if !self.text.more(b'}', false)? {
                break;
            }
            key = Cow::Owned(self.text.key()?.into_owned());
        }
        let Some(index) = tag else {
            return Err(mismatch(start, shape, "an object without `tag`".to_owned()));
        };
        if let Some(place) = place {
            let end = self.text.mark();
            self.text.resume(place);
            payload = Some(self.payload(cases, index)?);
            self.text.resume(end);
        }
        match (payload, &cases.payloads[index]) {
            (Some(payload), _) => Ok((index, payload)),
            (None, None) => Ok((index, None)),
            (None, Some(shape)) if shape.is_option() => {
                self.afford(|budget| budget.values(1))?;
                Ok((index, Some(Val::Option(None))))
            }
            (None, Some(payload)) => Err(missing(start, cases, index, payload)),
        }
    }

    /// Whether there is another field after the value that comes next, which is not taken.
    fn goes_on(&mut self) -> Read<bool> {
        let here = self.text.mark();
        self.text.skip()?;
        let more = self.text.more(b'}', false)?;
        self.text.resume(here);
        Ok(more)
    }

    /// Takes the payload of a case; where it has none, `null`.
    fn payload(&mut self, cases: &Cases, index: usize) -> Read<Option<Val>> {
        let inside = |fault: Box<Fault>| fault.inside(field(cases.names.name(index)));
        match &cases.payloads[index] {
            Some(shape) => self.value(shape).map(Some).map_err(inside),
            None => match self.text.next()? {
                Next::Null => self.text.word("null").map(|()| None),
                other => {
                    let expected = "`null`".to_owned();
                    let found = other.phrase().to_owned();
                    let problem = Problem::Mismatch { expected, found };
                    Err(inside(Fault::new(self.text.offset(), problem)))
                }
            },
        }
    }

    /// Takes the name of a case, which is a string.
    fn name(&mut self, shape: &Shape, cases: &Cases) -> Read<usize> {
        let start = self.text.offset();
        let written = self.text.string()?;
        let index = cases.names.find(&written, 0);
        index.ok_or_else(|| mismatch(start, shape, quoted(&written)))
    }

    fn wants_name(&mut self, shape: &Shape) -> Read<()> {
        self.wants(shape, Next::String)
    }
}

/// Whether an object that begins with this field is one with a tag.
fn is_tagged(key: &str) -> bool {
    matches!(key, "tag" | "val" | "value")
}

/// A case has no payload where it needs one.
fn missing(start: usize, cases: &Cases, index: usize, payload: &Shape) -> Box<Fault> {
    mismatch(start, payload, "nothing".to_owned()).inside(field(cases.names.name(index)))
}
