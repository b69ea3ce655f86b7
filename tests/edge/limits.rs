//! Every limit bites, and the neighbour notices nothing.

use std::time::Duration;

use amphi_edge::config::Limits;
use amphi_edge::{Host, Spec};
use http::StatusCode;
use serde_json::{Value, json};

use crate::fixture::{call, deploy, guest, host};

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
