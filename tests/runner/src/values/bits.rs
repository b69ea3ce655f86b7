//! Values as text in which every bit shows: floats as their bits, letters as their numbers.

use std::fmt::Write as _;

use amphi::component::Val;

/// The text of a value.
pub fn text(value: &Val) -> String {
    let mut text = String::new();
    write(&mut text, value);
    text
}

fn write(to: &mut String, value: &Val) {
    // Writing to a string does not fail.
    let _ = match value {
        Val::Bool(x) => write!(to, "{x}"),
        Val::S8(x) => write!(to, "{x}"),
        Val::U8(x) => write!(to, "{x}"),
        Val::S16(x) => write!(to, "{x}"),
        Val::U16(x) => write!(to, "{x}"),
        Val::S32(x) => write!(to, "{x}"),
        Val::U32(x) => write!(to, "{x}"),
        Val::S64(x) => write!(to, "{x}"),
        Val::U64(x) => write!(to, "{x}"),
        Val::Float32(x) => write!(to, "f32:{:08x}", x.to_bits()),
        Val::Float64(x) => write!(to, "f64:{:016x}", x.to_bits()),
        Val::Char(x) => write!(to, "U+{:04x}", u32::from(*x)),
        Val::String(x) => write!(to, "\"{}\"", x.escape_default()),
        Val::List(values) => {
            parts(to, "[", values, "]");
            Ok(())
        }
        Val::FixedLengthList(values) => {
            parts(to, "[|", values, "|]");
            Ok(())
        }
        Val::Map(entries) => {
            *to += "{";
            for (index, (key, value)) in entries.iter().enumerate() {
                *to += if index == 0 { "" } else { ", " };
                write(to, key);
                *to += " => ";
                write(to, value);
            }
            write!(to, "}}")
        }
        Val::Tuple(values) => {
            parts(to, "(", values, ")");
            Ok(())
        }
        Val::Record(fields) => {
            for (index, (name, value)) in fields.iter().enumerate() {
                let _ = write!(to, "{}{name}: ", if index == 0 { "{" } else { ", " });
                write(to, value);
            }
            write!(to, "}}")
        }
        Val::Variant(case, payload) => {
            payload_of(to, case, payload.as_deref());
            Ok(())
        }
        Val::Enum(case) => write!(to, "{case}"),
        Val::Flags(names) => write!(to, "{{{}}}", names.join(" ")),
        Val::Option(payload) => {
            let case = if payload.is_some() { "some" } else { "none" };
            payload_of(to, case, payload.as_deref());
            Ok(())
        }
        Val::Result(Ok(payload)) => {
            payload_of(to, "ok", payload.as_deref());
            Ok(())
        }
        Val::Result(Err(payload)) => {
            payload_of(to, "err", payload.as_deref());
            Ok(())
        }
        other => write!(to, "{other:?}"),
    };
}

fn parts(to: &mut String, open: &str, values: &[Val], close: &str) {
    *to += open;
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            *to += ", ";
        }
        write(to, value);
    }
    *to += close;
}

fn payload_of(to: &mut String, case: &str, payload: Option<&Val>) {
    *to += case;
    if let Some(payload) = payload {
        parts(to, "(", std::slice::from_ref(payload), ")");
    }
}
