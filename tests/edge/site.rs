//! Pages that call functions from browsers, and methods that are not for what is asked.

use amphi_edge::config::{Cors, Origin};
use amphi_edge::{Body, Host, Spec};
use amphi_support::fixture::{guest, read, serving};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use serde_json::json;

const CALL: &str = "/v1/fn/calc/add";
const PAGE: (&str, &str) = ("origin", "https://app.example");

async fn host(origins: &[&str]) -> Host {
    let mut spec = Spec::new("calc", guest("calc-1-0"));
    let origins = origins.iter().filter_map(|origin| Origin::read(origin));
    spec.config.cors = Cors {
        origins: origins.collect(),
    };
    serving(spec).await
}

async fn send(host: &Host, method: &str, path: &str, fields: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(path);
    request = request.header("host", "calc.example");
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::from("[20, 22]")).expect("a request");
    host.handle(request).await
}

/// What a call by JSON with these fields is answered.
async fn call(host: &Host, fields: &[(&str, &str)]) -> (StatusCode, serde_json::Value) {
    read(send(host, "POST", CALL, fields).await).await
}

#[tokio::test]
async fn pages_of_other_sites_call_nothing() {
    let host = host(&[]).await;
    let good = (StatusCode::OK, json!(42));
    assert_eq!(call(&host, &[]).await, good);
    let plain = ("content-type", "text/plain");
    assert_eq!(call(&host, &[plain]).await, good);
    let own = [
        ("origin", "http://calc.example"),
        ("sec-fetch-site", "same-origin"),
    ];
    assert_eq!(call(&host, &own).await, good);
    for fields in [
        &[plain, PAGE][..],
        &[plain, ("sec-fetch-site", "cross-site")],
        &[PAGE, ("sec-fetch-site", "same-site")],
        &[("origin", "null")],
    ] {
        let (status, problem) = call(&host, fields).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{fields:?}");
        assert_eq!(problem["kind"], "cross-site");
    }
    let asks = [PAGE, ("access-control-request-method", "POST")];
    let preflight = send(&host, "OPTIONS", CALL, &asks).await;
    assert_eq!(preflight.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(
        !preflight
            .headers()
            .contains_key("access-control-allow-origin")
    );
    let metrics = host.metrics().text();
    assert!(metrics.contains(r#"outcome="cross-site"} 4"#), "{metrics}");
}

#[tokio::test]
async fn pages_that_are_named_call_and_read() {
    let host = host(&["https://app.example", "http://localhost:3000"]).await;
    let asks = [
        PAGE,
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type,amphi-key"),
    ];
    let preflight = send(&host, "OPTIONS", CALL, &asks).await;
    assert!(preflight.status().is_success());
    let headers = preflight.headers();
    assert_eq!(headers["access-control-allow-origin"], PAGE.1);
    assert_eq!(headers["access-control-allow-methods"], "POST");
    assert_eq!(
        headers["access-control-allow-headers"],
        "content-type,amphi-key"
    );
    let answer = send(
        &host,
        "POST",
        CALL,
        &[PAGE, ("sec-fetch-site", "cross-site")],
    )
    .await;
    assert_eq!(answer.headers()["access-control-allow-origin"], PAGE.1);
    assert!(answer.headers()["vary"].to_str().is_ok());
    assert_eq!(read(answer).await, (StatusCode::OK, json!(42)));
    // Problems are for the page to read too.
    let nothing = send(&host, "POST", "/v1/fn/calc/nothing", &[PAGE]).await;
    assert_eq!(nothing.headers()["access-control-allow-origin"], PAGE.1);
    assert_eq!(nothing.status(), StatusCode::NOT_FOUND);
    let (status, _) = call(&host, &[("origin", "https://evil.example")]).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(call(&host, &[]).await, (StatusCode::OK, json!(42)));
}

#[tokio::test]
async fn documents_are_read_and_nothing_else() {
    let host = host(&[]).await;
    for path in ["/openapi.json", "/docs/", "/docs/docs.js", "/docs"] {
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let answer = send(&host, method, path, &[]).await;
            let found = (answer.status(), &answer.headers()["allow"]);
            let expected = StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(found, (expected, &"GET, HEAD".parse().expect("a value")));
        }
        for method in [Method::GET, Method::HEAD] {
            let answer = send(&host, method.as_str(), path, &[]).await;
            assert!(!answer.status().is_client_error(), "{method} {path}");
        }
    }
}
