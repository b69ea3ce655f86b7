//! Versions of a function: which may take another's place, which serve side by side, and what they
//! answer before they serve.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use amphi_edge::config::{Abi, Arguments, RequestPath, Smoke, Status};
use amphi_edge::{DeployError, Host, Spec};
use amphi_support::fixture::{deploy, guest, host, read, serving, with_causes};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, Request, StatusCode};
use http_body::Frame;
use http_body_util::{Full, StreamBody};
use serde_json::{Value, json};

use crate::trials::{on_trial, share};

pub fn calc(version: &str) -> Spec {
    Spec::new("calc", guest(&format!("calc-{version}")))
}

/// Calls with header fields; the status, the document, and the response's header fields.
pub async fn call_with(
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

pub fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers[name].to_str().expect("text")
}

#[tokio::test]
async fn a_compatible_version_takes_the_place_and_a_breaking_one_is_refused() {
    let host = serving(calc("1-0")).await;
    deploy(&host, calc("1-1")).await;
    let error = host.deploy(calc("2-0")).await.err().expect("it breaks");
    let DeployError::Gate(refusal) = &error else {
        panic!("{}", with_causes(&error));
    };
    let reason = refusal.to_string();
    assert!(
        reason.contains("removed-interface at `demo:calc/ops`"),
        "{reason}"
    );
    let metrics = host.metrics().text();
    for judged in [
        r#"amphi_abi_gate_total{result="accepted",reason="none"} 1"#,
        r#"amphi_abi_gate_total{result="refused",reason="removed-interface"} 1"#,
    ] {
        assert!(metrics.contains(judged), "{judged}\n{metrics}");
    }
    // What served serves on.
    let (status, sum, headers) = call_with(&host, "calc/add", &[], "[1, 2]").await;
    assert_eq!((status, sum), (StatusCode::OK, json!(3)));
    assert!(text(&headers, "amphi-version").starts_with("1.1.0 sha256:"));
    // Time runs forward, unless it is said that it need not.
    let error = host.deploy(calc("1-0")).await.err().expect("it is older");
    assert!(
        with_causes(&error).contains("version-lowered"),
        "{}",
        with_causes(&error)
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
    assert!(
        matches!(error, DeployError::Gate(_)),
        "{}",
        with_causes(&error)
    );
}

#[tokio::test]
async fn the_interface_may_be_pinned() {
    let mut spec = calc("1-1");
    spec.config.interface = Some("demo:calc/ops@1.0.0".to_owned());
    let error = host().deploy(spec).await.err().expect("it has another");
    let text = with_causes(&error);
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
    spec.side_by_side = vec![guest("calc-2-0")];
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
        // What the versions take differs; that they are reached shows in the response, whatever it
        // says.
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
pub fn component(run: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
            (core module $m (func (export "run") (result i32) {run}))
            (core instance $i (instantiate $m))
            (func (export "run") (result u32) (canon lift (core func $i "run"))))"#
    );
    wat::parse_str(text).expect("a component")
}

#[tokio::test]
async fn what_is_in_flight_ends_on_its_version_which_then_is_gone() {
    let web = |name: &str| {
        let mut spec = Spec::new("web", guest(name));
        spec.config.route = "/".parse().ok();
        spec.config.abi = Abi::Any;
        spec.config.prewarm = 2;
        spec
    };
    let host = serving(web("respond")).await;
    let version = Arc::clone(&host.function("web").expect("it is served").lanes().stable);
    let (name, title) = (version.name.clone(), version.title().to_owned());
    let old = Arc::downgrade(&version);
    drop(version);
    let (sender, receiver) = tokio::sync::mpsc::channel::<Bytes>(1);
    let body = stream::unfold(receiver, |mut receiver| async {
        let frame = Frame::data(receiver.recv().await?);
        Some((Ok::<_, Infallible>(frame), receiver))
    });
    let request = Request::post("/echo").header("host", "localhost");
    let request = request.body(StreamBody::new(body)).expect("a request");
    let response = host.handle(request).await;
    assert_eq!(text(response.headers(), "amphi-version"), title);
    deploy(&host, web("respond-0-3")).await;
    let next = Request::post("/echo").header("host", "localhost");
    let next = next
        .body(Full::new(Bytes::from_static(b"new")))
        .expect("a request");
    let next = host.handle(next).await;
    assert_ne!(text(next.headers(), "amphi-version"), title);
    assert_eq!(read(next).await.1, json!("new"));
    assert!(old.upgrade().is_some(), "a call of it runs");
    sender
        .send(Bytes::from_static(b"one "))
        .await
        .expect("it is read");
    sender
        .send(Bytes::from_static(b"two"))
        .await
        .expect("it is read");
    drop(sender);
    assert_eq!(read(response).await.1, json!("one two"));
    let begin = Instant::now();
    while old.upgrade().is_some() {
        assert!(begin.elapsed() < Duration::from_secs(60), "it never went");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let metrics = host.metrics().text();
    for state in ["live", "idle"] {
        let none = format!(
            "amphi_fn_instances{{state=\"{state}\",function=\"web\",version=\"{name}\"}} 0"
        );
        assert!(metrics.contains(&none), "{none}\n{metrics}");
    }
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
        ("respond", "/failing", None, Some("loop-detected")),
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
        spec.config.smoke = Some(Smoke::Request {
            path: RequestPath::new(path).expect("a path"),
            method: None,
            status: status.and_then(Status::new),
        });
        let error = host
            .deploy(spec)
            .await
            .err()
            .map(|error| with_causes(&error));
        match (&error, reason) {
            (None, None) => {}
            (Some(error), Some(reason)) => {
                let call = format!("the smoke call `GET {path}` failed");
                assert!(error.contains(&call) && error.contains(reason), "{error}");
            }
            _ => panic!("{name} at {path}: expected {reason:?}, found {error:?}"),
        }
    }
}

#[tokio::test]
async fn versions_beside_have_no_smoke_call_and_the_one_on_trial_has() {
    let args = [("a".to_owned(), json!(1)), ("b".to_owned(), json!(2))];
    let call = |expect: Value| Smoke::Call {
        func: "add".to_owned(),
        args: Some(Arguments::Map(args.clone().into_iter().collect())),
        expect: Some(expect),
    };
    let mut spec = calc("1-1");
    spec.side_by_side = vec![guest("calc-2-0"), component("unreachable")];
    spec.config.smoke = Some(call(json!(3)));
    let host = serving(spec.clone()).await;
    let mut trapping = on_trial("unreachable", 10);
    trapping.config.smoke = Some(Smoke::Call {
        func: "run".to_owned(),
        args: None,
        expect: None,
    });
    let error = host.deploy(trapping).await.err().expect("it traps");
    let told = "the smoke call `run` failed";
    assert!(
        with_causes(&error).contains(told),
        "{}",
        with_causes(&error)
    );
    spec.config.smoke = Some(call(json!(4)));
    let error = host.deploy(spec).await.err().expect("it is not four");
    let told = "`add` failed: expected `4`, found `3`";
    assert!(
        with_causes(&error).contains(told),
        "{}",
        with_causes(&error)
    );
    assert_eq!(
        call_with(&host, "calc/add", &[], "[1, 2]").await.1,
        json!(3)
    );
}

#[tokio::test]
async fn a_canary_has_to_pass_the_gate() {
    let mut spec = calc("1-1");
    spec.canary = Some(guest("calc-2-0"));
    spec.config.canary = Some(share(10));
    let error = host().deploy(spec).await.err().expect("it breaks");
    assert!(
        matches!(error, DeployError::Gate(_)),
        "{}",
        with_causes(&error)
    );
}

/// The address of a call has the version that was there when it was published.
#[tokio::test]
async fn an_address_with_a_version_means_those_that_are_compatible() {
    let mut spec = calc("1-0");
    spec.canary = Some(guest("calc-1-1"));
    spec.config.canary = Some(share(50));
    spec.side_by_side = vec![guest("calc-2-0")];
    let host = serving(spec).await;
    let mut versions = HashSet::new();
    for _ in 0..100 {
        for path in [
            "calc/demo:calc/ops@1.0.0/add",
            "calc/demo:calc/ops@1.1.0/add",
        ] {
            let (status, sum, headers) = call_with(&host, path, &[], "[1, 2]").await;
            assert_eq!((status, sum), (StatusCode::OK, json!(3)));
            versions.insert(text(&headers, "amphi-version").to_owned());
        }
    }
    assert_eq!(versions.len(), 2);
    // Not those of another major version, and a call that is not there is taken down where it was
    // made.
    let path = "calc/demo:calc/ops@1.0.0/add";
    let fields = [("amphi-version", "2.0.0")];
    let (status, problem, headers) = call_with(&host, path, &fields, "[1, 2]").await;
    assert_eq!(
        (status, &problem["kind"]),
        (StatusCode::NOT_FOUND, &json!("no-such-function"))
    );
    let (_, digits) = text(&headers, "amphi-version")
        .split_once("sha256:")
        .expect("a digest");
    let counted = format!(
        r#"amphi_fn_requests_total{{function="calc",version="{digits}",outcome="no-such-function"}} 1"#
    );
    let metrics = host.metrics().text();
    assert!(metrics.contains(&counted), "{counted}\n{metrics}");
    let (_, sum, headers) =
        call_with(&host, "calc/demo:calc/ops@2.0.1/add", &fields, "[1, 2]").await;
    assert!(
        text(&headers, "amphi-version").starts_with("2.0.0 "),
        "{sum}"
    );
}
