//! Schemas that are made of others.

use serde_json::{Map, Value, json};

/// An object with these fields and no others: each is a name, a schema, and whether it has to be
/// there.
pub(super) fn object<'n>(fields: impl Iterator<Item = (&'n str, Value, bool)>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, schema, is_required) in fields {
        properties.insert(name.to_owned(), schema);
        required.extend(is_required.then_some(name));
    }
    let mut object =
        json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        object["required"] = required.into();
    }
    object
}

/// An array of one value for each schema.
pub(super) fn array(items: Vec<Value>) -> Value {
    let length = items.len();
    match length {
        0 => json!({ "type": "array", "maxItems": 0 }),
        _ => json!({ "type": "array", "prefixItems": items, "items": false, "minItems": length }),
    }
}

/// One of some names, each with what is said of it.
pub(super) fn named<'n>(names: impl Iterator<Item = (&'n str, Option<String>)>) -> Value {
    let names: Vec<_> = names.collect();
    if names.iter().all(|(_, docs)| docs.is_none()) {
        let names: Vec<_> = names.iter().map(|(name, _)| *name).collect();
        return json!({ "type": "string", "enum": names });
    }
    let each = names
        .into_iter()
        .map(|(name, docs)| described(json!({ "const": name }), docs));
    json!({ "type": "string", "oneOf": each.collect::<Vec<_>>() })
}

/// One of some cases, each with its payload and what is said of it.
pub(super) fn alternatives(cases: Vec<(&str, Option<Value>, Option<String>)>) -> Value {
    let plain = cases.iter().filter(|(_, payload, _)| payload.is_none());
    let plain: Vec<_> = plain.map(|(name, _, docs)| (*name, docs.clone())).collect();
    let mut all = Vec::new();
    if !plain.is_empty() {
        all.push(named(plain.into_iter()));
    }
    for (name, payload, docs) in cases {
        if let Some(payload) = payload {
            all.push(described(object([(name, payload, true)].into_iter()), docs));
        }
    }
    json!({ "oneOf": all })
}

/// One of some cases, each with its tag, its payload and what is said of it. One without a payload
/// has `null` for it where that `is_clear` only then.
pub(super) fn tagged(is_clear: bool, cases: Vec<(&str, Option<Value>, Option<String>)>) -> Value {
    let each = cases.into_iter().map(|(name, payload, docs)| {
        let none = || (!is_clear).then(|| json!({ "type": "null" }));
        let tag = ("tag", json!({ "const": name }), true);
        let val = payload.or_else(none).map(|val| ("val", val, true));
        described(object([tag].into_iter().chain(val)), docs)
    });
    json!({ "oneOf": each.collect::<Vec<_>>() })
}

/// The schema, or `null`.
pub(super) fn nullable(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

/// The schema with a description, if there is one.
pub(super) fn described(mut schema: Value, docs: Option<String>) -> Value {
    if let (Some(docs), Some(schema)) = (docs, schema.as_object_mut()) {
        schema.insert("description".to_owned(), docs.into());
    }
    schema
}
