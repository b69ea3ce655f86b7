//! A function that is spoken to in JSON: its arguments from a text, a text of its result.

use super::bounds::{Bound, Bounds};
use super::error::{Fault, JsonError, Position, Problem, Read};
use super::form::Form;
use super::names::Spelling;
use super::path::Step;
use super::read::Reader;
use super::shape::{Compiler, Fields, Kind, Shape};
use super::text::Next;
use super::unsupported::Unsupported;
use super::write::Writer;
use crate::component::types::ComponentFunc;
use crate::component::{Type, Val};

/// The types of a function, compiled once.
#[derive(Clone, Debug)]
pub struct Function {
    pub(super) params: Fields,
    pub(super) result: Option<Shape>,
    parts: usize,
}

/// What a function returned, as a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The value, or what is inside `ok`; `null` where there is none.
    Ok(String),
    /// What is inside `err`, of a function whose result is a `result`; `null` where there is
    /// nothing.
    Err(String),
}

impl Function {
    /// The function of this type, whose names may be spelt in any way.
    ///
    /// ```
    /// use amphi::component::{Component, Val, types::ComponentItem};
    /// use amphi::json::{Outcome, Bounds, Function};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = amphi::Engine::default();
    /// # let component = Component::new(&engine, wat::parse_str(r#"(component
    /// #     (core module $m (func (export "f") (param i32 i32) (result i32) i32.const 0))
    /// #     (core instance $i (instantiate $m))
    /// #     (func (export "add") (param "a" s32) (param "b" s32) (result s32)
    /// #         (canon lift (core func $i "f"))))"#)?)?;
    /// let ty = component.component_type();
    /// let add = ty.get_export(&engine, "add").map(|export| export.ty);
    /// let Some(ComponentItem::ComponentFunc(add)) = add else {
    ///     return Err("it exports `add: func(a: s32, b: s32) -> s32`".into());
    /// };
    /// let add = Function::new(&add)?;
    /// assert_eq!(add.params().collect::<Vec<_>>(), ["a", "b"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// JSON cannot carry one of its types.
    pub fn new(ty: &ComponentFunc) -> Result<Self, Unsupported> {
        Self::with_spelling(ty, Spelling::Any)
    }

    /// The function of this type, whose names may be spelt so.
    ///
    /// # Errors
    ///
    /// JSON cannot carry one of its types.
    pub fn with_spelling(ty: &ComponentFunc, spelling: Spelling) -> Result<Self, Unsupported> {
        let mut compiler = Compiler::new(spelling);
        let result = ty.results().next();
        let result = result.map(|ty| compiler.at(Step::Field("result".to_owned()), &ty));
        Ok(Function {
            params: compiler.fields(&Type::Bool, ty.params())?,
            result: result.transpose()?,
            parts: compiler.parts(),
        })
    }

    /// How many parts its types have, spelt out.
    pub fn parts(&self) -> usize {
        self.parts
    }

    /// The names of the parameters.
    pub fn params(&self) -> impl ExactSizeIterator<Item = &str> {
        self.params.names.all()
    }

    /// Whether the result is a `result`, so that there is an [`Outcome::Err`].
    #[must_use]
    pub fn is_fallible(&self) -> bool {
        matches!(
            self.result.as_ref().map(|shape| &shape.kind),
            Some(Kind::Result(_))
        )
    }

    /// Reads the arguments: an object of them by name, or an array by position. Options may be left
    /// out of an object, and at the end of an array; with no others, the text may be empty.
    ///
    /// ```
    /// use amphi::component::{Component, Val, types::ComponentItem};
    /// use amphi::json::{Outcome, Bounds, Function};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = amphi::Engine::default();
    /// # let component = Component::new(&engine, wat::parse_str(r#"(component
    /// #     (core module $m (func (export "f") (param i32 i32) (result i32) i32.const 0))
    /// #     (core instance $i (instantiate $m))
    /// #     (func (export "add") (param "a" s32) (param "b" s32) (result s32)
    /// #         (canon lift (core func $i "f"))))"#)?)?;
    /// let ty = component.component_type();
    /// let add = ty.get_export(&engine, "add").map(|export| export.ty);
    /// let Some(ComponentItem::ComponentFunc(add)) = add else {
    ///     return Err("it exports `add: func(a: s32, b: s32) -> s32`".into());
    /// };
    /// let add = Function::new(&add)?;
    /// let arguments = add.arguments(br#"{"b": 2, "a": 1}"#, &Bounds::default())?;
    /// assert_eq!(arguments, [Val::S32(1), Val::S32(2)]);
    /// let error = add.arguments(b"[1]", &Bounds::default()).unwrap_err();
    /// assert_eq!(error.path(), "b");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The text is not JSON, or not the arguments of this function, or more than `bounds` allow.
    pub fn arguments(&self, body: &[u8], bounds: &Bounds) -> Result<Vec<Val>, JsonError> {
        read(body, bounds, |reader| self.read(reader))
    }

    fn read(&self, reader: &mut Reader<'_>) -> Read<Vec<Val>> {
        if reader.text.is_over() {
            let none = vec![None; self.params.shapes.len()];
            return reader.complete(&self.params, none);
        }
        match reader.text.next()? {
            Next::Object => reader.fields(&self.params, "argument"),
            Next::Array => self.positions(reader),
            other => Err(self.unfit(reader.text.offset(), other.phrase().to_owned())),
        }
    }

    fn positions(&self, reader: &mut Reader<'_>) -> Read<Vec<Val>> {
        let start = reader.text.offset();
        let names =
            |fault: Box<Fault>| fault.renamed(|index| self.params.names.name(index).to_owned());
        match reader.positions(&self.params.shapes).map_err(names)? {
            Ok(values) => {
                let mut values: Vec<Option<Val>> = values.into_iter().map(Some).collect();
                values.resize_with(self.params.shapes.len(), || None);
                reader.complete(&self.params, values)
            }
            Err(_) => Err(self.unfit(start, "more".to_owned())),
        }
    }

    fn unfit(&self, start: usize, found: String) -> Box<Fault> {
        let expected = match self.params.names.len() {
            0 => "no arguments".to_owned(),
            _ => format!(
                "the arguments {} as an object or an array",
                self.params.names.listed()
            ),
        };
        Fault::new(start, Problem::Mismatch { expected, found })
    }

    /// Writes arguments as an object of them by name, in at most so many bytes: what a caller
    /// sends.
    ///
    /// # Errors
    ///
    /// The text would be longer, or the values are not arguments of this function.
    pub fn request(&self, arguments: &[Val], most: usize) -> Result<String, JsonError> {
        self.request_in(Form::default(), arguments, most)
    }

    /// [`request`](Self::request) in another form.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn request_in(
        &self,
        form: Form,
        arguments: &[Val],
        most: usize,
    ) -> Result<String, JsonError> {
        let mut text = String::new();
        let mut writer = Writer {
            text: &mut text,
            most,
            form,
        };
        let written = writer.fields(&self.params, arguments);
        written.map_err(|fault| fault.told(""))?;
        Ok(text)
    }

    /// Writes the results of a call, in at most so many bytes.
    ///
    /// ```
    /// use amphi::component::{Component, Val, types::ComponentItem};
    /// use amphi::json::{Outcome, Bounds, Function};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = amphi::Engine::default();
    /// # let component = Component::new(&engine, wat::parse_str(r#"(component
    /// #     (core module $m (func (export "f") (param i32 i32) (result i32) i32.const 0))
    /// #     (core instance $i (instantiate $m))
    /// #     (func (export "add") (param "a" s32) (param "b" s32) (result s32)
    /// #         (canon lift (core func $i "f"))))"#)?)?;
    /// let ty = component.component_type();
    /// let add = ty.get_export(&engine, "add").map(|export| export.ty);
    /// let Some(ComponentItem::ComponentFunc(add)) = add else {
    ///     return Err("it exports `add: func(a: s32, b: s32) -> s32`".into());
    /// };
    /// let add = Function::new(&add)?;
    /// let outcome = add.results(&[Val::S32(3)], 100)?;
    /// assert!(matches!(outcome, Outcome::Ok(text) if text == "3"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The text would be longer, or the results are not this function's.
    pub fn results(&self, results: &[Val], most: usize) -> Result<Outcome, JsonError> {
        self.results_in(Form::default(), results, most)
    }

    /// [`results`](Self::results) in another form.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn results_in(
        &self,
        form: Form,
        results: &[Val],
        most: usize,
    ) -> Result<Outcome, JsonError> {
        match (&self.result, results) {
            (None, []) => Ok(Outcome::Ok("null".to_owned())),
            (Some(shape), [value]) => match (&shape.kind, value) {
                (Kind::Result(cases), Val::Result(result)) => {
                    let (side, payload) = match result {
                        Ok(payload) => (0, payload),
                        Err(payload) => (1, payload),
                    };
                    let text = match (&cases.payloads[side], payload) {
                        (Some(shape), Some(value)) => shape.write_in(form, value, most)?,
                        (None, None) => "null".to_owned(),
                        (Some(_), None) | (None, Some(_)) => return Err(unwritable(shape)),
                    };
                    Ok(if side == 0 {
                        Outcome::Ok(text)
                    } else {
                        Outcome::Err(text)
                    })
                }
                _ => shape.write_in(form, value, most).map(Outcome::Ok),
            },
            (Some(shape), _) => Err(unwritable(shape)),
            (None, [_, ..]) => Err(JsonError::Unwritable {
                path: String::new(),
                expected: "no result".to_owned(),
            }),
        }
    }
}

impl Shape {
    /// Reads a value, which has to be all of the text.
    ///
    /// # Errors
    ///
    /// The text is not JSON, or not a value of the type, or more than `bounds` allow.
    pub fn read(&self, text: &[u8], bounds: &Bounds) -> Result<Val, JsonError> {
        read(text, bounds, |reader| reader.value(self))
    }

    /// Writes a value in at most so many bytes.
    ///
    /// # Errors
    ///
    /// The text would be longer, or the value is not one of the type.
    pub fn write(&self, value: &Val, most: usize) -> Result<String, JsonError> {
        self.write_in(Form::default(), value, most)
    }

    /// [`write`](Self::write) in another form.
    ///
    /// ```
    /// use amphi::component::{Type, Val};
    /// use amphi::json::{Form, Shape, Spelling};
    ///
    /// let shape = Shape::new(&Type::U64, Spelling::Any)?;
    /// let form = Form { int64_strings: true, ..Form::default() };
    /// assert_eq!(shape.write_in(form, &Val::U64(7), 100)?, "\"7\"");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn write_in(&self, form: Form, value: &Val, most: usize) -> Result<String, JsonError> {
        let mut text = String::new();
        let mut writer = Writer {
            text: &mut text,
            most,
            form,
        };
        match writer.value(self, value) {
            Ok(()) => Ok(text),
            Err(fault) => Err(fault.told("")),
        }
    }
}

/// Reads all of a text.
fn read<T>(
    text: &[u8],
    bounds: &Bounds,
    with: impl FnOnce(&mut Reader<'_>) -> Read<T>,
) -> Result<T, JsonError> {
    if text.len() > bounds.bytes {
        return Err(JsonError::TooMuch {
            path: String::new(),
            bound: Bound::Bytes,
            most: bounds.bytes,
        });
    }
    let source = std::str::from_utf8(text).map_err(|error| not_utf8(text, error.valid_up_to()))?;
    let mut reader = Reader::new(source, bounds);
    let value = with(&mut reader).and_then(|value| reader.text.end().map(|()| value));
    value.map_err(|fault| fault.told(source))
}

fn not_utf8(text: &[u8], valid: usize) -> JsonError {
    let before = std::str::from_utf8(&text[..valid]).unwrap_or_default();
    JsonError::Syntax {
        expected: "UTF-8".to_owned(),
        found: format!("the byte 0x{:02x}", text[valid]),
        position: Position::of(before, valid),
    }
}

fn unwritable(shape: &Shape) -> JsonError {
    JsonError::Unwritable {
        path: String::new(),
        expected: shape.to_string(),
    }
}
