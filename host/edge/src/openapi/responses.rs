//! What may come of a call, in the words of OpenAPI.

use serde_json::{Map, Value, json};

/// Everything that is not the function's own doing: status, name, description, and whether it is worth another try.
const PROBLEMS: [(&str, &str, &str, bool); 8] = [
    (
        "400",
        "BadArguments",
        "The body is not JSON, or not the arguments: the problem says which, what was expected and what was found.",
        false,
    ),
    ("404", "NotFound", "There is no such function.", false),
    (
        "413",
        "BodyTooLarge",
        "The body is larger than the function takes.",
        false,
    ),
    (
        "429",
        "TooMany",
        "As many calls of the function run and wait as may.",
        true,
    ),
    (
        "431",
        "HeadersTooLarge",
        "The header fields are larger than the function takes.",
        false,
    ),
    (
        "500",
        "Failed",
        "The function trapped, or met one of its limits: the problem says how it ended.",
        false,
    ),
    (
        "503",
        "Unavailable",
        "The host has no room for the call, or leaves the function alone since it failed again and again.",
        true,
    ),
    (
        "504",
        "TimedOut",
        "The function took longer than it may.",
        false,
    ),
];

/// The responses of an operation; its own errors are answered with 422 and `statuses`.
pub(super) fn of(success: Value, failure: Option<Value>, statuses: &[u16]) -> Value {
    let mut all = Map::new();
    all.insert(
        "200".to_owned(),
        with_body("What the function returned.", "application/json", &success),
    );
    for (status, name, ..) in PROBLEMS {
        let reference = json!({ "$ref": format!("#/components/responses/{name}") });
        all.insert(status.to_owned(), reference);
    }
    if let Some(failure) = failure {
        let described = with_body(
            "The error that the function returned.",
            "application/json",
            &failure,
        );
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
    for (_, name, description, is_worth_another_try) in PROBLEMS {
        let mut response = with_body(description, "application/problem+json", &reference);
        if is_worth_another_try {
            response["headers"] = json!({
                "Retry-After": { "description": "After how many seconds to try again.", "schema": { "type": "integer", "minimum": 0 } },
            });
        }
        all.insert(name.to_owned(), response);
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
            "kind": { "type": "string", "description": "What went wrong, as a word for programs." },
            "detail": { "type": "string" },
            "path": { "type": "string", "description": "Of arguments that do not fit: the argument, and the place in it, as in `readings[3].value`." },
            "trap": { "type": "string", "description": "Of a function that trapped: how." },
        },
        "required": ["status", "title", "kind", "detail"],
    })
}

fn with_body(description: &str, media_type: &str, schema: &Value) -> Value {
    let mut content = Map::new();
    content.insert(media_type.to_owned(), json!({ "schema": schema }));
    json!({ "description": description, "content": content })
}
