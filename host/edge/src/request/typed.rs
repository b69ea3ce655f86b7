//! `POST /v1/fn/<function>/<interface>/<func>`: a call by JSON.

use std::sync::Arc;

use amphi::component::Val;
use amphi::json::{Answer, Bounds, Form, JsonError};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::accept::{accepted, form_of, media_type};
use super::{body_too_large, check_headers};
use crate::body::{Body, BodyError, full};
use crate::call::{Exceeded, Failure, Usage, bytes};
use crate::config::Limits;
use crate::entered::Entered;
use crate::exchange::Exchange;
use crate::function::Function;
use crate::handler::Ended;
use crate::lanes::Chosen;
use crate::listen::RequestBodyError;
use crate::problem::{Kind, Problem};
use crate::typed::Target;
use crate::version::Version;

/// Answers a request for the function that `path` names within `function`.
///
/// A request that is wrong costs no instance. What its body has in it is read once there is a place for the call: values take more memory than their text.
pub(crate) async fn answer<B>(
    function: &Arc<Function>,
    chosen: &Chosen,
    exchange: &Exchange,
    path: &str,
    request: Request<B>,
) -> Result<Response<Body>, Problem>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<BodyError>,
{
    let version = &chosen.version;
    let target = find(&chosen.version, path)?;
    if request.method() != Method::POST {
        let detail = format!("expected POST, found {}", request.method());
        return Err(Problem::new(Kind::Method, detail).allow("POST"));
    }
    check_headers(request.headers(), bytes(version.limits.headers))?;
    let form = accepted(request.headers(), form_of(function.spec.config.json))?;
    let body = collect(request.into_body(), &version.limits).await?;
    let mut entered = Entered::enter(function, chosen, exchange).await?;
    let arguments = arguments(target, &body).map_err(|error| unfit(&error))?;
    drop(body);
    let mut usage = Usage::default();
    let called = version.call(target, &arguments, &mut usage).await;
    let answered = called
        .and_then(|results| respond(function, target, form, &results, version.limits.response));
    entered.ended(usage, answered.as_ref().err());
    answered.map_err(|failure| Problem::from(&failure))
}

fn find<'a>(version: &'a Version, path: &str) -> Result<&'a Target, Problem> {
    if let Some(target) = version.targets.find(path) {
        return Ok(target);
    }
    if let Some(why) = version.targets.refusal(path) {
        return Err(Problem::new(Kind::NotCallable, why));
    }
    let why = version
        .targets
        .unknown(version.pre.component(), path)
        .map_or_else(
            || format!("`{path}` is no function"),
            |error| error.to_string(),
        );
    Err(Problem::new(Kind::NoSuchFunction, why))
}

/// All of a body. How long its parts may take is for who listens.
async fn collect<B>(body: B, limits: &Limits) -> Result<Bytes, Problem>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<BodyError>,
{
    let limit = limits.request;
    if body.size_hint().lower() > limit {
        return Err(body_too_large(limit));
    }
    let collected = Limited::new(body, bytes(limit)).collect().await;
    let collected = collected.map_err(|error| match error {
        error if error.is::<LengthLimitError>() => body_too_large(limit),
        error if matches!(error.downcast_ref(), Some(RequestBodyError::Late)) => {
            Problem::new(Kind::BodyLate, error)
        }
        error => Problem::new(
            Kind::BodyIncomplete,
            format!("the body ended early: {error}"),
        ),
    })?;
    Ok(collected.to_bytes())
}

/// A function without parameters may be called without a body.
fn arguments(target: &Target, body: &[u8]) -> Result<Vec<Val>, JsonError> {
    let body = if body.is_empty() { b"[]" } else { body };
    let bounds = Bounds {
        bytes: usize::MAX,
        ..Bounds::default()
    };
    target.json.arguments(body, &bounds)
}

/// What is wrong with the arguments, in words and part by part.
fn unfit(error: &JsonError) -> Problem {
    let kind = match error {
        JsonError::TooMuch { .. } => Kind::ArgumentsTooLarge,
        _ => Kind::Arguments,
    };
    let parts = [
        ("path", Some(error.path()).filter(|path| !path.is_empty())),
        ("expected", error.expected()),
        ("found", error.found()),
    ];
    let mut problem = Problem::new(kind, error);
    for (name, part) in parts {
        if let Some(part) = part {
            problem = problem.with(name, part);
        }
    }
    problem
}

/// The response that has the results of a call.
fn respond(
    function: &Function,
    target: &Target,
    form: Form,
    results: &[Val],
    limit: u64,
) -> Result<Response<Body>, Failure> {
    let answer = target.json.answer_in(form, results, bytes(limit));
    match answer.map_err(|_| Failure::Exceeded(Exceeded::Response { limit }))? {
        Answer::Ok(text) => Ok(json(StatusCode::OK, form, text)),
        Answer::Err(text) => {
            let status = status_of(function, results);
            Ok(json(status, form, format!("{{\"err\":{text}}}")))
        }
    }
}

/// The status for a top-level error, by its case.
fn status_of(function: &Function, results: &[Val]) -> StatusCode {
    let error = match results {
        [Val::Result(Err(error))] => error.as_deref(),
        _ => None,
    };
    let case = match error {
        Some(Val::Variant(case, _) | Val::Enum(case)) => Some(case),
        _ => None,
    };
    case.and_then(|case| function.status.get(case).copied())
        .unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
}

fn json(status: StatusCode, form: Form, text: String) -> Response<Body> {
    let mut response = Response::new(full(text));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type(form)));
    response
}
