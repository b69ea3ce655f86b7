//! The admin API: what is served, how versions on trial do, and what was decided; promotion,
//! rollback, weights and reloads by hand.
//!
//! It is a [`Handler`] for an address of its own. Answers are JSON, problems are [problem
//! documents](Problem); `GET /admin/openapi.json` describes all of it. `/admin/` is a
//! [page](crate::api::page::ADMIN) over it. Its files hold no secrets and are for everybody who
//! gets here; what they ask for is not.
//!
//! Callers show a [`Token`]. Without one the API is for this machine only: an address that others
//! can reach is [refused](Admin::new), and so are requests that a browser sends for a page of
//! another origin. A token is no secret any more where others can read it: one that would come from
//! another machine without encryption is not taken.

mod endpoint;
mod functions;
mod origin;
mod token;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, Method, Request, Response};
use http_body_util::{BodyExt, Empty, Limited};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::page;
use crate::blocking::ADMIN;
use crate::function::Function;
use crate::function::audit::{self, AuditError};
use crate::host::Host;
use crate::json::json as json_response;
use crate::problem::{Kind, Problem};
use crate::process::reload::{self, Reloader, Trigger};
use crate::telemetry::metrics;
use amphi_edge_config::Page;
use amphi_edge_listen::{Body, BodyError};
use amphi_edge_listen::{Handler, ListenError, NoPlace, RequestBody, RequestContext};
use amphi_edge_rollout::choice::Weight;
use amphi_edge_rollout::record::Author;

use endpoint::AdminEndpoint;
use origin::is_cross_origin;

pub use token::{Token, TokenError};

/// The description of the API.
const OPENAPI: &str = include_str!("admin/openapi.json");
/// Where the files of the page are.
const PAGE: &str = "/admin/";
/// The most bytes of a request's body.
const BODY: usize = 4 << 10;
/// The most decisions in one answer: the latest.
const DECISIONS: usize = 1000;

/// The admin API of a host.
pub struct Admin {
    host: Arc<Host>,
    reloader: Option<Arc<Reloader>>,
    token: Option<Token>,
    /// The host's own pages that are answered here.
    pages: Vec<Page>,
}

/// Why there is no admin API at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoToken {
    /// The address.
    pub address: SocketAddr,
}

impl std::fmt::Display for NoToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "expected a token for the admin API, since `{}` can be reached from other machines",
            self.address
        )
    }
}

impl std::error::Error for NoToken {}

impl Admin {
    /// The API of `host` for `address`, with reloads if there is a reloader.
    ///
    /// # Errors
    ///
    /// The address is not one of this machine alone, and there is no token.
    pub fn new(
        host: Arc<Host>,
        reloader: Option<Arc<Reloader>>,
        token: Option<Token>,
        address: SocketAddr,
    ) -> Result<Self, NoToken> {
        if token.is_none() && !address.ip().is_loopback() {
            return Err(NoToken { address });
        }
        Ok(Self {
            host,
            reloader,
            token,
            pages: vec![Page::Metrics],
        })
    }

    /// The same API, with these of the host's own pages beside it instead of the metrics.
    #[must_use]
    pub fn with_pages(self, pages: Vec<Page>) -> Self {
        Self { pages, ..self }
    }

    /// Answers a request. There is always a response.
    pub async fn answer<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body + Send,
        B::Data: Send,
        B::Error: Into<BodyError>,
    {
        if self.token.is_some() && is_overheard(&request) {
            let detail = "a token is only accepted over TLS, or from this machine";
            return Problem::new(Kind::NotEncrypted, detail).into_response();
        }
        let page = page::of_path(request.uri().path());
        if let Some(response) = of_the_page(request.method(), request.uri().path()) {
            return response;
        }
        let is_here = page.is_some_and(|page| self.pages.contains(&page));
        if page == Some(Page::Docs) && is_here {
            // As the files of the other page, they hold no secrets.
            return self.by_host(request).await;
        }
        let shown = match &self.token {
            Some(token) => token.is_shown(request.headers()),
            None => true,
        };
        if !shown {
            let detail = "expected `authorization: Bearer` and the token";
            let problem = Problem::new(Kind::NoToken, detail);
            let mut response = problem.into_response();
            let bearer = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(WWW_AUTHENTICATE, bearer);
            return response;
        }
        if self.token.is_none() && is_cross_origin(&request) {
            let detail = "without a token, pages of other origins are not answered";
            return Problem::new(Kind::CrossOrigin, detail).into_response();
        }
        match page {
            Some(page) if !self.pages.contains(&page) => {
                return endpoint::nothing_here(request.uri().path()).into_response();
            }
            Some(Page::Openapi) => return self.by_host(request).await,
            Some(_) | None => {}
        }
        let answered = self.route(request).await;
        answered.unwrap_or_else(Problem::into_response)
    }

    /// Has the host answer with a page of its own.
    fn by_host<B>(&self, request: Request<B>) -> BoxFuture<'static, Response<Body>> {
        let host = Arc::clone(&self.host);
        let request = request.map(|_| Empty::<Bytes>::new());
        Box::pin(async move { host.handle(request).await })
    }

    async fn route<B>(&self, request: Request<B>) -> Result<Response<Body>, Problem>
    where
        B: http_body::Body + Send,
        B::Data: Send,
        B::Error: Into<BodyError>,
    {
        let path = request.uri().path().to_owned();
        let context = request.extensions().get::<RequestContext>();
        let by = context.map(|context| context.peer().address.ip().to_canonical());
        let route = AdminEndpoint::of(request.method(), &path)?;
        match route {
            AdminEndpoint::Metrics => Ok(self.host.metrics().response()),
            AdminEndpoint::Description => Ok(json_response(OPENAPI)),
            AdminEndpoint::Functions => Ok(json_of(&functions::all(&self.host))),
            AdminEndpoint::Decisions => self.decisions().await,
            AdminEndpoint::Reloads => Ok(json_of(&self.reloader()?.state())),
            AdminEndpoint::Reload => self.reload(by).await,
            AdminEndpoint::Promote(name) => {
                let function = self.function(name)?;
                changed(&function, function.promote(Author::Hand).await)
            }
            AdminEndpoint::RollBack(name) => {
                let function = self.function(name)?;
                changed(&function, function.roll_back(Author::Hand).await)
            }
            AdminEndpoint::Weight(name) => {
                // Before the body is read, so that what is wrong first is told first.
                self.function(name)?;
                let weight = weight(request.into_body()).await?;
                let function = self.function(name)?;
                changed(&function, function.set_weight(weight, Author::Hand).await)
            }
        }
    }

    fn function(&self, name: &str) -> Result<Arc<Function>, Problem> {
        self.host.function(name).ok_or_else(|| {
            let detail = format!("no function is named `{name}`");
            Problem::new(Kind::NoSuchFunction, detail)
        })
    }

    fn reloader(&self) -> Result<&Arc<Reloader>, Problem> {
        self.reloader.as_ref().ok_or_else(|| {
            let detail = "the server was started without a configuration file";
            Problem::new(Kind::NoConfiguration, detail)
        })
    }

    async fn reload(&self, by: Option<IpAddr>) -> Result<Response<Body>, Problem> {
        let reloader = self.reloader()?;
        match reloader.reload_by(Trigger::Hand, by).await {
            Ok(_) => Ok(json_of(&reloader.state())),
            Err(error) => {
                let problems = value_of(&error.problems());
                let problem = Problem::new(Kind::ReloadFailed, error);
                Err(problem.with("problems", problems))
            }
        }
    }

    async fn decisions(&self) -> Result<Response<Body>, Problem> {
        let Some(path) = self.host.audit_log() else {
            let detail = "no audit log is kept";
            return Err(Problem::new(Kind::NoAuditLog, detail));
        };
        let path = path.to_owned();
        let read = ADMIN.run(move || io::Result::Ok(audit::entries::<Value>(&path)));
        let read = read.await;
        let mut records = read.map_err(broken)?.map_err(broken)?;
        // Reloads are no decisions about versions.
        records.retain(|record| record["event"] != reload::EVENT);
        let older = records.len().saturating_sub(DECISIONS);
        records.drain(..older);
        Ok(json_of(
            &json!({ "older": older, "decisions": value_of(&records) }),
        ))
    }
}

impl Handler for Admin {
    async fn handle(&self, request: Request<RequestBody>) -> Response<Body> {
        self.answer(request).await
    }

    fn answer_to(&self, error: &ListenError) -> Response<Body> {
        Problem::from(error).into_response()
    }

    fn without_place(&self, why: NoPlace) {
        metrics::without_place(why.word());
    }
}

/// Whether others can read what a request shows: it came from another machine, and not encrypted.
fn is_overheard<B>(request: &Request<B>) -> bool {
    let context = request.extensions().get::<RequestContext>();
    let peer = context.map(RequestContext::peer);
    peer.is_some_and(|peer| !peer.encrypted && !peer.address.ip().to_canonical().is_loopback())
}

/// The response that has a file of the page, if the request is for one.
fn of_the_page(method: &Method, path: &str) -> Option<Response<Body>> {
    match path.strip_prefix(PAGE) {
        _ if method != Method::GET && method != Method::HEAD => None,
        Some(file) => page::ADMIN.file(file).map(page::File::response),
        None => (PAGE.strip_suffix('/') == Some(path)).then(|| page::moved(PAGE)),
    }
}

/// The answer when something was done about a version on trial, which is on the disk by now, or why
/// it was not.
fn changed(
    function: &Function,
    changed: Result<bool, AuditError>,
) -> Result<Response<Body>, Problem> {
    match changed {
        Ok(true) => Ok(json_of(&functions::one(function))),
        Ok(false) => {
            let detail = format!("`{}` has no canary", function.name);
            Err(Problem::new(Kind::NoCanary, detail))
        }
        Err(error) => {
            let cause = std::error::Error::source(&error);
            let cause = cause.map_or_else(String::new, |cause| format!(": {cause}"));
            let detail = format!(
                "nothing was changed, since the decision could not be written: {error}{cause}"
            );
            Err(Problem::new(Kind::Unwritten, detail))
        }
    }
}

/// What `POST .../weight` takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WeightRequest {
    /// A whole one, which JSON may also write as `5.0`.
    percent: f64,
}

async fn weight<B>(body: B) -> Result<Weight, Problem>
where
    B: http_body::Body + Send,
    B::Data: Send,
    B::Error: Into<BodyError>,
{
    let wrong = |found: String| {
        let detail = format!("expected `{{\"percent\": n}}`, n from 0 to 100: {found}");
        Problem::new(Kind::BadWeight, detail)
    };
    let body = Limited::new(body, BODY).collect().await;
    let body = body.map_err(|error| wrong(error.to_string()))?;
    let share: WeightRequest =
        serde_json::from_slice(&body.to_bytes()).map_err(|error| wrong(error.to_string()))?;
    let percent = share.percent;
    let is_whole = percent.fract() == 0.0 && (0.0..=100.0).contains(&percent);
    let weight = is_whole.then(|| Weight::of_percent(percent as u16));
    weight
        .flatten()
        .ok_or_else(|| wrong(format!("found {percent}")))
}

fn broken(error: impl ToString) -> Problem {
    Problem::new(Kind::HostFailed, error)
}

fn value_of(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("its keys are texts")
}

fn json_of(value: &impl Serialize) -> Response<Body> {
    json_response(value_of(value).to_string())
}
