//! The call that a new version has to answer before it serves.

use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::values::{RequestPath, Status, method};

/// A call that a new version has to answer well before it serves: of a function by `func`, or of a component that speaks HTTP by `path`.
/// It has the limits of any other call. Versions in `beside` are not called.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Smoke {
    /// The function, as in addresses: `add`, or `demo:calc/ops/add` where the name alone is not clear.
    pub func: Option<String>,
    /// Its arguments, a list of them or a map by name. Default: none.
    pub args: Option<Value>,
    /// What it must return, as JSON has it. Default: anything that is no error.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub expect: Option<Value>,
    /// The path of the request, as clients ask for it.
    #[schemars(with = "Option<String>")]
    pub path: Option<RequestPath>,
    /// The method of the request. Default: `GET`.
    #[serde(with = "method")]
    #[schemars(with = "Option<String>")]
    pub method: Option<Method>,
    /// The status that the response must have. Default: 200.
    #[schemars(with = "Option<u16>")]
    pub status: Option<Status<100>>,
}

/// A value that is there, also if it is `null`.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
