//! Why a request gets no answer, as a status and a JSON body: `{"error": {"kind": .., "message":
//! ..}}`.

use crate::native::RunError;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A refused request.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    kind: &'static str,
    message: String,
}

impl Refusal {
    /// The request does not come from the page that this server served.
    pub fn stranger(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            kind: "stranger",
            message: message.into(),
        }
    }

    /// The request is not of the form that this server takes.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "malformed",
            message: message.into(),
        }
    }

    /// The request is larger than `limit` bytes.
    pub fn too_large(limit: usize) -> Self {
        let message =
            format!("the component and its readings are too large: expected at most {limit} bytes");
        Self {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            kind: "too-large",
            message,
        }
    }

    /// There is no such file.
    pub fn not_found() -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            kind: "not-found",
            message: "there is no such page".into(),
        }
    }

    /// The path is there, but not for this method.
    pub fn method() -> Self {
        let message = "this path does not take this method".into();
        Self {
            status: StatusCode::METHOD_NOT_ALLOWED,
            kind: "method",
            message,
        }
    }

    /// The sender or the machine took too long.
    pub fn too_slow(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::GATEWAY_TIMEOUT,
            kind: "deadline",
            message: message.into(),
        }
    }

    /// All places are taken.
    pub fn busy() -> Self {
        let message = "the native host is busy with other runs".into();
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            kind: "busy",
            message,
        }
    }

    /// Our own mistake.
    pub fn internal(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            kind: "internal",
            message: message.into(),
        }
    }
}

impl From<RunError> for Refusal {
    fn from(error: RunError) -> Self {
        let (status, kind) = match error {
            RunError::Engine(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
            RunError::Component(_) => (StatusCode::UNPROCESSABLE_ENTITY, "component"),
            RunError::Guest(_) => (StatusCode::UNPROCESSABLE_ENTITY, "guest"),
            RunError::Deadline(_) => (StatusCode::GATEWAY_TIMEOUT, "deadline"),
        };
        Self {
            status,
            kind,
            message: error.to_string(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "error": { "kind": self.kind, "message": self.message } });
        (self.status, Json(body)).into_response()
    }
}
