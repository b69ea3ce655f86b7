//! The smoke call: what a new version has to answer before it serves.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use amphi::json::{Bounds, JsonError, Outcome};
use amphi::wasi_http::WasiBody;
use http::header::HOST;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use serde_json::Value;
use tokio::sync::oneshot;

use crate::runtime::call::Patience;
use crate::runtime::call::{Exceeded, Failure, Usage, bytes};
use crate::version::Version;
use crate::version::handler::EndObserver;
use amphi_edge_config::{Arguments, RequestPath, Smoke, Status};

/// How a smoke call did not go well.
#[derive(Debug)]
#[non_exhaustive]
pub enum SmokeError {
    /// The component has nothing that answers such a call.
    NoTarget(String),
    /// The function does not take these arguments.
    Arguments(JsonError),
    /// There was no answer.
    Failed(Failure),
    /// The response has begun well, but the guest did not end so.
    Broken(String),
    /// There was another answer.
    Answer {
        /// What it should have been.
        expected: String,
        /// What it was.
        found: String,
    },
}

impl fmt::Display for SmokeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTarget(why) => f.write_str(why),
            Self::Arguments(_) => f.write_str("the function does not take its arguments"),
            Self::Failed(_) => f.write_str("the call failed"),
            Self::Broken(why) => write!(f, "the response was incomplete: {why}"),
            Self::Answer { expected, found } => write!(f, "expected {expected}, found {found}"),
        }
    }
}

impl Error for SmokeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Arguments(error) => Some(error),
            Self::Failed(failure) => Some(failure),
            Self::NoTarget(_) | Self::Broken(_) | Self::Answer { .. } => None,
        }
    }
}

/// What is called: the function, or the method and the path.
pub(super) fn name(smoke: &Smoke) -> String {
    match smoke {
        Smoke::Call { func, .. } => func.clone(),
        Smoke::Request { path, method, .. } => {
            format!("{} {}", method.as_ref().unwrap_or(&Method::GET), path.get())
        }
    }
}

/// Calls `version`, and compares its answer with what is expected.
pub(super) async fn call(version: &Arc<Version>, smoke: &Smoke) -> Result<(), SmokeError> {
    match smoke {
        Smoke::Call { func, args, expect } => {
            by_json(version, func, args.as_ref(), expect.as_ref()).await
        }
        Smoke::Request {
            path,
            method,
            status,
        } => {
            let method = method.as_ref().unwrap_or(&Method::GET);
            let status = status.map_or(StatusCode::OK, Status::get);
            by_http(version, path, method, status).await
        }
    }
}

async fn by_json(
    version: &Arc<Version>,
    func: &str,
    args: Option<&Arguments>,
    expect: Option<&Value>,
) -> Result<(), SmokeError> {
    let targets = &version.targets;
    let target = targets.find(func).ok_or_else(|| {
        let why = targets.refusal(func).or_else(|| {
            let why = targets.unknown(version.pre.component(), func);
            why.map(|why| why.to_string())
        });
        SmokeError::NoTarget(why.unwrap_or_else(|| format!("`{func}` is not a function")))
    })?;
    let text = args.map_or_else(String::new, Arguments::to_string);
    let arguments = target.json.arguments(text.as_bytes(), &Bounds::default());
    let arguments = arguments.map_err(SmokeError::Arguments)?;
    let mut usage = Usage::default();
    let called = version.call(target, &arguments, &mut usage).await;
    let results = called.map_err(SmokeError::Failed)?;
    let limit = version.limits.response;
    let answer = target
        .json
        .results(&results, bytes(limit))
        .map_err(|_| SmokeError::Failed(Failure::Exceeded(Exceeded::Response { limit })))?;
    let other = |found: String| SmokeError::Answer {
        expected: match expect {
            Some(value) => format!("`{value}`"),
            None => "a result that is not an error".to_owned(),
        },
        found: format!("`{found}`"),
    };
    match (answer, expect) {
        (Outcome::Err(text), _) => Err(other(format!("{{\"err\":{text}}}"))),
        (Outcome::Ok(_), None) => Ok(()),
        (Outcome::Ok(text), Some(expected)) => match serde_json::from_str(&text) {
            Ok(found) if same(expected, &found) => Ok(()),
            _ => Err(other(text)),
        },
    }
}

async fn by_http(
    version: &Arc<Version>,
    path: &RequestPath,
    method: &Method,
    expected: StatusCode,
) -> Result<(), SmokeError> {
    let path = path.get();
    if version.handler.is_none() {
        let why = "expected a component that exports `wasi:http`, found one that does not";
        return Err(SmokeError::NoTarget(why.to_owned()));
    }
    let body: WasiBody = Empty::new().map_err(|never| match never {}).boxed_unsync();
    let request = Request::builder()
        .method(method)
        .uri(format!("http://localhost{path}"))
        .header(HOST, "localhost")
        .body(body)
        .map_err(|error| SmokeError::NoTarget(format!("`{path}` is not a valid path: {error}")))?;
    let (sender, ended) = oneshot::channel();
    let answered = version.answer(request, End(Some(sender)));
    let response = answered.await.map_err(SmokeError::Failed)?;
    let found = response.status();
    let mut body = response.into_body();
    while let Some(frame) = body.frame().await {
        frame.map_err(|error| SmokeError::Broken(error.to_string()))?;
    }
    if let Ok(Some(why)) = ended.await {
        return Err(SmokeError::Broken(why));
    }
    if found == expected {
        return Ok(());
    }
    Err(SmokeError::Answer {
        expected: format!("status `{}`", expected.as_u16()),
        found: format!("`{}`", found.as_u16()),
    })
}

/// Passes on how a guest that speaks HTTP has failed after its response had begun, if it has.
struct End(Option<oneshot::Sender<Option<String>>>);

impl EndObserver for End {
    fn ended(&mut self, _: Usage, failure: Option<&Failure>) {
        if let Some(sender) = self.0.take() {
            // Who does not wait any more knows enough.
            let _ = sender.send(failure.map(ToString::to_string));
        }
    }

    fn patience(&self) -> Option<&Patience> {
        None
    }
}

/// Whether two values say the same: `1` and `1.0` do.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || (a.is_f64() != b.is_f64() && a.as_f64() == b.as_f64())
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let has = |(key, a): (&String, &Value)| b.get(key).is_some_and(|b| same(a, b));
            a.len() == b.len() && a.iter().all(has)
        }
        (
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_),
            _,
        ) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::same;

    #[test]
    fn values_are_the_same_however_their_numbers_are_written() {
        for (a, b, expected) in [
            (json!(1), json!(1.0), true),
            (json!(1), json!(1.5), false),
            (json!(u64::MAX), json!(u64::MAX - 1), false),
            (json!([1, { "a": 2.0 }]), json!([1.0, { "a": 2 }]), true),
            (json!([1]), json!([1, 2]), false),
            (json!({ "a": null }), json!({ "b": null }), false),
            (json!("1"), json!(1), false),
            (json!(null), json!(null), true),
        ] {
            assert_eq!(same(&a, &b), expected, "{a} and {b}");
        }
    }
}
