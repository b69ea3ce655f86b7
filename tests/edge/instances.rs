//! Which instance serves a call, and who waits for one.

use std::num::NonZeroU32;
use std::time::Duration;

use amphi_edge::config::{Limits, Reuse};
use amphi_edge::{Host, PoolSettings, Settings, Spec};
use amphi_support::fixture::{call, deploy, guest, serving, settings};
use bytes::Bytes;
use futures_util::future::join_all;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

use crate::bombs;

/// A component whose function counts how often its instance was called.
fn counter() -> Vec<u8> {
    let text = r#"(component
        (core module $m
            (global $calls (mut i32) (i32.const 0))
            (func (export "count") (result i32)
                (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
                (global.get $calls))
            (func (export "fail") unreachable))
        (core instance $i (instantiate $m))
        (func (export "count") (result u32) (canon lift (core func $i "count")))
        (func (export "fail") (canon lift (core func $i "fail"))))"#;
    wat::parse_str(text).expect("a component")
}

async fn count(host: &Host) -> Value {
    let (status, count) = call(host, "counter/count", "").await;
    assert_eq!(status, StatusCode::OK, "{count}");
    count
}

#[tokio::test]
async fn each_call_has_a_fresh_instance() {
    let mut spec = Spec::new("counter", counter());
    spec.config.prewarm = 3;
    let host = serving(spec).await;
    for _ in 0..8 {
        assert_eq!(count(&host).await, json!(1));
    }
}

#[tokio::test]
async fn an_instance_serves_as_many_calls_as_it_may() {
    let mut spec = Spec::new("counter", counter());
    spec.config.reuse = Some(Reuse {
        calls: 3,
        idle: Duration::from_secs(3600),
    });
    let host = serving(spec).await;
    let mut found = Vec::new();
    for _ in 0..7 {
        found.push(count(&host).await);
    }
    assert_eq!(found, [1, 2, 3, 1, 2, 3, 1].map(|number| json!(number)));
}

#[tokio::test]
async fn an_instance_that_trapped_serves_no_more() {
    let mut spec = Spec::new("counter", counter());
    spec.config.reuse = Some(Reuse {
        calls: 100,
        idle: Duration::from_secs(3600),
    });
    let host = serving(spec).await;
    assert_eq!(count(&host).await, json!(1));
    assert_eq!(count(&host).await, json!(2));
    let (status, _) = call(&host, "counter/fail", "").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(count(&host).await, json!(1));
}

/// A host with room for two instances.
fn narrow() -> Host {
    let pool = PoolSettings {
        instances: 2,
        ..PoolSettings::default()
    };
    Host::new(Settings { pool, ..settings() }).expect("it has no audit log")
}

#[tokio::test]
async fn who_finds_no_place_in_the_pool_waits() {
    let host = narrow();
    let mut spec = Spec::new("calc", guest("calc-1-0"));
    spec.config.limits = Limits {
        queue_wait: Duration::from_secs(3600),
        ..Limits::default()
    };
    deploy(&host, spec).await;
    let calls = (0..64).map(|_| call(&host, "calc/add", "[1, 2]"));
    for (status, answer) in join_all(calls).await {
        assert_eq!((status, answer), (StatusCode::OK, json!(3)));
    }
}

#[tokio::test]
async fn kept_instances_make_room_for_others() {
    let host = narrow();
    let mut kept = Spec::new("counter", counter());
    kept.config.reuse = Some(Reuse {
        calls: 100,
        idle: Duration::from_secs(600),
    });
    kept.config.prewarm = 2;
    deploy(&host, kept).await;
    // Both places are taken by instances that wait for a call of another function.
    deploy(&host, Spec::new("calc", guest("calc-1-0"))).await;
    let answer = call(&host, "calc/add", "[1, 2]").await;
    assert_eq!(answer, (StatusCode::OK, json!(3)));
}

/// A request whose body never ends, so that the guest waits for it.
fn waiting() -> Request<impl http_body::Body<Data = Bytes, Error = std::convert::Infallible>> {
    let body = http_body_util::StreamBody::new(futures_util::stream::pending());
    Request::post("/echo")
        .header("host", "localhost")
        .body(body)
        .expect("a request")
}

fn one_at_a_time(name: &str) -> Spec {
    let mut spec = Spec::new("web", guest(name));
    spec.config.route = "/".parse().ok();
    spec.config.limits = Limits {
        concurrency: NonZeroU32::MIN,
        queue: 0,
        ..Limits::default()
    };
    spec
}

#[tokio::test]
async fn a_full_queue_refuses() {
    let host = serving(one_at_a_time("respond")).await;
    let first = host.handle(waiting()).await;
    assert_eq!(first.status(), StatusCode::OK);
    let second = host.handle(waiting()).await;
    assert_eq!(second.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(second.headers().contains_key("retry-after"));
    drop(first);
}

#[tokio::test]
async fn a_client_that_goes_away_frees_its_instance() {
    for name in ["respond", "respond-0-3"] {
        let host = serving(one_at_a_time(name)).await;
        for _ in 0..3 {
            let response = host.handle(waiting()).await;
            assert_eq!(response.status(), StatusCode::OK, "{name}");
            drop(response);
            let metrics = || {
                let pools: Vec<_> = host.engines().made().collect();
                let live = pools.iter().map(|pool| {
                    let metrics = pool.engine.pooling_allocator_metrics();
                    metrics.map_or(0, |metrics| metrics.component_instances())
                });
                live.sum::<u64>()
            };
            until(|| metrics() == 0).await;
        }
        let request = Request::post("/echo")
            .header("host", "localhost")
            .body(Full::new(Bytes::from_static(b"still here")))
            .expect("a request");
        let body = host.handle(request).await.into_body().collect().await;
        assert_eq!(body.expect("a body").to_bytes(), "still here", "{name}");
    }
}

/// Waits until something is so, for as long as the machine may need.
async fn until(mut so: impl FnMut() -> bool) {
    let waiting = async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(600), waiting)
        .await
        .expect("it becomes so");
}

#[tokio::test]
async fn instances_are_made_in_advance_again_and_again() {
    let mut spec = Spec::new("counter", counter());
    spec.config.prewarm = 2;
    let host = serving(spec).await;
    for _ in 0..4 {
        until(|| instances(&host, "idle") == 2).await;
        assert_eq!(count(&host).await, json!(1));
    }
}

#[tokio::test]
async fn an_instance_that_nobody_calls_is_dropped() {
    let mut spec = Spec::new("counter", counter());
    spec.config.reuse = Some(Reuse {
        calls: 100,
        idle: Duration::from_millis(20),
    });
    let host = serving(spec).await;
    assert_eq!(count(&host).await, json!(1));
    until(|| instances(&host, "idle") == 0).await;
}

#[tokio::test]
async fn each_call_of_a_kept_instance_has_its_fuel() {
    let mut spec = Spec::new("counter", counter());
    spec.config.limits.fuel = Some(30);
    spec.config.reuse = Some(Reuse {
        calls: 100,
        idle: Duration::from_secs(3600),
    });
    let host = serving(spec).await;
    for number in 1..50 {
        assert_eq!(count(&host).await, json!(number));
    }
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_is_told_of() {
    let host = serving(Spec::new("endless", bombs::endless())).await;
    let given_up = tokio::time::timeout(Duration::from_millis(50), call(&host, "endless/run", ""));
    assert!(given_up.await.is_err());
    let metrics = host.metrics().text();
    assert!(metrics.contains("outcome=\"given-up\"} 1"), "{metrics}");
    assert_eq!(instances(&host, "live"), 0);
}

/// How many instances are in a state, over all functions.
fn instances(host: &Host, state: &str) -> u64 {
    let metrics = host.metrics().text();
    let lines = metrics.lines().filter(|line| {
        line.starts_with("amphi_fn_instances{") && line.contains(&format!("state=\"{state}\""))
    });
    let numbers = lines.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok());
    numbers.sum()
}
