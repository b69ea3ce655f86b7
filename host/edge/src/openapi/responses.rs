//! What may come of a call, in the words of OpenAPI.

use serde_json::{Map, Value, json};

/// Everything that is not the function's own doing: status, name, description, and whether it is worth another try.
const PROBLEMS: [(&str, &str, &str, bool); 10] = [
    (
        "400",
        "BadArguments",
        "The body is not JSON, or not the arguments: the problem says which, what was expected and what was found.",
        false,
    ),
    ("404", "NotFound", "There is no such function.", false),
    (
        "406",
        "NotAcceptable",
        "The `accept` of the request asks for a form of JSON that there is not.",
        false,
    ),
    (
        "408",
        "BodyLate",
        "The body did not come in the time that a call may take.",
        false,
    ),
    (
        "413",
        "BodyTooLarge",
        "The body, or what it has in it, is larger than the function takes.",
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

/// What a function answers in one form.
pub(super) struct Answer {
    /// What a request accepts that wants it.
    pub(super) media_type: String,
    /// Of what it returns.
    pub(super) success: Value,
    /// Of its error, if it has one.
    pub(super) failure: Option<Value>,
}

impl Answer {
    /// Whether both say the same, whatever they are called.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        (&self.success, &self.failure) == (&other.success, &other.failure)
    }
}

/// The responses of an operation; its own errors are answered with 422 and `statuses`.
pub(super) fn of(answers: &[Answer], statuses: &[u16]) -> Value {
    let mut all = Map::new();
    let success = answers
        .iter()
        .map(|answer| (&*answer.media_type, &answer.success));
    all.insert(
        "200".to_owned(),
        with_bodies("What the function returned.", success),
    );
    for (status, name, ..) in PROBLEMS {
        let reference = json!({ "$ref": format!("#/components/responses/{name}") });
        all.insert(status.to_owned(), reference);
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
    for (_, name, description, is_worth_another_try) in PROBLEMS {
        let body = ("application/problem+json", &reference);
        let mut response = with_bodies(description, [body].into_iter());
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
            "expected": { "type": "string", "description": "Of arguments that do not fit: what should be there." },
            "found": { "type": "string", "description": "Of arguments that do not fit: what is there." },
            "trap": { "type": "string", "description": "Of a function that trapped: how." },
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
