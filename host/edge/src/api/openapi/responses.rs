//! What may come of a call, in the words of OpenAPI.

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::problem::{Fault, Kind, Scope};

/// Everything that is not the function's own doing, by status.
fn problems() -> BTreeMap<StatusCode, Vec<Kind>> {
    let kinds = Kind::ALL.iter().copied().chain([Kind::Trap(None)]);
    let mut problems: BTreeMap<StatusCode, Vec<Kind>> = BTreeMap::new();
    for kind in kinds {
        match kind.scope() {
            Scope::Server | Scope::Call | Scope::Typed => {
                problems.entry(kind.status()).or_default().push(kind);
            }
            Scope::Handler | Scope::Admin => {}
        }
    }
    problems
}

/// What a status is called among the shared responses: `NotFound`.
fn name(status: StatusCode) -> String {
    let reason = status.canonical_reason().unwrap_or("Problem");
    reason.split(' ').collect()
}

/// What a status stands for: each kind by its word.
fn described(kinds: &[Kind]) -> String {
    let lines = kinds.iter().map(|kind| match kind {
        Kind::Trap(_) => kind.about().to_owned(),
        kind => format!("`{}`: {}", kind.word(), kind.about()),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What a function answers in one form.
pub(super) struct ResponseContent {
    /// What a request accepts that wants it.
    pub(super) media_type: String,
    /// Of what it returns.
    pub(super) success: Value,
    /// Of its error, if it has one.
    pub(super) failure: Option<Value>,
}

impl ResponseContent {
    /// Whether both say the same, whatever they are called.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        (&self.success, &self.failure) == (&other.success, &other.failure)
    }
}

/// The responses of an operation; its own errors are answered with 422 and `statuses`.
pub(super) fn of(answers: &[ResponseContent], statuses: &[u16]) -> Value {
    let mut all = Map::new();
    let success = answers
        .iter()
        .map(|answer| (&*answer.media_type, &answer.success));
    all.insert(
        "200".to_owned(),
        with_bodies("What the function returned.", success),
    );
    for status in problems().into_keys() {
        let name = name(status);
        let reference = json!({ "$ref": format!("#/components/responses/{name}") });
        all.insert(status.as_str().to_owned(), reference);
    }
    let failure = answers
        .iter()
        .filter_map(|answer| Some((&*answer.media_type, answer.failure.as_ref()?)));
    let described = with_bodies("The error that the function returned.", failure.clone());
    if failure.count() > 0 {
        for status in statuses.iter().chain(&[422]) {
            all.insert(status.to_string(), described.clone());
        }
    }
    Value::Object(all)
}

/// The responses that all operations share, by name.
pub(super) fn shared() -> Value {
    let reference = json!({ "$ref": "#/components/schemas/Problem" });
    let mut all = Map::new();
    for (status, kinds) in problems() {
        let body = ("application/problem+json", &reference);
        let mut response = with_bodies(&described(&kinds), [body].into_iter());
        if status == StatusCode::METHOD_NOT_ALLOWED {
            response["headers"] = json!({
                "Allow": { "description": "The allowed methods.", "schema": { "type": "string" } },
            });
        }
        if kinds.iter().any(|kind| kind.fault() == Fault::Host)
            && status != StatusCode::INTERNAL_SERVER_ERROR
        {
            response["headers"] = json!({
                "Retry-After": { "description": "Seconds to wait before the next attempt.", "schema": { "type": "integer", "minimum": 0 } },
            });
        }
        all.insert(name(status), response);
    }
    Value::Object(all)
}

/// The schema of a problem, as of RFC 9457.
pub(super) fn problem() -> Value {
    json!({
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "properties": {
            "status": { "type": "integer" },
            "title": { "type": "string" },
            "kind": { "type": "string", "description": "What went wrong, as a word that programs can compare." },
            "detail": { "type": "string" },
            "path": { "type": "string", "description": "If arguments do not match: the argument and the position in it, such as `readings[3].value`." },
            "expected": { "type": "string", "description": "If arguments do not match: what was expected." },
            "found": { "type": "string", "description": "If arguments do not match: what was found." },
            "trap": { "type": "string", "description": "If the guest trapped: the trap." },
        },
        "required": ["status", "title", "kind", "detail"],
    })
}

fn with_bodies<'a>(description: &str, bodies: impl Iterator<Item = (&'a str, &'a Value)>) -> Value {
    let content: Map<String, Value> = bodies
        .map(|(media_type, schema)| (media_type.to_owned(), json!({ "schema": schema })))
        .collect();
    json!({ "description": description, "content": content })
}
