//! Functions called by JSON.

use std::sync::Arc;

use amphi::component::Linker;
use amphi_edge::config::{Int64, Status};
use amphi_edge::{CallState, Host, Plugin, Spec};
use amphi_support::fixture::{call, deploy, guest, host, read, serving};
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Empty, Full};
use serde_json::{Value, json};

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

    let (status, _) = read(host.handle(get("/v1/fn/calc/add")).await).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}

fn get(path: &str) -> Request<Empty<Bytes>> {
    let request = Request::get(path).body(Empty::new());
    request.expect("a request")
}

#[tokio::test]
async fn what_is_wrong_with_arguments_is_told_part_by_part() {
    let host = serving(Spec::new("calc", guest("calc-1-0"))).await;
    for (body, path, expected, found) in [
        (
            r#"{"a": 1, "b": "two"}"#,
            json!("b"),
            "a whole number from -2147483648 to 2147483647",
            "a string",
        ),
        (
            r#"{"a": 1, "c": 2}"#,
            json!(null),
            "the arguments `a`, `b`",
            "`c`",
        ),
        ("[1, 2", json!(null), "`,` or `]`", "the end"),
    ] {
        let (status, problem) = call(&host, "calc/add", body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(problem["path"], path, "{problem}");
        assert_eq!(problem["expected"], expected, "{problem}");
        assert_eq!(problem["found"], found, "{problem}");
    }
}

/// The status, the type and the text of an answer to a call whose client says what it accepts.
async fn accepting(host: &Host, path: &str, body: &str, accept: &str) -> (u16, String, String) {
    let request = Request::post(format!("/v1/fn/{path}"))
        .header("accept", accept)
        .body(Full::new(Bytes::from(body.to_owned())))
        .expect("a request");
    let response = host.handle(request).await;
    let status = response.status().as_u16();
    let kind = response.headers()["content-type"].to_str();
    let kind = kind.expect("it is text").to_owned();
    let body = response.into_body().collect().await.expect("a whole body");
    let text = String::from_utf8(body.to_bytes().to_vec());
    (status, kind, text.expect("it is text"))
}

#[tokio::test]
async fn an_answer_has_the_form_that_is_asked_for() {
    let echo = r#"(component
        (core module $m (func (export "echo") (param i64) (result i64) (local.get 0)))
        (core instance $i (instantiate $m))
        (func (export "echo") (param "x" u64) (result u64) (canon lift (core func $i "echo"))))"#;
    let echo = wat::parse_str(echo).expect("a component");
    let mut spec = Spec::new("strings", echo.clone());
    spec.config.json.int64 = Int64::String;
    let host = serving(Spec::new("numbers", echo)).await;
    deploy(&host, spec).await;
    let (number, string) = ("application/json", "application/json; int64=string");
    for (path, accept, kind, text) in [
        ("numbers/echo", "*/*", number, "7"),
        ("numbers/echo", string, string, r#""7""#),
        ("strings/echo", "*/*", string, r#""7""#),
        (
            "strings/echo",
            "application/json; int64=number",
            number,
            "7",
        ),
    ] {
        for body in ["[7]", r#"["7"]"#] {
            let answer = accepting(&host, path, body, accept).await;
            assert_eq!(
                answer,
                (200, kind.to_owned(), text.to_owned()),
                "{path} {accept}"
            );
        }
    }
    let (status, _, text) = accepting(&host, "numbers/echo", "[7]", "*/*; int64=bits").await;
    assert_eq!(status, 406, "{text}");
    let document = read(host.handle(get("/openapi.json")).await).await.1;
    let content = |name: &str| {
        &document["paths"][format!("/v1/fn/{name}/echo")]["post"]["responses"]["200"]["content"]
    };
    let string_alone = |schema: &Value| schema["schema"]["type"] == "string";
    for (name, with_strings, with_numbers) in [
        ("numbers", string, number),
        ("strings", number, "application/json; int64=number"),
    ] {
        assert!(string_alone(&content(name)[with_strings]), "{document}");
        assert!(!string_alone(&content(name)[with_numbers]), "{document}");
        assert_eq!(
            content(name).as_object().map(|all| all.len()),
            Some(2),
            "the other forms are no different"
        );
    }
}

#[tokio::test]
async fn an_error_of_the_function_has_a_status() {
    let mut spec = Spec::new("sensor", guest("sensor"));
    spec.config.plugins = vec!["log".to_owned()];
    spec.config.status = [("empty".to_owned(), Status::new(404).expect("one"))].into();
    let host = host();
    host.add_plugin(Arc::new(Quiet))
        .await
        .expect("nobody has it");
    deploy(&host, spec).await;
    let answer = call(&host, "sensor/run", "[[]]").await;
    assert_eq!(answer, (StatusCode::NOT_FOUND, json!({"err": "empty"})));
    let tagged = "application/json; wit=tagged";
    let answer = accepting(&host, "sensor/run", "[[]]", tagged).await;
    let text = r#"{"err":{"tag":"empty"}}"#;
    assert_eq!(answer, (404, tagged.to_owned(), text.to_owned()));
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
