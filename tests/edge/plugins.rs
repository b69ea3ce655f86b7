//! Plugins: host functions of an embedder's, and components that serve others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use amphi::component::Linker;
use amphi_edge::config::Reuse;
use amphi_edge::{CallState, ComponentPlugin, DeployError, Host, Plugin, Spec};
use amphi_support::fixture::{call, deploy, guest, host, with_causes};
use futures_util::future::join_all;
use http::StatusCode;
use serde_json::{Value, json};

/// The log as host functions.
struct NativeLedger;

#[derive(Default)]
struct Lines(Vec<String>);

impl Plugin for NativeLedger {
    fn name(&self) -> &str {
        "ledger"
    }

    fn link(&self, linker: &mut Linker<CallState>) -> amphi::Result<()> {
        let mut log = linker.instance("demo:ledger/log@1.0.0")?;
        log.func_wrap("note", |mut call, (line,): (String,)| {
            let lines = kept(call.data_mut())?;
            lines.push(line);
            Ok((u32::try_from(lines.len())?,))
        })?;
        log.func_wrap("lines", |mut call, (): ()| {
            Ok((kept(call.data_mut())?.clone(),))
        })
    }

    fn prepare(&self, _: &amphi_edge::PluginSettings, state: &mut CallState) {
        state.keep(Lines::default());
    }
}

fn kept(state: &mut CallState) -> amphi::Result<&mut Vec<String>> {
    let lines = state.kept::<Lines>();
    lines
        .map(|lines| &mut lines.0)
        .ok_or_else(|| amphi::format_err!("the call was not prepared"))
}

fn component() -> ComponentPlugin {
    ComponentPlugin::new("ledger", guest("ledger"))
}

fn caller() -> Spec {
    let mut spec = Spec::new("adder", guest("add-with-log"));
    spec.config.plugins = vec!["ledger".to_owned()];
    spec
}

async fn add(host: &Host) -> (StatusCode, Value) {
    call(host, "adder/add-with-log", "[[1, 2, 39]]").await
}

fn report() -> (StatusCode, Value) {
    let lines = ["+ 1 = 1", "+ 2 = 3", "+ 39 = 42"];
    (StatusCode::OK, json!({"sum": 42, "lines": lines}))
}

#[tokio::test]
async fn a_plugin_may_be_rust_or_a_component() {
    let native = host();
    let added = native.add_plugin(Arc::new(NativeLedger)).await;
    added.expect("nobody has it yet");
    let other = host();
    let added = other.add_component_plugin(component()).await;
    added.expect("nobody has it yet");
    for host in [native, other] {
        deploy(&host, caller()).await;
        // What one call has written down, the next does not see.
        assert_eq!(add(&host).await, report());
        assert_eq!(add(&host).await, report());
    }
}

#[tokio::test]
async fn plugins_come_and_go_under_load() {
    let host = host();
    host.add_component_plugin(component())
        .await
        .expect("nobody has it");
    deploy(&host, caller()).await;
    let done = AtomicBool::new(false);
    let load = join_all((0..4).map(|_| async {
        let mut calls = 0;
        while !done.load(Ordering::Relaxed) {
            assert_eq!(add(&host).await, report());
            calls += 1;
            tokio::task::yield_now().await;
        }
        calls
    }));
    let changes = async {
        for _ in 0..10 {
            host.add_plugin(Arc::new(NativeLedger))
                .await
                .expect("it serves");
            host.add_component_plugin(component())
                .await
                .expect("it serves");
        }
        done.store(true, Ordering::Relaxed);
    };
    let (calls, ()) = tokio::join!(load, changes);
    assert!(calls.iter().all(|&calls| calls > 0), "{calls:?}");

    let users = host
        .remove_plugin("ledger")
        .await
        .expect_err("a function has it");
    assert_eq!(users, ["adder"]);
    let gone = host.remove("adder").await.expect("it has no trial");
    assert!(gone.is_some());
    host.remove_plugin("ledger").await.expect("nobody has it");
    let error = host.deploy(caller()).await.err().expect("it is missing");
    assert!(matches!(error, DeployError::NoSuchPlugin { .. }), "{error}");
}

#[tokio::test]
async fn a_plugin_that_does_not_fit_changes_nothing() {
    let host = host();
    host.add_component_plugin(component())
        .await
        .expect("nobody has it");
    deploy(&host, caller()).await;
    let wrong = ComponentPlugin::new("ledger", guest("calc-1-0"));
    let error = host
        .add_component_plugin(wrong)
        .await
        .expect_err("it does not fit");
    let text = with_causes(&error);
    assert!(text.contains("demo:ledger/log@1.0.0"), "{text}");
    assert_eq!(add(&host).await, report());

    let without = Spec::new("adder", guest("add-with-log"));
    let error = host
        .deploy(without)
        .await
        .err()
        .expect("an import is missing");
    assert!(
        with_causes(&error).contains("demo:ledger/log@1.0.0"),
        "{}",
        with_causes(&error)
    );
    assert_eq!(add(&host).await, report());
}

/// A plugin whose function computes for a while, and a component that calls it once for each of its
/// own calls.
fn spinning() -> (ComponentPlugin, Spec) {
    let plugin = r#"(component
        (core module $m (func (export "spin") (local $n i32)
            (loop $again
                (local.set $n (i32.add (local.get $n) (i32.const 1)))
                (br_if $again (i32.lt_u (local.get $n) (i32.const 1000))))))
        (core instance $i (instantiate $m))
        (func (export "spin") (canon lift (core func $i "spin"))))"#;
    let caller = r#"(component
        (import "spin" (func $spin))
        (core func $spin (canon lower (func $spin)))
        (core module $m
            (import "host" "spin" (func $spin))
            (func (export "run") (call $spin)))
        (core instance $i (instantiate $m (with "host" (instance (export "spin" (func $spin))))))
        (func (export "run") (canon lift (core func $i "run"))))"#;
    let component = |text| wat::parse_str(text).expect("a component");
    let plugin: Vec<u8> = component(plugin);
    let mut spec = Spec::new("caller", component(caller));
    spec.config.plugins = vec!["spinner".to_owned()];
    (ComponentPlugin::new("spinner", plugin), spec)
}

#[tokio::test]
async fn what_a_plugin_takes_is_counted_anew_for_each_call_and_told_by_its_name() {
    let (plugin, mut spec) = spinning();
    // Enough for one call, not for two.
    spec.config.limits.fuel = Some(10_000);
    spec.config.reuse = Some(Reuse {
        calls: 100,
        idle: Duration::from_secs(60),
    });
    let host = host();
    let added = host.add_component_plugin(plugin).await;
    added.expect("nobody has it yet");
    deploy(&host, spec).await;
    for _ in 0..10 {
        let answer = call(&host, "caller/run", "").await;
        assert_eq!(answer, (StatusCode::OK, Value::Null));
    }
    let metrics = host.metrics().text();
    let told = |name: &str, labels: &str| {
        let mut lines = metrics.lines();
        lines.any(|line| line.starts_with(name) && line.contains(labels) && line.ends_with(" 10"))
    };
    let labels = r#"function="spinner""#;
    assert!(told("amphi_fn_requests_total", labels), "{metrics}");
    assert!(told("amphi_fn_duration_seconds_count", labels), "{metrics}");
}

#[tokio::test]
async fn a_limit_that_a_plugin_meets_is_the_callers() {
    let (plugin, mut spec) = spinning();
    spec.config.limits.fuel = Some(2_000);
    let host = host();
    let added = host.add_component_plugin(plugin).await;
    added.expect("nobody has it yet");
    deploy(&host, spec).await;
    let (status, problem) = call(&host, "caller/run", "").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(problem["kind"], "out-of-fuel", "{problem}");
}
