//! `POST /v1/fn/<function>/<interface>/<func>`: a call by JSON.

use std::sync::Arc;
use std::time::Duration;

use amphi::component::Val;
use amphi::json::{Bounds, Form, JsonError, Outcome};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::accept::{accepted, form_of, media_type};
use super::{body_too_large, check_headers};
use crate::function::Function;
use crate::function::admitted::Admitted;
use crate::function::budget::{Account, CLIENT, CONNECTION, Full, Held};
use crate::function::exchange::Exchange;
use crate::function::lanes::Chosen;
use crate::problem::{Kind, Problem};
use crate::runtime::call::{Exceeded, Failure, Usage, bytes};
use crate::version::Version;
use crate::version::handler::EndObserver;
use crate::version::targets::Target;
use amphi_edge_config::Limits;
use amphi_edge_listen::RequestBodyError;
use amphi_edge_listen::{Body, BodyError, full};

/// After what time it may be tried again where there was no room for bytes.
const RETRY: Duration = Duration::from_secs(1);

/// Answers a request for the function that `path` names within `function`.
///
/// A request that is wrong costs no instance. What its body has in it is read once there is a place
/// for the call: values take more memory than their text.
pub(crate) async fn answer<B>(
    function: &Arc<Function>,
    chosen: &Chosen,
    exchange: &Exchange,
    account: &Account,
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
    let body = collect(request.into_body(), account, &version.limits).await?;
    let mut admitted = Admitted::enter(function, chosen, exchange).await?;
    let arguments = arguments(target, &body.bytes).map_err(|error| unfit(&error))?;
    drop(body);
    let mut usage = Usage::default();
    let called = version.call(target, &arguments, &mut usage).await;
    let answered = called
        .and_then(|results| respond(function, target, form, &results, version.limits.response));
    admitted.ended(usage, answered.as_ref().err());
    let (status, text) = answered.map_err(|failure| Problem::from(&failure))?;
    // Until there is room for it, it has the place of its call.
    let held = account.hold(text.len() as u64, version.limits.wall).await;
    let held = held.map_err(|full| no_room(&full))?;
    let text = Bytes::from_owner(Text { text, _held: held });
    Ok(json(status, form, text))
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
            || format!("`{path}` is not a function"),
            |error| error.to_string(),
        );
    Err(Problem::new(Kind::NoSuchFunction, why))
}

/// A body that came, and its bytes in the budgets.
struct Collected {
    bytes: Vec<u8>,
    _held: Held,
}

/// The text of an answer, and its bytes in the budgets, until the last of it is taken.
struct Text {
    text: String,
    _held: Held,
}

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

/// All of a body. There is room for what it says that it has before it is read, and for each part
/// of one that does not say it. How long its parts may take is for who listens.
async fn collect<B>(body: B, account: &Account, limits: &Limits) -> Result<Collected, Problem>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<BodyError>,
{
    let (limit, wait) = (limits.request, limits.queue_wait);
    let hint = body.size_hint();
    if hint.lower() > limit {
        return Err(body_too_large(limit));
    }
    let held = account.hold(hint.lower(), wait).await;
    let mut held = held.map_err(|full| no_room(&full))?;
    let mut collected = Vec::with_capacity(bytes(hint.lower()));
    let mut body = std::pin::pin!(Limited::new(body, bytes(limit)));
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|error| unread(error, limit))?.into_data() else {
            continue;
        };
        let all = (collected.len() + data.len()) as u64;
        if let more @ 1.. = all.saturating_sub(held.bytes()) {
            held.grow(more, wait).await.map_err(|full| no_room(&full))?;
        }
        collected.extend_from_slice(&data);
    }
    Ok(Collected {
        bytes: collected,
        _held: held,
    })
}

fn unread(error: BodyError, limit: u64) -> Problem {
    if error.is::<LengthLimitError>() {
        return body_too_large(limit);
    }
    if matches!(error.downcast_ref(), Some(RequestBodyError::Late)) {
        return Problem::new(Kind::BodyLate, error);
    }
    let detail = format!("the body ended early: {error}");
    Problem::new(Kind::BodyIncomplete, detail)
}

/// What is held for a client that does not take it is its own doing; for many clients, it is the
/// host that has no room.
fn no_room(full: &Full) -> Problem {
    let kind = match full.level {
        CONNECTION | CLIENT => Kind::AnswerUnread,
        _ => Kind::BuffersFull,
    };
    Problem::new(kind, full).retry_after(RETRY)
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

/// The status and the text of the response that has the results of a call.
fn respond(
    function: &Function,
    target: &Target,
    form: Form,
    results: &[Val],
    limit: u64,
) -> Result<(StatusCode, String), Failure> {
    let answer = target.json.results_in(form, results, bytes(limit));
    match answer.map_err(|_| Failure::Exceeded(Exceeded::Response { limit }))? {
        Outcome::Ok(text) => Ok((StatusCode::OK, text)),
        Outcome::Err(text) => {
            let status = status_of(function, results);
            Ok((status, format!("{{\"err\":{text}}}")))
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

fn json(status: StatusCode, form: Form, text: Bytes) -> Response<Body> {
    let mut response = Response::new(full(text));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type(form)));
    response
}
