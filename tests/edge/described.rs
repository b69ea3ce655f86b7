//! Whether an answer is one that an OpenAPI document describes, and says nothing besides.

use http::{Method, StatusCode};
use serde_json::{Map, Value};

/// Words of a schema that say nothing of what may be there.
const NOTES: &[&str] = &["description", "examples", "example", "title", "format"];

/// What is wrong with an answer to a request by `document`: that it is described nowhere, or how it
/// differs. An answer in another form than JSON is looked at no further.
pub fn check(document: &Value, method: &Method, path: &str, status: StatusCode, answer: &Value) {
    let paths = document["paths"].as_object().expect("paths");
    let path = path.split('?').next().unwrap_or_default();
    let operation = paths
        .iter()
        .find(|(template, _)| fits(template, path))
        .map(|(_, operations)| &operations[method.as_str().to_ascii_lowercase()]);
    let operation = operation.filter(|operation| operation.is_object());
    let Some(operation) = operation else {
        assert!(
            !status.is_success(),
            "{method} {path}: {status}, and the document has no such operation"
        );
        return;
    };
    let described = &operation["responses"][status.as_str()];
    assert!(
        described.is_object(),
        "{method} {path}: {status} is not described: {answer}"
    );
    let content = described["content"].as_object().expect("content");
    for (kind, content) in content.iter().filter(|(kind, _)| kind.ends_with("json")) {
        let wrong = differs(document, &content["schema"], answer, kind);
        assert!(wrong.is_empty(), "{method} {path}: {wrong:#?}\n{answer:#}");
    }
}

/// Whether `path` is one of `template`, in which `{name}` stands for a segment.
fn fits(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(part), Some(found)) if part.starts_with('{') || part == found => {}
            _ => return false,
        }
    }
}

/// How `value`, which is at the place `at`, differs from `schema`.
fn differs(document: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let Some(words) = schema.as_object() else {
        return vec![format!("{at}: the schema is `{schema}`")];
    };
    for (word, says) in words {
        match word.as_str() {
            "$ref" => {
                let place = says.as_str().and_then(|place| place.strip_prefix('#'));
                let schema = place.and_then(|place| document.pointer(place));
                let schema = schema.unwrap_or_else(|| panic!("{at}: {says} leads nowhere"));
                wrong.extend(differs(document, schema, value, at));
            }
            "type" => {
                let types = match says {
                    Value::Array(types) => types.iter().collect(),
                    one => vec![one],
                };
                if !types.iter().any(|ty| is_of(ty, value)) {
                    wrong.push(format!("{at}: expected {says}, found {value}"));
                }
            }
            "enum" => {
                if !says.as_array().is_some_and(|known| known.contains(value)) {
                    wrong.push(format!("{at}: expected one of {says}, found {value}"));
                }
            }
            "const" => {
                if says != value {
                    wrong.push(format!("{at}: expected {says}, found {value}"));
                }
            }
            "minimum" | "maximum" => {
                let order = |a: &Value, b: &Value| Some(a.as_f64()?.total_cmp(&b.as_f64()?));
                let bad = match word.as_str() {
                    "minimum" => std::cmp::Ordering::Less,
                    _ => std::cmp::Ordering::Greater,
                };
                if order(value, says) == Some(bad) {
                    wrong.push(format!("{at}: expected {word} {says}, found {value}"));
                }
            }
            "oneOf" => {
                let schemas = says.as_array().expect("schemas");
                let each = schemas.iter().map(|one| differs(document, one, value, at));
                let each: Vec<_> = each.collect();
                if each.iter().filter(|wrong| wrong.is_empty()).count() != 1 {
                    wrong.push(format!("{at}: expected one to fit: {each:?}"));
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    wrong.extend(differs(document, says, item, &format!("{at}[{index}]")));
                }
            }
            "required" => {
                let names = says.as_array().expect("names").iter();
                let names = names.filter_map(Value::as_str);
                if let Value::Object(found) = value {
                    let missing = names.filter(|name| !found.contains_key(*name));
                    wrong.extend(missing.map(|name| format!("{at}: expected `{name}`")));
                }
            }
            "properties" | "additionalProperties" => {}
            note if NOTES.contains(&note) => {}
            other => panic!("{at}: the word `{other}` of a schema is not understood"),
        }
    }
    if let Value::Object(found) = value {
        wrong.extend(of_properties(document, words, found, at));
    }
    wrong
}

/// What is wrong with the members of an object, of which a schema that names any has to name all.
fn of_properties(
    document: &Value,
    schema: &Map<String, Value>,
    found: &Map<String, Value>,
    at: &str,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let named = schema.get("properties").and_then(Value::as_object);
    let others = schema.get("additionalProperties");
    for (name, value) in found {
        let at = format!("{at}.{name}");
        match (named.and_then(|named| named.get(name)), others) {
            (Some(schema), _) => wrong.extend(differs(document, schema, value, &at)),
            (None, Some(schema @ Value::Object(_))) => {
                wrong.extend(differs(document, schema, value, &at));
            }
            (None, Some(Value::Bool(true))) => {}
            (None, None) if named.is_none() => {}
            (None, _) => wrong.push(format!("{at}: the schema does not name it")),
        }
    }
    wrong
}

fn is_of(ty: &Value, value: &Value) -> bool {
    match ty.as_str() {
        Some("null") => value.is_null(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("string") => value.is_string(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => panic!("the type {ty} of a schema is not understood"),
    }
}

#[test]
fn what_a_schema_does_not_say_is_found() {
    let document = serde_json::json!({ "components": { "schemas": { "Number": { "type": "integer", "minimum": 1 } } } });
    let schema = serde_json::json!({
        "type": "object",
        "properties": {
            "number": { "oneOf": [{ "$ref": "#/components/schemas/Number" }, { "type": "null" }] },
            "words": { "type": "array", "items": { "enum": ["a", "b"] } }
        },
        "required": ["number"]
    });
    for (value, count) in [
        (serde_json::json!({ "number": 1 }), 0),
        (
            serde_json::json!({ "number": null, "words": ["a", "b"] }),
            0,
        ),
        (serde_json::json!({}), 1),
        (serde_json::json!({ "number": 0 }), 1),
        (serde_json::json!({ "number": "1" }), 1),
        (serde_json::json!({ "number": 1, "words": ["c"] }), 1),
        (serde_json::json!({ "number": 1, "other": 2 }), 1),
        (serde_json::json!([]), 1),
    ] {
        let wrong = differs(&document, &schema, &value, "it");
        assert_eq!(wrong.len(), count, "{value}: {wrong:?}");
    }
}
