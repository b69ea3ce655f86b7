//! The call that a new version has to answer before it serves.

use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::values::{RequestPath, Status, method};

/// The smoke call that a new version has to answer before it is deployed: of a function by `func`,
/// or of a component that exports `wasi:http` by `path`. It has the limits of any other call.
/// Versions in `side-by-side` are not called.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Smoke {
    /// The function, as in a path: `add`, or `demo:calc/ops/add` if the name alone is ambiguous.
    pub func: Option<String>,
    /// Its arguments, as a list or a map by name. Default: none.
    pub args: Option<Value>,
    /// The expected result in JSON. Default: anything that is not an error.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub expect: Option<Value>,
    /// The path of the request.
    #[schemars(with = "Option<String>")]
    pub path: Option<RequestPath>,
    /// The method of the request. Default: `GET`.
    #[serde(with = "method")]
    #[schemars(with = "Option<String>")]
    pub method: Option<Method>,
    /// The expected status. Default: 200.
    #[schemars(with = "Option<u16>")]
    pub status: Option<Status<100>>,
}

/// A value that is there, also if it is `null`.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
