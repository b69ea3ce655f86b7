//! Whether a browser sends a request for a page of another origin, and whether that page may.
//!
//! Every page that a browser shows can send requests to every address that the browser reaches,
//! with bodies of plain text even without asking first. What tells them apart is what the browser
//! says: where the page is from, in `origin`, and how that is to what is asked, in
//! `sec-fetch-site`. Programs say neither.

use std::convert::Infallible;
use std::time::Duration;

use futures_util::FutureExt;
use http::header::{HOST, ORIGIN, RETRY_AFTER};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use tower::{Layer, Service, service_fn};
use tower_http::cors::{AllowHeaders, AllowOrigin, Any, CorsLayer};

use crate::function::lanes::{VERSION_HEADER, VERSION_REASON_HEADER};
use crate::problem::{Kind, Problem};
use amphi_edge_config::{self as config, Origin};
use amphi_edge_listen::Body;
use amphi_edge_listen::REQUEST_ID;

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// How long a browser need not ask again whether it may send a kind of request.
const KEPT: Duration = Duration::from_secs(600);

/// What a request is for: its target's host and port, or those of `host`.
pub(crate) fn asked<B>(request: &Request<B>) -> Option<&str> {
    let target = request.uri().authority().map(Authority::as_str);
    target.or_else(|| text(request.headers(), &HOST))
}

/// Whether a page of another origin sent a request.
///
/// `sec-fetch-site` says it, where there is one: the browser knows best what it asks, and a proxy
/// may have changed `host`. Older browsers say `origin` alone.
pub(crate) fn is_cross_origin<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    if let Some(site) = headers.get(SITE) {
        return site != "same-origin" && site != "none";
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return false;
    };
    let origin = origin.to_str().ok().and_then(|text| text.split_once("://"));
    let same = |(scheme, of): (&str, &str)| {
        let port = if scheme == "https" { ":443" } else { ":80" };
        let asked = asked(request).unwrap_or_default();
        asked
            .strip_suffix(port)
            .unwrap_or(asked)
            .eq_ignore_ascii_case(of)
    };
    !origin.is_some_and(same)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Refuses a request that a browser sends for a page that may not.
pub(crate) fn check<B>(request: &Request<B>, cors: Option<&Cors>) -> Result<(), Problem> {
    let allowed = |cors: &Cors| cors.allows(request.headers());
    if request.method().is_safe() || !is_cross_origin(request) || cors.is_some_and(allowed) {
        return Ok(());
    }
    let detail =
        "a page of another origin may only call functions whose `cors.origins` names that origin";
    Err(Problem::new(Kind::CrossSite, detail))
}

/// The pages that may call a function.
#[derive(Debug)]
pub(crate) struct Cors {
    origins: Vec<Origin>,
    layer: CorsLayer,
}

impl Cors {
    pub(crate) fn new(config: &config::Cors) -> Option<Self> {
        let origins = config.origins.clone();
        let values = origins
            .iter()
            .map(|origin| HeaderValue::try_from(origin.as_str()));
        let allowed = match origins.iter().any(Origin::is_any) {
            true => Any.into(),
            false => AllowOrigin::list(values.filter_map(Result::ok)),
        };
        let exposed = [
            VERSION_HEADER,
            VERSION_REASON_HEADER,
            REQUEST_ID,
            RETRY_AFTER,
        ];
        let layer = CorsLayer::new()
            .allow_origin(allowed)
            .allow_methods([Method::POST])
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers(exposed)
            .max_age(KEPT);
        (!origins.is_empty()).then_some(Self { origins, layer })
    }

    /// Has `answer` answer, and tells a browser that the page may read it; or answers its question
    /// whether the page may ask.
    pub(crate) async fn around<B, F>(
        &self,
        request: Request<B>,
        answer: impl Fn(Request<B>) -> F,
    ) -> Response<Body>
    where
        F: Future<Output = Response<Body>>,
    {
        let answered = |request| answer(request).map(Ok::<_, Infallible>);
        let called = self.layer.layer(service_fn(answered)).call(request).await;
        called.unwrap_or_else(|never| match never {})
    }

    fn allows(&self, headers: &HeaderMap) -> bool {
        let origin = text(headers, &ORIGIN);
        let fits = |allowed: &Origin| allowed.is_any() || Some(allowed.as_str()) == origin;
        self.origins.iter().any(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(fields: &[(&str, &str)]) -> Request<()> {
        let mut request = Request::post("/v1/fn/calc/add");
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        request.body(()).expect("a request")
    }

    #[test]
    fn programs_and_own_pages_are_of_the_same_origin() {
        let here = ("host", "calc.example:8080");
        for fields in [
            &[here][..],
            &[
                ("host", "calc.example:8080"),
                ("sec-fetch-site", "same-origin"),
            ],
            &[here, ("sec-fetch-site", "none")],
            &[here, ("origin", "http://calc.example:8080")],
            &[here, ("origin", "http://Calc.Example:8080")],
            &[("host", "calc.example"), ("origin", "https://calc.example")],
            &[
                ("host", "calc.example:443"),
                ("origin", "https://calc.example"),
            ],
            &[
                ("host", "calc.example:80"),
                ("origin", "http://calc.example"),
            ],
            // A proxy asks for another name.
            &[
                here,
                ("origin", "https://app.example"),
                ("sec-fetch-site", "same-origin"),
            ],
        ] {
            assert!(!is_cross_origin(&request(fields)), "{fields:?}");
        }
    }

    #[test]
    fn other_pages_are() {
        let here = ("host", "calc.example:8080");
        for fields in [
            &[here, ("origin", "https://evil.example")][..],
            &[here, ("origin", "null")],
            &[here, ("origin", "http://calc.example")],
            &[here, ("origin", "http://calc.example:8081")],
            &[here, ("origin", "http://calc.example:8080.evil.example")],
            &[here, ("sec-fetch-site", "cross-site")],
            &[here, ("sec-fetch-site", "same-site")],
            &[
                here,
                ("sec-fetch-site", "cross-site"),
                ("origin", "http://calc.example:8080"),
            ],
            &[("origin", "https://evil.example")],
        ] {
            assert!(is_cross_origin(&request(fields)), "{fields:?}");
        }
    }

    #[test]
    fn pages_may_that_are_named() {
        let cors = |origins: &[&str]| {
            let origins = origins.iter().filter_map(|origin| Origin::read(origin));
            Cors::new(&config::Cors {
                origins: origins.collect(),
            })
        };
        let foreign = request(&[("host", "a"), ("origin", "https://app.example")]);
        let silent = request(&[("host", "a"), ("sec-fetch-site", "cross-site")]);
        for (cors, named, any) in [
            (cors(&[]), false, false),
            (cors(&["https://other.example"]), false, false),
            (
                cors(&["https://other.example", "https://app.example"]),
                true,
                false,
            ),
            (cors(&["*"]), true, true),
        ] {
            assert_eq!(check(&foreign, cors.as_ref()).is_ok(), named, "{cors:?}");
            assert_eq!(check(&silent, cors.as_ref()).is_ok(), any, "{cors:?}");
        }
    }
}
