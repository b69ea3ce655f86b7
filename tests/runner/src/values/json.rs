//! Values of random types as JSON, in a random form of those that there are: what is written is
//! read as the value that it was, and is written again to the letter. Then the texts are changed at
//! random, and nothing may come of that but a value or an error; which text is JSON at all has a
//! second opinion. Natively what is written is also held against the schema of the function.

use amphi::component::Val;
use amphi::component::types::ComponentItem;
use amphi::json::{Bounds, Form, Function, JsonError, Outcome};
use amphi::{Result, format_err};
use fastrand::Rng;

use super::bits;
use super::draw;
use super::echo;
use super::ty::Signature;
use super::wat::Encoding;
use crate::report::Line;

/// As long as a text may get.
const MOST: usize = 1 << 24;

/// How often each text is changed.
const CHANGES: usize = 12;

/// Writes and reads the arguments and results of functions, some of each.
pub async fn round_trips(batch: echo::Batch<'_>, functions: &[Signature]) -> Result<Vec<Line>> {
    let engine = echo::engine()?;
    let path = [Encoding::Utf8];
    let component = echo::compile(&engine, functions, &path).await?;
    let ty = component.component_type();
    let mut rng = batch.rng.clone();
    let mut lines = Vec::new();
    for (index, signature) in functions.iter().enumerate() {
        let item = ty.get_export(&engine, &format!("echo{index}"));
        let Some(ComponentItem::ComponentFunc(func)) = item.map(|export| export.ty) else {
            return Err(format_err!("the component has no function `echo{index}`"));
        };
        let function = Function::new(&func)?;
        let mut record = batch.record(index, signature, &path);
        for _ in 0..batch.calls {
            let params: Vec<Val> = (signature.0.iter())
                .map(|ty| settled(draw::value(&mut rng, ty)))
                .collect();
            let form = Form::ALL[draw::below(&mut rng, Form::ALL.len())];
            let text = function.request_in(form, &params, MOST)?;
            record.add_text(&text, round_trip(&mut rng, &function, form, &params, &text));
        }
        lines.push(record.line());
    }
    Ok(lines)
}

/// Reads a text of arguments, and the same as a result; then others like it. Says what is not as it
/// should be.
fn round_trip(
    rng: &mut Rng,
    function: &Function,
    form: Form,
    params: &[Val],
    text: &str,
) -> Result<(), String> {
    let bounds = Bounds::default();
    let told = |error: JsonError| error.to_string();
    let read = function.arguments(text.as_bytes(), &bounds).map_err(told)?;
    same(&tuple(params), &tuple(&read))?;
    same(text, &function.request_in(form, &read, MOST).map_err(told)?)?;
    #[cfg(not(target_arch = "wasm32"))]
    super::valid::arguments(function, form, text)?;
    let result = match params {
        [one] => one.clone(),
        many => Val::Tuple(many.to_vec()),
    };
    let (Outcome::Ok(answer) | Outcome::Err(answer)) =
        function.results_in(form, &[result], MOST).map_err(told)?;
    serde_json::from_str::<serde_json::Value>(&answer)
        .map_err(|error| format!("{answer}: {error}"))?;
    for _ in 0..CHANGES {
        let changed = change(rng, text.as_bytes());
        changed_text(function, &changed).map_err(|problem| {
            format!(
                "{problem}\n    of       {}",
                String::from_utf8_lossy(&changed)
            )
        })?;
    }
    Ok(())
}

/// Reads a text that may be anything.
fn changed_text(function: &Function, text: &[u8]) -> Result<(), String> {
    let judged = serde_json::from_slice::<serde_json::Value>(text);
    match function.arguments(text, &Bounds::default()) {
        // No text at all stands for no arguments.
        Ok(_) if text.trim_ascii().is_empty() => Ok(()),
        Ok(values) => {
            judged.map_err(|error| format!("expected no JSON ({error}), found arguments"))?;
            let written = function
                .request(&values, MOST)
                .map_err(|error| error.to_string())?;
            let again = function.arguments(written.as_bytes(), &Bounds::default());
            let again = again.map_err(|error| error.to_string())?;
            same(&tuple(&values), &tuple(&again))
        }
        Err(JsonError::Syntax { expected, .. }) if judged.is_ok() => Err(format!(
            "expected JSON, found an error of what is none: {expected}"
        )),
        Err(_) => Ok(()),
    }
}

fn same(given: &str, found: &str) -> Result<(), String> {
    match given == found {
        true => Ok(()),
        false => Err(format!(
            "expected the same\n    given    {given}\n    found    {found}"
        )),
    }
}

fn tuple(values: &[Val]) -> String {
    let texts: Vec<_> = values.iter().map(bits::text).collect();
    texts.join(", ")
}

/// A text with some of it changed: letters that mean something in JSON more often than others.
fn change(rng: &mut Rng, text: &[u8]) -> Vec<u8> {
    const PIECES: [&str; 30] = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "null",
        "true",
        "0",
        "-",
        ".5",
        "e9",
        "e-400",
        "1e400",
        "\\u0041",
        "\\ud800",
        "\"NaN\"",
        "\"tag\":",
        "\"val\":",
        "{\"some\":",
        "[[[[",
        "18446744073709551616",
        "\u{0}",
        " ",
        "é",
        "\"field0\":",
        "\"case0\"",
        "\"flag0\"",
    ];
    let mut text = text.to_vec();
    for _ in 0..1 + draw::below(rng, 3) {
        let at = draw::below(rng, text.len() + 1);
        let end = text.len().min(at + draw::below(rng, 8));
        let piece = PIECES[draw::below(rng, PIECES.len())].as_bytes();
        match rng.u8(..5) {
            0 => text.truncate(at),
            1 => drop(text.splice(at..end, [])),
            2 => drop(text.splice(at..end, piece.iter().copied())),
            3 => drop(text.splice(at..at, piece.iter().copied())),
            _ => match text.get_mut(at) {
                Some(byte) => *byte ^= 1 << rng.u32(..8),
                None => text.push(rng.u8(..)),
            },
        }
    }
    text
}

/// The value with every float that is no number as the one that JSON has a name for.
fn settled(value: Val) -> Val {
    let all = |values: Vec<Val>| values.into_iter().map(settled).collect();
    let inside = |value: Option<Box<Val>>| value.map(|value| Box::new(settled(*value)));
    match value {
        Val::Float32(number) if number.is_nan() => Val::Float32(f32::NAN),
        Val::Float64(number) if number.is_nan() => Val::Float64(f64::NAN),
        Val::List(values) => Val::List(all(values)),
        Val::FixedLengthList(values) => Val::FixedLengthList(all(values)),
        Val::Tuple(values) => Val::Tuple(all(values)),
        Val::Map(entries) => {
            let entries = entries.into_iter();
            Val::Map(
                entries
                    .map(|(key, value)| (settled(key), settled(value)))
                    .collect(),
            )
        }
        Val::Record(fields) => {
            let fields = fields.into_iter();
            Val::Record(fields.map(|(name, value)| (name, settled(value))).collect())
        }
        Val::Variant(case, payload) => Val::Variant(case, inside(payload)),
        Val::Option(payload) => Val::Option(inside(payload)),
        Val::Result(Ok(payload)) => Val::Result(Ok(inside(payload))),
        Val::Result(Err(payload)) => Val::Result(Err(inside(payload))),
        value @ (Val::Bool(_)
        | Val::S8(_)
        | Val::U8(_)
        | Val::S16(_)
        | Val::U16(_)
        | Val::S32(_)
        | Val::U32(_)
        | Val::S64(_)
        | Val::U64(_)
        | Val::Float32(_)
        | Val::Float64(_)
        | Val::Char(_)
        | Val::String(_)
        | Val::Enum(_)
        | Val::Flags(_)
        | Val::Resource(_)
        | Val::Future(_)
        | Val::Stream(_)
        | Val::ErrorContext(_)) => value,
    }
}
