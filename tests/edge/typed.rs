//! Functions called by JSON.

use std::sync::Arc;

use amphi::component::Linker;
use amphi_edge::{CallState, Plugin, Spec};
use http::{Request, StatusCode};
use http_body_util::Empty;
use serde_json::json;

use crate::fixture::{call, deploy, guest, host, read, serving};

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

#[tokio::test]
async fn an_error_of_the_function_has_a_status() {
    let mut spec = Spec::new("sensor", guest("sensor"));
    spec.config.plugins = vec!["log".to_owned()];
    spec.config.status = [("empty".to_owned(), 404)].into();
    let host = host();
    host.add_plugin(Arc::new(Quiet))
        .await
        .expect("nobody has it");
    deploy(&host, spec).await;
    let answer = call(&host, "sensor/run", "[[]]").await;
    assert_eq!(answer, (StatusCode::NOT_FOUND, json!({"err": "empty"})));
    let reading = json!([[{"sensor": "", "timestamp": 0, "value": 1, "unit": "celsius", "tags": [], "quality": null}]]);
    let (status, problem) = call(&host, "sensor/run", &reading.to_string()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    assert!(problem["err"]["invalid"].is_object(), "{problem}");
}

/// Takes what the sensor logs, and keeps it to itself.
struct Quiet;

impl Plugin for Quiet {
    fn name(&self) -> &str {
        "log"
    }

    fn link(&self, linker: &mut Linker<CallState>) -> amphi::Result<()> {
        let mut log = linker.instance("demo:sensor/log@1.0.0")?;
        log.func_new("record-message", |_, _, _, _| Ok(()))
    }
}
