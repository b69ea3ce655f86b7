//! A value to text. Literals are written by `wasm-wave`; the brackets around them here.

use wasm_wave::lex::Keyword;
use wasm_wave::value::Value;
use wasm_wave::wasm::WasmValue;
use wasm_wave::writer::Writer;

use super::WaveError;
use crate::component::Val;

/// Writes `value`, or says what in it has no text.
pub(super) fn write(value: &Val) -> Result<String, WaveError> {
    let mut out = WaveWriter {
        text: String::new(),
        path: String::new(),
    };
    out.value(value)?;
    Ok(out.text)
}

struct WaveWriter {
    text: String,
    /// Where in the value this is, for the error.
    path: String,
}

impl WaveWriter {
    fn value(&mut self, value: &Val) -> Result<(), WaveError> {
        match value {
            Val::Bool(v) => self.literal(Value::make_bool(*v)),
            Val::S8(v) => self.literal(Value::make_s8(*v)),
            Val::U8(v) => self.literal(Value::make_u8(*v)),
            Val::S16(v) => self.literal(Value::make_s16(*v)),
            Val::U16(v) => self.literal(Value::make_u16(*v)),
            Val::S32(v) => self.literal(Value::make_s32(*v)),
            Val::U32(v) => self.literal(Value::make_u32(*v)),
            Val::S64(v) => self.literal(Value::make_s64(*v)),
            Val::U64(v) => self.literal(Value::make_u64(*v)),
            Val::Float32(v) => self.literal(Value::make_f32(*v)),
            Val::Float64(v) => self.literal(Value::make_f64(*v)),
            Val::Char(v) => self.literal(Value::make_char(*v)),
            Val::String(v) => self.literal(Value::make_string(v.as_str().into())),
            Val::List(items) | Val::FixedLengthList(items) => {
                self.list('[', items, ']', |index| format!("[{index}]"))
            }
            Val::Tuple(items) => self.list('(', items, ')', |index| format!(".{index}")),
            Val::Record(fields) => self.record(fields),
            Val::Variant(case, payload) => {
                let place = format!(".{case}");
                self.case(case, payload.as_deref(), &place)
            }
            Val::Enum(case) => self.case(case, None, ""),
            Val::Option(None) => self.word("none"),
            Val::Option(Some(value)) => self.payload("some", Some(value), ""),
            Val::Result(Ok(value)) => self.payload("ok", value.as_deref(), ".ok"),
            Val::Result(Err(value)) => self.payload("err", value.as_deref(), ".err"),
            Val::Flags(names) => self.word(&format!("{{{}}}", names.join(", "))),
            Val::Map(_) => self.refuse("map"),
            Val::Resource(_) => self.refuse("resource"),
            Val::Future(_) => self.refuse("future"),
            Val::Stream(_) => self.refuse("stream"),
            Val::ErrorContext(_) => self.refuse("error-context"),
        }
    }

    fn literal(&mut self, value: Value) -> Result<(), WaveError> {
        Writer::new(&mut self.text)
            .write_value(&value)
            .expect("a string takes whatever is written");
        Ok(())
    }

    fn word(&mut self, word: &str) -> Result<(), WaveError> {
        self.text.push_str(word);
        Ok(())
    }

    fn refuse(&self, ty: &str) -> Result<(), WaveError> {
        Err(WaveError::NoText {
            path: self.path.clone(),
            ty: ty.to_owned(),
        })
    }

    fn at(&mut self, place: &str, value: &Val) -> Result<(), WaveError> {
        let length = self.path.len();
        self.path.push_str(place);
        self.value(value)?;
        self.path.truncate(length);
        Ok(())
    }

    fn list(
        &mut self,
        open: char,
        items: &[Val],
        close: char,
        place: impl Fn(usize) -> String,
    ) -> Result<(), WaveError> {
        self.text.push(open);
        for (index, item) in items.iter().enumerate() {
            self.text.push_str(if index == 0 { "" } else { ", " });
            self.at(&place(index), item)?;
        }
        self.text.push(close);
        Ok(())
    }

    /// Fields that are `none` are left out, as WAVE allows; a record without any field left is
    /// `{:}`.
    fn record(&mut self, fields: &[(String, Val)]) -> Result<(), WaveError> {
        let present = fields
            .iter()
            .filter(|(_, value)| !matches!(value, Val::Option(None)));
        let mut empty = true;
        self.text.push('{');
        for (name, value) in present {
            self.text.push_str(if empty { "" } else { ", " });
            empty = false;
            self.text.push_str(name);
            self.text.push_str(": ");
            self.at(&format!(".{name}"), value)?;
        }
        self.text.push_str(if empty { ":}" } else { "}" });
        Ok(())
    }

    /// A case of a variant or an enum: `%` tells one that is named like a keyword from the keyword.
    fn case(&mut self, name: &str, payload: Option<&Val>, place: &str) -> Result<(), WaveError> {
        if Keyword::decode(name).is_some() {
            self.text.push('%');
        }
        self.payload(name, payload, place)
    }

    fn payload(&mut self, word: &str, payload: Option<&Val>, place: &str) -> Result<(), WaveError> {
        self.text.push_str(word);
        if let Some(value) = payload {
            self.text.push('(');
            self.at(place, value)?;
            self.text.push(')');
        }
        Ok(())
    }
}
