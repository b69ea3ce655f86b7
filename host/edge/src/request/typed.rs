//! `POST /v1/fn/<function>/<interface>/<func>`: a call by JSON.

use std::sync::Arc;

use amphi::json::{Answer, Bounds, JsonError};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::{body_too_large, check_headers};
use crate::body::{Body, BodyError, full};
use crate::call::{Exceeded, Failure, Usage, bytes};
use crate::entered::{Entered, RequestLine};
use crate::function::Function;
use crate::handler::Ended;
use crate::lanes::Chosen;
use crate::problem::Problem;
use crate::typed::Target;
use crate::version::Version;

/// Answers a request for the function that `path` names within `function`.
///
/// A request that is wrong costs neither a place nor an instance.
pub(crate) async fn answer<B>(
    function: &Arc<Function>,
    chosen: &Chosen,
    path: &str,
    request: Request<B>,
) -> Result<Response<Body>, Problem>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<BodyError>,
{
    let version = &chosen.version;
    let line = RequestLine::of(&request, true);
    let target = find(&chosen.version, path)?;
    if request.method() != Method::POST {
        return Err(Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method",
            format!("expected POST, found {}", request.method()),
        )
        .allow("POST"));
    }
    check_headers(request.headers(), bytes(version.limits.headers))?;
    let body = collect(request.into_body(), version.limits.request).await?;
    let arguments = arguments(target, &body).map_err(|error| unfit(&error))?;
    let mut entered = Entered::enter(function, chosen, line).await?;
    let mut usage = Usage::default();
    let called = version.call(target, &arguments, &mut usage).await;
    let answered = called.and_then(|results| write(target, &results, version.limits.response));
    let status = answered.as_ref().ok().map(|answer| match answer {
        Answer::Ok(_) => StatusCode::OK,
        Answer::Err(text) => status_of(function, text),
    });
    entered.ended(usage, status, answered.as_ref().err());
    match answered {
        Ok(Answer::Ok(text)) => Ok(json(StatusCode::OK, text)),
        Ok(Answer::Err(text)) => Ok(json(
            status_of(function, &text),
            format!("{{\"err\":{text}}}"),
        )),
        Err(failure) => Err(Problem::from(&failure)),
    }
}

fn find<'a>(version: &'a Version, path: &str) -> Result<&'a Target, Problem> {
    if let Some(target) = version.targets.find(path) {
        return Ok(target);
    }
    if let Some(why) = version.targets.refusal(path) {
        return Err(Problem::new(StatusCode::NOT_FOUND, "not-callable", why));
    }
    let why = version
        .targets
        .unknown(version.pre.component(), path)
        .map_or_else(
            || format!("`{path}` is no function"),
            |error| error.to_string(),
        );
    Err(Problem::new(StatusCode::NOT_FOUND, "no-such-function", why))
}

async fn collect<B>(body: B, limit: u64) -> Result<Bytes, Problem>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<BodyError>,
{
    if body.size_hint().lower() > limit {
        return Err(body_too_large(limit));
    }
    let body = std::pin::pin!(Limited::new(body, bytes(limit)));
    match body.collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(body_too_large(limit)),
        Err(error) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "body-incomplete",
            format!("the body ended early: {error}"),
        )),
    }
}

/// A function without parameters may be called without a body.
fn arguments(target: &Target, body: &[u8]) -> Result<Vec<amphi::component::Val>, JsonError> {
    let body = if body.is_empty() { b"[]" } else { body };
    let bounds = Bounds {
        bytes: usize::MAX,
        ..Bounds::default()
    };
    target.json.arguments(body, &bounds)
}

fn unfit(error: &JsonError) -> Problem {
    let problem = Problem::new(StatusCode::BAD_REQUEST, "arguments", error);
    match error.path() {
        "" => problem,
        path => problem.with("path", path),
    }
}

fn write(
    target: &Target,
    results: &[amphi::component::Val],
    limit: u64,
) -> Result<Answer, Failure> {
    target
        .json
        .answer(results, bytes(limit))
        .map_err(|_| Failure::Exceeded(Exceeded::Response { limit }))
}

/// The status for a top-level error: by its case, which is the value itself or the one name in it.
fn status_of(function: &Function, text: &str) -> StatusCode {
    let case = text
        .trim_start_matches(['{', '"'])
        .split('"')
        .next()
        .unwrap_or_default();
    function
        .status
        .get(case)
        .copied()
        .unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
}

fn json(status: StatusCode, text: String) -> Response<Body> {
    let mut response = Response::new(full(text));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
