//! Versions of a function: which may take another's place, which serve side by side, and which go back by themselves.

use std::fs;
use std::path::Path;

use amphi_edge::config::{self, Abi, Canary, Format, Smoke};
use amphi_edge::rollout::choice::Weight;
use amphi_edge::rollout::record::Author;
use amphi_edge::{DeployError, Digest, Host, Settings, Spec};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::fixture::{call, chain, deploy, guest, host, read, serving, settings};

fn calc(version: &str) -> Spec {
    Spec::new("calc", guest(&format!("calc-{version}")))
}

/// Calls with header fields; the status, the document, and the response's header fields.
async fn call_with(
    host: &Host,
    path: &str,
    fields: &[(&str, &str)],
    body: &'static str,
) -> (StatusCode, Value, HeaderMap) {
    let mut request = Request::post(format!("/v1/fn/{path}"));
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::from_static(body.as_bytes())));
    let response = host.handle(request.expect("a request")).await;
    let headers = response.headers().clone();
    let (status, document) = read(response).await;
    (status, document, headers)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers[name].to_str().expect("text")
}

#[tokio::test]
async fn a_compatible_version_takes_the_place_and_a_breaking_one_is_refused() {
    let host = serving(calc("1-0")).await;
    deploy(&host, calc("1-1")).await;
    let error = host.deploy(calc("2-0")).await.err().expect("it breaks");
    let DeployError::Gate(refusal) = &error else {
        panic!("{}", chain(&error));
    };
    let reason = refusal.to_string();
    assert!(
        reason.contains("removed-interface at `demo:calc/ops`"),
        "{reason}"
    );
    // What served serves on.
    let (status, sum, headers) = call_with(&host, "calc/add", &[], "[1, 2]").await;
    assert_eq!((status, sum), (StatusCode::OK, json!(3)));
    assert!(text(&headers, "amphi-version").starts_with("1.1.0 sha256:"));
    // Time runs forward, unless it is said that it need not.
    let error = host.deploy(calc("1-0")).await.err().expect("it is older");
    assert!(
        chain(&error).contains("version-lowered"),
        "{}",
        chain(&error)
    );
    let mut back = calc("1-0");
    back.config.abi = Abi::Any;
    deploy(&host, back).await;
    let (.., headers) = call_with(&host, "calc/add", &[], "[1, 2]").await;
    assert!(text(&headers, "amphi-version").starts_with("1.0.0 sha256:"));
}

#[tokio::test]
async fn exactly_the_same_interfaces_may_be_asked_for() {
    let mut first = calc("1-0");
    first.config.abi = Abi::Exact;
    let host = serving(first).await;
    let mut second = calc("1-1");
    second.config.abi = Abi::Exact;
    let error = host.deploy(second).await.err().expect("it has more");
    assert!(matches!(error, DeployError::Gate(_)), "{}", chain(&error));
}

#[tokio::test]
async fn the_interface_may_be_pinned() {
    let mut spec = calc("1-1");
    spec.config.interface = Some("demo:calc/ops@1.0.0".to_owned());
    let error = host().deploy(spec).await.err().expect("it has another");
    let text = chain(&error);
    assert!(
        text.contains("demo:calc/ops@1.0.0") && text.contains("demo:calc/ops@1.1.0"),
        "{text}"
    );
}

#[tokio::test]
async fn versions_serve_side_by_side() {
    let mut spec = calc("1-1");
    // What is pinned is not meant for those beside.
    spec.config.interface = Some("demo:calc/ops@1.1.0".to_owned());
    spec.beside = vec![guest("calc-2-0")];
    let host = serving(spec).await;
    for (asked, version, reason) in [
        (None, "1.1.0", "only"),
        (Some("1.1.0"), "1.1.0", "asked"),
        (Some("1.0.0"), "1.1.0", "compatible"),
        (Some("2.0.0"), "2.0.0", "asked"),
    ] {
        let fields: Vec<_> = asked
            .iter()
            .map(|&asked| ("amphi-version", asked))
            .collect();
        // What the versions take differs; that they are reached shows in the response, whatever it says.
        let (_, _, headers) = call_with(&host, "calc/add", &fields, "[1, 2]").await;
        let found = text(&headers, "amphi-version");
        assert!(found.starts_with(version), "{asked:?}: {found}");
        assert_eq!(text(&headers, "amphi-version-reason"), reason, "{asked:?}");
    }
    let (status, problem, _) =
        call_with(&host, "calc/add", &[("amphi-version", "3.0.0")], "[1, 2]").await;
    assert_eq!(
        (status, &problem["kind"]),
        (StatusCode::NOT_FOUND, &json!("no-such-version"))
    );
}

/// A component whose `run` does what it is told.
fn component(run: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
            (core module $m (func (export "run") (result i32) {run}))
            (core instance $i (instantiate $m))
            (func (export "run") (result u32) (canon lift (core func $i "run"))))"#
    );
    wat::parse_str(text).expect("a component")
}

fn on_trial(canary: &str, weight: u16) -> Spec {
    let mut spec = Spec::new("f", component("(i32.const 1)"));
    spec.canary = Some(component(canary));
    spec.config.canary = Some(Canary {
        component: "".into(),
        weight,
        steps: Vec::new(),
    });
    spec
}

fn audited(folder: &Path) -> Host {
    Host::new(Settings {
        audit: Some(folder.join("audit.jsonl")),
        ..settings()
    })
    .expect("an audit log")
}

#[tokio::test]
async fn a_key_keeps_its_version() {
    let host = serving(on_trial("(i32.const 2)", 30)).await;
    let mut on_canary = 0;
    for user in 0..100 {
        let key = format!("user-{user}");
        let mut found = Vec::new();
        for _ in 0..3 {
            let (status, number, headers) =
                call_with(&host, "f/run", &[("amphi-key", &key)], "").await;
            assert_eq!(status, StatusCode::OK);
            assert_eq!(text(&headers, "amphi-version-reason"), "key");
            found.push(number);
        }
        assert!(
            found.iter().all(|number| *number == found[0]),
            "{key}: {found:?}"
        );
        on_canary += u32::from(found[0] == json!(2));
    }
    // The keys are always the same, and so is their share.
    assert!((15..=45).contains(&on_canary), "{on_canary}");
}

#[tokio::test]
async fn a_canary_that_traps_goes_back_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = audited(folder.path());
    deploy(&host, on_trial("unreachable", 50)).await;
    let mut bad = 0;
    for _ in 0..2_000 {
        let (status, _) = call(&host, "f/run", "").await;
        // The breaker is for the version that serves, whose calls go on.
        assert_ne!(status, StatusCode::SERVICE_UNAVAILABLE);
        bad += u32::from(status != StatusCode::OK);
        if host
            .function("f")
            .expect("it is served")
            .lanes()
            .canary
            .is_none()
        {
            break;
        }
    }
    assert!((1..100).contains(&bad), "{bad} bad calls");
    for _ in 0..100 {
        assert_eq!(call(&host, "f/run", "").await, (StatusCode::OK, json!(1)));
    }
    let log = fs::read_to_string(folder.path().join("audit.jsonl")).expect("the log");
    let events: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect("an entry"))
        .collect();
    assert_eq!(events[0]["event"], "began");
    assert_eq!(events[1]["event"], "rolled-back");
    assert_eq!(events[1]["by"], "trial");
    assert!(
        events[1]["decision"]["canary"]["trapped"].as_u64() > Some(0),
        "{log}"
    );
    let metrics = host.metrics().text();
    assert!(
        metrics.contains("rollout_state{function=\"f\",state=\"rolled-back\"} 1"),
        "{metrics}"
    );
}

#[tokio::test]
async fn a_trial_of_a_configuration_that_is_refused_never_began() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = audited(folder.path());
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes);
    write("f.wasm", &component("(i32.const 1)")).expect("a file");
    write("next.wasm", &component("(i32.const 2)")).expect("a file");
    write("g.wasm", b"no component").expect("a file");
    let text = "functions:
  f: { component: f.wasm, canary: { component: next.wasm, weight: 10 } }
  g: { component: g.wasm }
";
    let read =
        |text: &str| config::parse(text, Format::Yaml, folder.path()).expect("it reads well");
    let error = host.apply(&read(text)).await.expect_err("one is broken");
    assert_eq!(error.problems.len(), 1, "{error}");
    let log = || fs::read_to_string(folder.path().join("audit.jsonl")).expect("the log");
    assert_eq!(log(), "");
    let good: String = text
        .lines()
        .take(2)
        .map(|line| format!("{line}\n"))
        .collect();
    host.apply(&read(&good)).await.expect("it is good");
    assert_eq!(log().lines().count(), 1, "{}", log());
}

#[tokio::test]
async fn a_configuration_that_takes_the_canary_out_ends_its_trial() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = audited(folder.path());
    let digest = |version: &str| Digest::of(&guest(version)).short();
    let (first, second) = (digest("calc-1-0"), digest("calc-1-1"));
    let on_trial = |stable: &str, canary: &str| {
        let mut spec = calc(stable);
        spec.canary = Some(guest(canary));
        spec.config.canary = Some(Canary {
            component: "".into(),
            weight: 10,
            steps: Vec::new(),
        });
        spec
    };
    let told = |expected: &[(&str, String)]| {
        let metrics = host.metrics().text();
        let found = metrics
            .lines()
            .filter(|line| line.starts_with("rollout_state{") || line.starts_with("route_weight{"));
        let mut found: Vec<&str> = found.collect();
        let expected = expected
            .iter()
            .map(|(name, rest)| format!("{name}{{function=\"calc\",{rest}"));
        let mut expected: Vec<String> = expected.collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
    };
    let state = |state: &str| ("rollout_state", format!("state=\"{state}\"}} 1"));
    let weight =
        |version: &str, percent: u8| ("route_weight", format!("version=\"{version}\"}} {percent}"));
    deploy(&host, on_trial("1-0", "calc-1-1")).await;
    told(&[state("trial"), weight(&first, 90), weight(&second, 10)]);
    // What is on trial has more than what serves: going back is no lower version.
    deploy(&host, calc("1-0")).await;
    told(&[state("rolled-back"), weight(&first, 100)]);
    deploy(&host, on_trial("1-0", "calc-1-1")).await;
    told(&[state("trial"), weight(&first, 90), weight(&second, 10)]);
    // The same trial goes on, and does not begin.
    let mut again = on_trial("1-0", "calc-1-1");
    again.config.prewarm = 1;
    deploy(&host, again).await;
    told(&[state("trial"), weight(&first, 90), weight(&second, 10)]);
    deploy(&host, calc("1-1")).await;
    told(&[state("promoted"), weight(&second, 100)]);
    host.remove("calc").await.expect("it is served");
    told(&[]);
    let log = fs::read_to_string(folder.path().join("audit.jsonl")).expect("the log");
    let events = log.lines().map(|line| {
        let event: Value = serde_json::from_str(line).expect("an entry");
        assert_eq!(event["by"], "configuration", "{event}");
        event["event"].as_str().expect("a word").to_owned()
    });
    let expected = ["began", "rolled-back", "began", "promoted"];
    assert_eq!(events.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn what_a_trial_has_come_to_stays_when_something_else_changes() {
    let weight = |host: &Host| {
        let lanes = host.function("f").expect("it is served").lanes();
        lanes
            .canary
            .as_ref()
            .map(|canary| canary.weight().in_10_000())
    };
    let by = Author::Hand;
    let changed = || {
        let mut spec = on_trial("(i32.const 2)", 10);
        spec.config.limits.concurrency += 1;
        spec
    };
    // A share that somebody gave it.
    let host = serving(on_trial("(i32.const 2)", 10)).await;
    let function = host.function("f").expect("it is served");
    let half = Weight::of_percent(50).expect("a share");
    assert!(function.set_weight(half, by));
    deploy(&host, changed()).await;
    assert_eq!(weight(&host), Some(5_000));
    // Another share in the configuration is another trial.
    deploy(&host, on_trial("(i32.const 2)", 20)).await;
    assert_eq!(weight(&host), Some(2_000));
    deploy(&host, on_trial("(i32.const 2)", 10)).await;
    // That it went back.
    assert!(
        host.function("f")
            .expect("it is served")
            .roll_back(by, None)
    );
    deploy(&host, changed()).await;
    assert_eq!(weight(&host), None);
    assert_eq!(call(&host, "f/run", "").await, (StatusCode::OK, json!(1)));
    // That it was promoted.
    deploy(&host, on_trial("(i32.const 2)", 20)).await;
    deploy(&host, on_trial("(i32.const 2)", 10)).await;
    assert!(host.function("f").expect("it is served").promote(by));
    deploy(&host, changed()).await;
    assert_eq!(weight(&host), None);
    assert_eq!(call(&host, "f/run", "").await, (StatusCode::OK, json!(2)));
    let metrics = host.metrics().text();
    let promoted = "rollout_state{function=\"f\",state=\"promoted\"} 1";
    assert!(metrics.contains(promoted), "{metrics}");
}

#[tokio::test]
async fn a_canary_may_be_promoted_by_hand() {
    let host = serving(on_trial("(i32.const 2)", 0)).await;
    assert_eq!(call(&host, "f/run", "").await, (StatusCode::OK, json!(1)));
    let function = host.function("f").expect("it is served");
    assert!(function.promote(Author::Hand));
    assert!(!function.promote(Author::Hand));
    assert_eq!(call(&host, "f/run", "").await, (StatusCode::OK, json!(2)));
}

#[tokio::test]
async fn a_handler_answers_its_smoke_call_before_it_serves() {
    let host = host();
    for (name, path, status, reason) in [
        ("respond", "/seen?x=1", None, None),
        ("respond", "/empty", Some(204), None),
        ("respond", "/nowhere", Some(404), None),
        (
            "respond",
            "/empty",
            None,
            Some("expected status `200`, found `204`"),
        ),
        (
            "respond",
            "/broken",
            None,
            Some("the guest trapped: unreachable"),
        ),
        (
            "respond",
            "/silent",
            None,
            Some("without setting a response"),
        ),
        ("respond", "/failing", None, Some("LoopDetected")),
        ("respond-0-3", "/seen?x=1", None, None),
        ("respond-0-3", "/nowhere", None, Some("found `404`")),
        (
            "respond-0-3",
            "/broken",
            None,
            Some("the guest trapped: unreachable"),
        ),
    ] {
        let mut spec = Spec::new("f", guest(name));
        spec.config.abi = Abi::Any;
        spec.config.smoke = Some(Smoke {
            path: Some(path.to_owned()),
            status,
            ..Smoke::default()
        });
        let error = host.deploy(spec).await.err().map(|error| chain(&error));
        match (&error, reason) {
            (None, None) => {}
            (Some(error), Some(reason)) => {
                let call = format!("the smoke call `GET {path}` did not go well");
                assert!(error.contains(&call) && error.contains(reason), "{error}");
            }
            _ => panic!("{name} at {path}: expected {reason:?}, found {error:?}"),
        }
    }
}

#[tokio::test]
async fn versions_beside_have_no_smoke_call_and_the_one_on_trial_has() {
    let call = |expect: Value| Smoke {
        func: Some("add".to_owned()),
        args: Some(json!({ "a": 1, "b": 2 })),
        expect: Some(expect),
        ..Smoke::default()
    };
    let mut spec = calc("1-1");
    spec.beside = vec![guest("calc-2-0"), component("unreachable")];
    spec.config.smoke = Some(call(json!(3)));
    let host = serving(spec.clone()).await;
    let mut trapping = on_trial("unreachable", 10);
    trapping.config.smoke = Some(Smoke {
        func: Some("run".to_owned()),
        ..Smoke::default()
    });
    let error = host.deploy(trapping).await.err().expect("it traps");
    let told = "the smoke call `run` did not go well";
    assert!(chain(&error).contains(told), "{}", chain(&error));
    spec.config.smoke = Some(call(json!(4)));
    let error = host.deploy(spec).await.err().expect("it is not four");
    let told = "`add` did not go well: expected `4`, found `3`";
    assert!(chain(&error).contains(told), "{}", chain(&error));
    assert_eq!(
        call_with(&host, "calc/add", &[], "[1, 2]").await.1,
        json!(3)
    );
}

#[tokio::test]
async fn a_canary_has_to_pass_the_gate() {
    let mut spec = calc("1-1");
    spec.canary = Some(guest("calc-2-0"));
    spec.config.canary = Some(Canary {
        component: "".into(),
        weight: 10,
        steps: Vec::new(),
    });
    let error = host().deploy(spec).await.err().expect("it breaks");
    assert!(matches!(error, DeployError::Gate(_)), "{}", chain(&error));
}
