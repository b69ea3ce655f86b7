//! Whether a text in JSON is what a schema describes, for the part of JSON Schema that the facade's
//! schemas are made of. A keyword that is not known here is an error, so that none goes unchecked.

use amphi::json::schema::Schemas;
use amphi::json::{Form, Function};
use serde_json::{Map, Value};

/// Whether the arguments in `body` are what the schema of the function says of that form.
pub fn arguments(function: &Function, form: Form, body: &str) -> Result<(), String> {
    let mut schemas = Schemas::new("");
    schemas.form = form;
    let schema = schemas.arguments::<()>(function, &[]);
    let value = serde_json::from_str(body).map_err(|error| error.to_string())?;
    check(&schema, &value)
        .map_err(|problem| format!("{problem}\n    of       {body}\n    by       {schema}"))
}

fn check(schema: &Value, value: &Value) -> Result<(), String> {
    let Value::Object(schema) = schema else {
        return match schema {
            Value::Bool(true) => Ok(()),
            other => Err(format!("expected a schema that allows it, found `{other}`")),
        };
    };
    for (keyword, means) in schema {
        let fits = match keyword.as_str() {
            "type" => is_a(means, value),
            "enum" => list(means).contains(value),
            "const" => means == value,
            "minimum" => number(value) >= number(means),
            "maximum" => number(value) <= number(means),
            "minLength" => letters(value) >= size(means),
            "maxLength" => letters(value) <= size(means),
            "minItems" => list(value).len() >= size(means),
            "maxItems" => list(value).len() <= size(means),
            "uniqueItems" => list(value)
                .iter()
                .enumerate()
                .all(|(index, item)| !list(value)[..index].contains(item)),
            "contentEncoding" => value.as_str().is_some_and(|text| text.len() % 4 == 0),
            "pattern" => {
                let digits = value
                    .as_str()
                    .map(|text| text.strip_prefix('-').unwrap_or(text));
                digits.is_some_and(|digits| {
                    digits
                        .parse::<u64>()
                        .is_ok_and(|number| number.to_string() == digits)
                })
            }
            "required" => list(means)
                .iter()
                .all(|name| name.as_str().is_some_and(|name| value.get(name).is_some())),
            "oneOf" => {
                list(means)
                    .iter()
                    .filter(|schema| check(schema, value).is_ok())
                    .count()
                    == 1
            }
            "anyOf" => list(means)
                .iter()
                .any(|schema| check(schema, value).is_ok()),
            "prefixItems" => {
                let mut pairs = list(means).iter().zip(list(value));
                pairs.try_for_each(|(schema, item)| check(schema, item))?;
                true
            }
            "items" => {
                let first = schema
                    .get("prefixItems")
                    .map_or(0, |prefix| list(prefix).len());
                list(value)
                    .iter()
                    .skip(first)
                    .try_for_each(|item| check(means, item))?;
                true
            }
            "properties" => {
                let mut known =
                    fields(value).filter_map(|(name, part)| Some((means.get(name)?, part)));
                known.try_for_each(|(schema, part)| check(schema, part))?;
                true
            }
            "additionalProperties" => {
                let mut others = fields(value).filter(|(name, _)| {
                    schema
                        .get("properties")
                        .is_none_or(|known| known.get(name).is_none())
                });
                others.try_for_each(|(_, part)| check(means, part))?;
                true
            }
            other => return Err(format!("expected a keyword that is known, found `{other}`")),
        };
        if !fits {
            return Err(format!(
                "expected a value that fits `{keyword}`, found `{value}`"
            ));
        }
    }
    Ok(())
}

fn is_a(name: &Value, value: &Value) -> bool {
    match name.as_str() {
        Some("null") => value.is_null(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("string") => value.is_string(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => false,
    }
}

/// A whole number; of other values none, which is less than any.
fn number(value: &Value) -> Option<i128> {
    let signed = value.as_i64().map(i128::from);
    signed.or_else(|| value.as_u64().map(i128::from))
}

fn size(value: &Value) -> usize {
    value
        .as_u64()
        .and_then(|size| usize::try_from(size).ok())
        .unwrap_or(usize::MAX)
}

fn letters(value: &Value) -> usize {
    value.as_str().map_or(0, |text| text.chars().count())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn fields(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}
