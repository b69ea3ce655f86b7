//! The call that a new version has to answer before it serves.

use std::fmt;

use http::Method;
use schemars::JsonSchema;
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::values::{RequestPath, Status, method};

/// The smoke call that a new version has to answer before it is deployed: of a function by `func`,
/// or of a component that exports `wasi:http` by `path`. It has the limits of any other call.
/// Versions in `side-by-side` are not called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Keys", into = "Keys")]
#[schemars(with = "Keys")]
pub enum Smoke {
    /// A call of a function.
    Call {
        /// The function, as in a path: `add`, or `demo:calc/ops/add` if the name alone is
        /// ambiguous.
        func: String,
        /// Its arguments; none is an empty list.
        args: Option<Arguments>,
        /// The expected result in JSON; if there is none, anything that is not an error.
        expect: Option<Value>,
    },
    /// A request to a component that exports `wasi:http`.
    Request {
        /// The path.
        path: RequestPath,
        /// The method; `GET` if there is none.
        method: Option<Method>,
        /// The expected status; 200 if there is none.
        status: Option<Status<100>>,
    },
}

/// The arguments of a function, in JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Arguments {
    /// In the order of its parameters.
    List(Vec<Value>),
    /// By the names of its parameters.
    Map(Map<String, Value>),
}

impl fmt::Display for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = match self {
            Self::List(values) => Value::Array(values.clone()),
            Self::Map(values) => Value::Object(values.clone()),
        };
        json.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Arguments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Array(values) => Ok(Self::List(values)),
            Value::Object(values) => Ok(Self::Map(values)),
            found @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                let found = format!("`{found}`");
                let expected = "a list or a map";
                Err(D::Error::invalid_type(Unexpected::Other(&found), &expected))
            }
        }
    }
}

/// A smoke call as it is written.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Smoke")]
struct Keys {
    /// The function, as in a path: `add`, or `demo:calc/ops/add` if the name alone is ambiguous.
    func: Option<String>,
    /// Its arguments, as a list or a map by name. Default: none.
    #[schemars(with = "Option<Value>")]
    args: Option<Arguments>,
    /// The expected result in JSON. Default: anything that is not an error.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    expect: Option<Value>,
    /// The path of the request.
    #[schemars(with = "Option<String>")]
    path: Option<RequestPath>,
    /// The method of the request. Default: `GET`.
    #[serde(with = "method")]
    #[schemars(with = "Option<String>")]
    method: Option<Method>,
    /// The expected status. Default: 200.
    #[schemars(with = "Option<u16>")]
    status: Option<Status<100>>,
}

/// Either a call of a function or a request, and nothing of the other.
impl TryFrom<Keys> for Smoke {
    type Error = String;

    fn try_from(keys: Keys) -> Result<Self, String> {
        let without = |with: &str, others: [(&str, bool); 2]| match others
            .into_iter()
            .find(|(_, given)| *given)
        {
            Some((key, _)) => Err(format!("`{key}` has no effect with `{with}`")),
            None => Ok(()),
        };
        let Keys {
            func,
            args,
            expect,
            path,
            method,
            status,
        } = keys;
        match (func, path) {
            (Some(func), None) => {
                without(
                    "func",
                    [("method", method.is_some()), ("status", status.is_some())],
                )?;
                Ok(Self::Call { func, args, expect })
            }
            (None, Some(path)) => {
                without(
                    "path",
                    [("args", args.is_some()), ("expect", expect.is_some())],
                )?;
                Ok(Self::Request {
                    path,
                    method,
                    status,
                })
            }
            (Some(_), Some(_)) => Err("expected `func` or `path`, found both".to_owned()),
            (None, None) => Err("expected `func` or `path`, found neither".to_owned()),
        }
    }
}

impl From<Smoke> for Keys {
    fn from(smoke: Smoke) -> Self {
        match smoke {
            Smoke::Call { func, args, expect } => Self {
                func: Some(func),
                args,
                expect,
                ..Self::default()
            },
            Smoke::Request {
                path,
                method,
                status,
            } => Self {
                path: Some(path),
                method,
                status,
                ..Self::default()
            },
        }
    }
}

/// A value that is there, also if it is `null`.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
