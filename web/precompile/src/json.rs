//! JSON text, written piece by piece.

use std::fmt::Write as _;

/// A string.
pub fn string(text: &str) -> String {
    let mut json = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            // A string takes text, so that this cannot fail.
            '\0'..' ' => drop(write!(json, "\\u{:04x}", u32::from(character))),
            _ => json.push(character),
        }
    }
    json.push('"');
    json
}

/// A list of values that are JSON already.
pub fn list(values: impl IntoIterator<Item = String>) -> String {
    let values: Vec<String> = values.into_iter().collect();
    format!("[{}]", values.join(","))
}

/// A number, or null.
pub fn number(value: Option<usize>) -> String {
    value.map_or("null".to_owned(), |value| value.to_string())
}
