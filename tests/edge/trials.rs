//! Versions on trial: which calls they get, when they go back by themselves, and what becomes of a
//! trial when the configuration changes.

use std::fs;
use std::path::Path;
use std::time::Duration;

use amphi_edge::config::{self, Canary, CanaryStep, CanarySteps, Format, Percent};
use amphi_edge::rollout::choice::Weight;
use amphi_edge::rollout::record::Author;
use amphi_edge::{Cache, Compiling, Digest, Host, Settings, Spec};
use amphi_support::fixture::{audit, call, deploy, guest, serving, settings};
use http::StatusCode;
use serde_json::{Value, json};

use crate::compiling::program_after;
use crate::versions::{calc, call_with, component, text};

pub fn on_trial(canary: &str, weight: u16) -> Spec {
    let mut spec = Spec::new("f", component("(i32.const 1)"));
    spec.canary = Some(component(canary));
    spec.config.canary = Some(share(weight));
    spec
}

/// A trial with a part of the calls, in percent.
pub fn share(weight: u16) -> Canary {
    Canary {
        weight: Percent::new(weight).expect("at most all"),
        ..Canary::new("")
    }
}

fn audited(folder: &Path) -> Host {
    Host::new(Settings {
        audit: Some(audit(folder)),
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
    // Which keys those are is this trial's secret.
    assert!((1..100).contains(&on_canary), "{on_canary}");
}

/// Calls until the version on trial is gone; how many of the calls did not go well.
async fn until_back(host: &Host) -> u32 {
    let mut bad = 0;
    for _ in 0..100_000 {
        let (status, _) = call(host, "f/run", "").await;
        // The breaker is for the version that serves, whose calls go on.
        assert_ne!(status, StatusCode::SERVICE_UNAVAILABLE);
        bad += u32::from(status != StatusCode::OK);
        let function = host.function("f").expect("it is served");
        if function.lanes().canary.is_none() {
            return bad;
        }
    }
    panic!("it stays after {bad} bad calls");
}

/// At every weight, also where the other version gets no call, and before it has had any.
#[tokio::test]
async fn a_canary_that_always_traps_is_back_before_its_hundredth_bad_call() {
    for weight in [1, 50, 90, 100] {
        let host = serving(on_trial("unreachable", weight)).await;
        assert_eq!(until_back(&host).await, 50, "{weight} %");
    }
    let mut spec = on_trial("unreachable", 0);
    let step = |weight| CanaryStep {
        weight: Percent::new(weight).expect("at most all"),
        hold: Duration::ZERO,
        calls: 1,
    };
    let canary = spec.config.canary.as_mut().expect("there is one");
    canary.steps = CanarySteps::new(&[step(50), step(100)]).expect("weights increase");
    assert_eq!(until_back(&serving(spec).await).await, 50);
}

#[tokio::test]
async fn a_canary_that_traps_goes_back_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = audited(folder.path());
    deploy(&host, on_trial("unreachable", 50)).await;
    assert!(until_back(&host).await >= 50);
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
    let decision = &events[1]["decision"];
    assert_eq!(decision["rollback"], "none-succeeded", "{log}");
    assert!(decision["canary"]["trapped"].as_u64() >= Some(50), "{log}");
    let metrics = host.metrics().text();
    assert!(
        metrics.contains("amphi_rollout_state{function=\"f\",state=\"rolled-back\"} 1"),
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
        spec.config.canary = Some(share(10));
        spec
    };
    let told = |expected: &[(&str, String)]| {
        let metrics = host.metrics().text();
        let found = metrics.lines().filter(|line| {
            line.starts_with("amphi_rollout_state{") || line.starts_with("amphi_route_weight{")
        });
        let mut found: Vec<&str> = found.collect();
        let expected = expected
            .iter()
            .map(|(name, rest)| format!("{name}{{function=\"calc\",{rest}"));
        let mut expected: Vec<String> = expected.collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
    };
    let state = |state: &str| ("amphi_rollout_state", format!("state=\"{state}\"}} 1"));
    let weight = |version: &str, percent: u8| {
        (
            "amphi_route_weight",
            format!("version=\"{version}\"}} {percent}"),
        )
    };
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
    let gone = host.remove("calc").await.expect("it is written");
    assert!(gone.is_some());
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
        let limits = &mut spec.config.limits;
        limits.concurrency = limits.concurrency.saturating_add(1);
        spec
    };
    // A share that somebody gave it.
    let host = serving(on_trial("(i32.const 2)", 10)).await;
    let function = host.function("f").expect("it is served");
    let half = Weight::of_percent(50).expect("a share");
    assert!(function.set_weight(half, by).await.expect("it is written"));
    deploy(&host, changed()).await;
    assert_eq!(weight(&host), Some(5_000));
    // Another share in the configuration is another trial.
    deploy(&host, on_trial("(i32.const 2)", 20)).await;
    assert_eq!(weight(&host), Some(2_000));
    deploy(&host, on_trial("(i32.const 2)", 10)).await;
    // That it went back.
    let function = host.function("f").expect("it is served");
    assert!(function.roll_back(by).await.expect("it is written"));
    deploy(&host, changed()).await;
    assert_eq!(weight(&host), None);
    assert_eq!(call(&host, "f/run", "").await, (StatusCode::OK, json!(1)));
    // That it was promoted.
    deploy(&host, on_trial("(i32.const 2)", 20)).await;
    deploy(&host, on_trial("(i32.const 2)", 10)).await;
    let function = host.function("f").expect("it is served");
    assert!(function.promote(by).await.expect("it is written"));
    deploy(&host, changed()).await;
    assert_eq!(weight(&host), None);
    assert_eq!(call(&host, "f/run", "").await, (StatusCode::OK, json!(2)));
    let metrics = host.metrics().text();
    let promoted = "amphi_rollout_state{function=\"f\",state=\"promoted\"} 1";
    assert!(metrics.contains(promoted), "{metrics}");
}

#[tokio::test]
async fn a_trial_that_ends_while_its_function_is_made_anew_stays_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let (begun, go) = (folder.path().join("begun"), folder.path().join("go"));
    let wait = format!(
        "touch '{}'\nwhile [ ! -e '{}' ]; do sleep 0.01; done",
        begun.display(),
        go.display()
    );
    let host = Host::new(Settings {
        compiling: Compiling {
            isolation: program_after(folder.path(), &wait),
            time: Duration::from_secs(3600),
            ..Compiling::default()
        },
        cache: Some(Cache::open(folder.path().join("cache")).expect("a folder of this user")),
        ..Settings::default()
    });
    let host = host.expect("it has no audit log");
    for (number, promoted) in [(1, false), (2, true)] {
        fs::write(&go, "").expect("a file");
        deploy(&host, on_trial("(i32.const 2)", 10 + number)).await;
        fs::remove_file(&go).expect("it was there");
        fs::remove_file(&begun).expect("a component was compiled");
        // One that was never compiled makes it last.
        let mut again = on_trial("(i32.const 2)", 10 + number);
        again.side_by_side = vec![component(&format!("(i32.const {})", 100 + number))];
        let meanwhile = async {
            while !begun.exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let function = host.function("f").expect("it is served");
            let ended = match promoted {
                true => function.promote(Author::Hand).await,
                false => function.roll_back(Author::Hand).await,
            };
            assert!(ended.expect("there is nothing to write"));
            fs::write(&go, "").expect("a file");
        };
        let (deployed, ()) = tokio::join!(host.deploy(again), meanwhile);
        let lanes = deployed.expect("it is good").lanes();
        assert!(lanes.canary.is_none());
        let answer = if promoted { 2 } else { 1 };
        assert_eq!(call(&host, "f/run", "").await.1, json!(answer));
        let state = if promoted { "promoted" } else { "rolled-back" };
        let state = format!("amphi_rollout_state{{function=\"f\",state=\"{state}\"}} 1");
        let metrics = host.metrics().text();
        assert!(metrics.contains(&state), "{metrics}");
    }
}

#[tokio::test]
async fn a_canary_may_be_promoted_by_hand() {
    let host = serving(on_trial("(i32.const 2)", 0)).await;
    assert_eq!(call(&host, "f/run", "").await, (StatusCode::OK, json!(1)));
    let function = host.function("f").expect("it is served");
    let promoted = async || function.promote(Author::Hand).await;
    assert!(promoted().await.expect("there is nothing to write"));
    assert!(!promoted().await.expect("there is nothing to write"));
    assert_eq!(call(&host, "f/run", "").await, (StatusCode::OK, json!(2)));
}
