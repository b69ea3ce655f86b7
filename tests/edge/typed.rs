//! Functions called by JSON.

use amphi_edge::Spec;
use http::{Request, StatusCode};
use http_body_util::Empty;
use serde_json::json;

use crate::fixture::{call, guest, read, serving};

#[tokio::test]
async fn arguments_go_by_name_or_by_position() {
    let host = serving(Spec::new("calc", guest("calc-1-0"))).await;
    for (path, body) in [
        ("calc/demo:calc/ops@1.0.0/add", r#"{"a": 1, "b": 2}"#),
        ("calc/demo:calc/ops/add", "[1, 2]"),
        ("calc/add", "[1, 2]"),
    ] {
        assert_eq!(
            call(&host, path, body).await,
            (StatusCode::OK, json!(3)),
            "{path} {body}"
        );
    }
}

#[tokio::test]
async fn a_wrong_request_is_told_what_is_wrong() {
    let host = serving(Spec::new("calc", guest("calc-1-0"))).await;
    let (status, problem) = call(&host, "calc/add", r#"{"a": 1, "b": "two"}"#).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(problem["kind"], "arguments");
    assert_eq!(problem["path"], "b");
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(
        detail.contains("expected") && detail.contains("found"),
        "{detail}"
    );

    let (status, problem) = call(&host, "calc/ad", "[]").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("demo:calc/ops@1.0.0#add"), "{detail}");

    let (status, problem) = call(&host, "calculator/add", "[]").await;
    assert_eq!(
        (status, &problem["kind"]),
        (StatusCode::NOT_FOUND, &json!("no-such-function"))
    );

    let get = Request::get("/v1/fn/calc/add")
        .body(Empty::<bytes::Bytes>::new())
        .expect("a request");
    let (status, _) = read(host.handle(get).await).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}
