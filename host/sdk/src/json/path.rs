//! Places inside a value.

use std::fmt;

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A field of a record, the payload of a case, a parameter.
    Field(String),
    /// An element.
    Index(usize),
    /// Any element, where a type and not a value is spoken of.
    Any,
    /// The value of a key.
    Key(String),
}

/// Steps from the outside in: `readings[3].value`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Path(Vec<Step>);

impl Path {
    /// The path of steps that were taken from the inside out.
    pub(super) fn outward(mut steps: Vec<Step>) -> Self {
        steps.reverse();
        Path(steps)
    }

    pub(super) fn push(&mut self, step: Step) {
        self.0.push(step);
    }

    pub(super) fn pop(&mut self) {
        self.0.pop();
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Field(name) if index == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Any => f.write_str("[]")?,
                Step::Key(key) => write!(f, "[{:?}]", shortened(key))?,
            }
        }
        Ok(())
    }
}

/// The start of a key: a path is read by people.
fn shortened(key: &str) -> &str {
    const SHOWN: usize = 40;
    match key.char_indices().nth(SHOWN) {
        Some((end, _)) => &key[..end],
        None => key,
    }
}
