//! Every limit bites, and the neighbour notices nothing.

use std::time::Duration;

use amphi_edge::config::Limits;
use amphi_edge::{Host, Spec};
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

use crate::fixture::{call, deploy, guest, host, read};

/// A component that exports `run`, with the core module's `run` behind it.
fn component(module: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
            (core module $m {module})
            (core instance $i (instantiate $m))
            (func (export "run") (canon lift (core func $i "run"))))"#
    );
    wat::parse_str(text).expect("a component")
}

async fn beside_a_neighbour(module: &str, limits: Limits) -> Host {
    let host = host();
    let mut bad = Spec::new("bad", component(module));
    bad.config.limits = limits;
    deploy(&host, bad).await;
    deploy(&host, Spec::new("calc", guest("calc-1-0"))).await;
    host
}

/// Runs the bad function with the neighbour called all the while; returns what the bad one's caller was told.
async fn run(host: &Host) -> (StatusCode, Value) {
    let neighbour = async {
        loop {
            let answer = call(host, "calc/add", "[20, 22]").await;
            assert_eq!(answer, (StatusCode::OK, json!(42)));
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        told = call(host, "bad/run", "") => told,
        () = neighbour => unreachable!("the neighbour goes on for ever"),
    }
}

async fn check(module: &str, limits: Limits, status: StatusCode, kind: &str) {
    let host = beside_a_neighbour(module, limits).await;
    let (found, problem) = run(&host).await;
    assert_eq!(
        (found, &problem["kind"]),
        (status, &json!(kind)),
        "{problem}"
    );
    let answer = call(&host, "calc/add", "[20, 22]").await;
    assert_eq!(answer, (StatusCode::OK, json!(42)));
}

const ENDLESS: &str = r#"(func (export "run") (loop (br 0)))"#;

#[tokio::test]
async fn an_endless_loop_has_its_share_of_the_processor() {
    let limits = Limits {
        cpu: Duration::from_millis(50),
        ..Limits::default()
    };
    check(ENDLESS, limits, StatusCode::GATEWAY_TIMEOUT, "cpu-limit").await;
}

#[tokio::test]
async fn an_endless_loop_has_a_deadline() {
    let limits = Limits {
        wall: Duration::from_millis(50),
        cpu: Duration::from_secs(60),
        ..Limits::default()
    };
    check(ENDLESS, limits, StatusCode::GATEWAY_TIMEOUT, "deadline").await;
}

#[tokio::test]
async fn fuel_runs_out() {
    let limits = Limits {
        fuel: Some(10_000),
        ..Limits::default()
    };
    check(
        ENDLESS,
        limits,
        StatusCode::INTERNAL_SERVER_ERROR,
        "out-of-fuel",
    )
    .await;
}

#[tokio::test]
async fn memory_is_limited_over_all_memories() {
    // Each of the three is small enough by itself.
    let module = r#"
        (memory $a 1) (memory $b 1) (memory $c 1)
        (func (export "run")
            (if (i32.eq (memory.grow $a (i32.const 15)) (i32.const -1)) (then unreachable))
            (if (i32.eq (memory.grow $b (i32.const 15)) (i32.const -1)) (then unreachable))
            (if (i32.eq (memory.grow $c (i32.const 15)) (i32.const -1)) (then unreachable)))"#;
    let limits = |pages: u64| Limits {
        memory: pages << 16,
        ..Limits::default()
    };
    check(
        module,
        limits(47),
        StatusCode::INTERNAL_SERVER_ERROR,
        "memory-limit",
    )
    .await;
    let host = beside_a_neighbour(module, limits(48)).await;
    assert_eq!(run(&host).await, (StatusCode::OK, Value::Null));
}

#[tokio::test]
async fn tables_are_limited() {
    let module = r#"
        (table $t 1 funcref)
        (func (export "run")
            (if (i32.eq (table.grow $t (ref.null func) (i32.const 50000)) (i32.const -1))
                (then unreachable)))"#;
    check(
        module,
        Limits::default(),
        StatusCode::INTERNAL_SERVER_ERROR,
        "table-limit",
    )
    .await;
}

#[tokio::test]
async fn a_trap_is_named() {
    check(
        r#"(func (export "run") unreachable)"#,
        Limits::default(),
        StatusCode::INTERNAL_SERVER_ERROR,
        "unreachable-code-reached",
    )
    .await;
}

#[tokio::test]
async fn a_request_is_as_large_as_it_may_be() {
    let mut spec = Spec::new("calc", guest("calc-1-0"));
    spec.config.limits.request = 1 << 10;
    let host = host();
    deploy(&host, spec).await;
    let huge = format!("[1, {}2]", " ".repeat(1 << 10));
    let (status, problem) = call(&host, "calc/add", &huge).await;
    assert_eq!(
        (status, &problem["kind"]),
        (StatusCode::PAYLOAD_TOO_LARGE, &json!("body-too-large"))
    );
    let deep = format!("{}{}", "[".repeat(400), "]".repeat(400));
    let (status, problem) = call(&host, "calc/add", &deep).await;
    assert_eq!(
        (status, &problem["kind"]),
        (StatusCode::BAD_REQUEST, &json!("arguments"))
    );
    let request = Request::post("/v1/fn/calc/add")
        .header("x-large", "x".repeat(70_000))
        .body(Full::new(Bytes::from_static(b"[1, 2]")))
        .expect("a request");
    let (status, problem) = read(host.handle(request).await).await;
    assert_eq!(
        (status, &problem["kind"]),
        (
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            &json!("headers-too-large")
        )
    );
    let answer = call(&host, "calc/add", "[1, 2]").await;
    assert_eq!(answer, (StatusCode::OK, json!(3)));
    let metrics = host.metrics().text();
    for outcome in ["body-too-large", "arguments", "headers-too-large", "ok"] {
        assert!(
            metrics.contains(&format!("outcome=\"{outcome}\"}} 1")),
            "{outcome}: {metrics}"
        );
    }
}

#[tokio::test]
async fn a_response_is_as_large_as_it_may_be() {
    for name in ["respond", "respond-0-3"] {
        let mut spec = Spec::new("web", guest(name));
        spec.config.route = Some("/".to_owned());
        spec.config.limits.response = 1 << 10;
        let host = host();
        deploy(&host, spec).await;
        let request = Request::post("/echo")
            .header("host", "localhost")
            .body(Full::new(Bytes::from(vec![7; 2 << 10])))
            .expect("a request");
        let response = host.handle(request).await;
        assert_eq!(response.status(), StatusCode::OK, "{name}");
        let error = response.into_body().collect().await.err();
        let error = error.expect("the body is cut off").to_string();
        assert!(error.contains("at most 1024 bytes"), "{name}: {error}");
    }
}

#[tokio::test]
async fn a_function_that_traps_again_and_again_is_left_alone() {
    let mut spec = Spec::new("bad", component(r#"(func (export "run") unreachable)"#));
    spec.config.breaker.traps = 3;
    let host = host();
    deploy(&host, spec).await;
    for _ in 0..3 {
        let (status, _) = call(&host, "bad/run", "").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    }
    let (status, problem) = call(&host, "bad/run", "").await;
    assert_eq!(
        (status, &problem["kind"]),
        (StatusCode::SERVICE_UNAVAILABLE, &json!("circuit-open"))
    );
}
