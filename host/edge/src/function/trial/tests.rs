//! Decisions on a disk that is late or full.

use std::io;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::Value;

use crate::deploy::DeployError;
use crate::function::audit::{AuditError, AuditLog, Disk};
use crate::function::records::Records;
use crate::function::{Function, Spec};
use crate::host::{Host, Settings};
use crate::process::admin::Admin;
use amphi_edge_config as config;
use amphi_edge_rollout::choice::Weight;
use amphi_edge_rollout::record::Author;
use amphi_edge_rollout::trial::TrialRules;

/// A disk that tests hold and fill.
#[derive(Clone, Default)]
struct TestDisk {
    bytes: Arc<Mutex<Vec<u8>>>,
    full: Arc<AtomicBool>,
    held: Arc<(Mutex<bool>, Condvar)>,
}

impl TestDisk {
    fn hold(&self, held: bool) {
        *self.held.0.lock().expect("it is whole") = held;
        self.held.1.notify_all();
    }

    fn fill(&self, full: bool) {
        self.full.store(full, Ordering::SeqCst);
    }

    /// The events that are on it.
    fn events(&self) -> Vec<String> {
        let bytes = self.bytes.lock().expect("it is whole").clone();
        let lines = String::from_utf8(bytes).expect("text");
        let event = |line: &str| {
            let entry: Value = serde_json::from_str(line).expect("an entry");
            entry["event"].as_str().expect("a word").to_owned()
        };
        lines.lines().map(event).collect()
    }
}

impl Disk for TestDisk {
    fn is_at(&self, _: &Path) -> io::Result<bool> {
        Ok(true)
    }

    fn read(&mut self) -> io::Result<Vec<u8>> {
        Ok(self.bytes.lock().expect("it is whole").clone())
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.bytes.lock().expect("it is whole").len() as u64)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.full.load(Ordering::SeqCst) {
            // Some of it has found a place.
            let half = bytes.len() / 2;
            self.bytes
                .lock()
                .expect("it is whole")
                .extend(&bytes[..half]);
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.lock().expect("it is whole").extend(bytes);
        let (held, released) = &*self.held;
        let held = held.lock().expect("it is whole");
        drop(
            released
                .wait_while(held, |held| *held)
                .expect("it is whole"),
        );
        Ok(())
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        let mut bytes = self.bytes.lock().expect("it is whole");
        bytes.truncate(usize::try_from(length).expect("it is short"));
        Ok(())
    }
}

/// A host with its disk, which has this long for a decision.
fn host(wait: Duration) -> (Arc<Host>, TestDisk) {
    let disk = TestDisk::default();
    let log = AuditLog::on(disk.clone());
    let records = Records::with(Some((Path::new("decisions.jsonl"), log)), wait);
    let host = Host::with(Settings::default(), records);
    (Arc::new(host), disk)
}

fn component(run: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
            (core module $m (func (export "run") (result i32) {run}))
            (core instance $i (instantiate $m))
            (func (export "run") (result u32) (canon lift (core func $i "run"))))"#
    );
    wat::parse_str(text).expect("a component")
}

fn spec(canary: &str, concurrency: u32) -> Spec {
    let mut spec = Spec::new("f", component("(i32.const 1)"));
    spec.canary = Some(component(canary));
    spec.config.canary = Some(config::Canary {
        weight: config::Percent::new(50).expect("half"),
        ..config::Canary::new("")
    });
    spec.config.limits.concurrency = NonZeroU32::new(concurrency).expect("some");
    spec
}

async fn serve(host: &Host, spec: Spec) -> Arc<Function> {
    host.deploy(spec).await.expect("it is good")
}

async fn call(host: &Host) -> StatusCode {
    let request = Request::post("/v1/fn/f/run").body(Full::<Bytes>::default());
    host.handle(request.expect("a request")).await.status()
}

fn on_trial(host: &Host) -> bool {
    let function = host.function("f").expect("it is served");
    function.lanes().canary.is_some()
}

fn is_due(host: &Host) -> bool {
    let lanes = host.function("f").expect("it is served").lanes();
    let canary = lanes.canary.as_ref();
    canary.is_some_and(|canary| canary.with(|rollout| rollout.due().is_some()))
}

fn unwritten(host: &Host) -> u64 {
    let metrics = host.metrics().text();
    let count = metrics
        .lines()
        .find_map(|line| line.strip_prefix("amphi_rollout_unwritten_total "));
    count.expect("it is told").parse().expect("a number")
}

/// Waits for something that must come, however slow this machine is.
async fn until(what: &str, mut is: impl FnMut() -> bool) {
    for _ in 0..60_000 {
        if is() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("{what} did not come");
}

/// Calls until its trial has decided that the canary, which traps, goes back.
async fn decided(host: &Host) {
    for _ in 0..10_000 {
        call(host).await;
        if is_due(host) || !on_trial(host) {
            return;
        }
    }
    panic!("it was never decided");
}

/// Has the trial try again as if it were time to.
fn again(host: &Host) {
    let function = host.function("f").expect("it is served");
    let lanes = function.lanes();
    let canary = lanes.canary.as_ref().expect("it is on trial");
    function.tick(canary, Instant::now() + TrialRules::default().retry);
}

const LONG: Duration = Duration::from_secs(600);

#[tokio::test]
async fn calls_go_on_while_the_disk_is_late_and_what_is_decided_waits_for_it() {
    let (host, disk) = host(LONG);
    serve(&host, spec("unreachable", 16)).await;
    disk.hold(true);
    decided(&host).await;
    let mut answers = [0, 0];
    for _ in 0..300 {
        answers[usize::from(call(&host).await == StatusCode::OK)] += 1;
    }
    assert!(
        answers[0] > 0 && answers[1] > 0,
        "both versions: {answers:?}"
    );
    assert!(on_trial(&host));
    disk.hold(false);
    until("its end", || !on_trial(&host)).await;
    for _ in 0..50 {
        assert_eq!(call(&host).await, StatusCode::OK);
    }
    assert_eq!(disk.events(), ["began", "rolled-back"], "once");
    assert_eq!(unwritten(&host), 0);
}

#[tokio::test]
async fn what_cannot_be_written_is_not_taken_and_tried_again() {
    let (host, disk) = host(LONG);
    serve(&host, spec("unreachable", 16)).await;
    disk.fill(true);
    decided(&host).await;
    for attempts in 1..4 {
        until("the failure", || unwritten(&host) >= attempts).await;
        assert!(on_trial(&host));
        for _ in 0..20 {
            call(&host).await;
        }
        assert_eq!(disk.events(), ["began"]);
        disk.fill(attempts < 3);
        again(&host);
    }
    until("its end", || !on_trial(&host)).await;
    assert_eq!(disk.events(), ["began", "rolled-back"]);
    assert!(unwritten(&host) >= 3);
}

#[tokio::test]
async fn what_is_on_the_disk_too_late_is_taken_back() {
    let (host, disk) = host(Duration::from_secs(1));
    serve(&host, spec("unreachable", 16)).await;
    disk.hold(true);
    decided(&host).await;
    until("the end of the time", || unwritten(&host) >= 1).await;
    assert!(on_trial(&host));
    disk.hold(false);
    let is_back = || disk.events() == ["began"] || !on_trial(&host);
    until("the taking back", is_back).await;
    // A disk that is in time again.
    while on_trial(&host) {
        again(&host);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(disk.events(), ["began", "rolled-back"]);
}

#[tokio::test]
async fn what_is_decided_by_hand_is_refused_when_it_cannot_be_written() {
    let (host, disk) = host(LONG);
    let function = serve(&host, spec("(i32.const 2)", 16)).await;
    disk.fill(true);
    let by = Author::Hand;
    let weight = Weight::of_percent(7).expect("a share");
    for done in [
        function.promote(by).await,
        function.roll_back(by).await,
        function.set_weight(weight, by).await,
    ] {
        assert!(matches!(done, Err(AuditError::File { .. })), "{done:?}");
    }
    let admin = Admin::new(Arc::clone(&host), None, None, ([127, 0, 0, 1], 1).into());
    let admin = admin.expect("it is a loopback address");
    for (verb, body) in [
        ("promote", ""),
        ("rollback", ""),
        ("weight", r#"{"percent": 7}"#),
    ] {
        let request = Request::post(format!("/admin/functions/f/{verb}"))
            .header("host", "127.0.0.1:1")
            .body(Full::new(Bytes::from(body)));
        let response = admin.answer(request.expect("a request")).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE, "{verb}");
        let body = response.into_body().collect().await.expect("a body");
        let problem: Value = serde_json::from_slice(&body.to_bytes()).expect("a document");
        assert_eq!(problem["kind"], "unwritten", "{problem}");
    }
    let lanes = function.lanes();
    let canary = lanes.canary.as_ref().expect("nothing has changed");
    assert_eq!(canary.weight().in_10_000(), 5_000);
    assert_eq!(unwritten(&host), 6);
    disk.fill(false);
    assert!(
        function
            .set_weight(weight, by)
            .await
            .expect("it is written")
    );
    assert!(function.promote(by).await.expect("it is written"));
    assert_eq!(disk.events(), ["began", "weight", "promoted"]);
}

#[tokio::test]
async fn a_configuration_whose_trials_cannot_be_written_is_not_served() {
    let (host, disk) = host(LONG);
    disk.fill(true);
    let refused = async |spec: Spec| {
        let error = host.deploy(spec).await.err().expect("the disk is full");
        assert!(matches!(error, DeployError::Unwritten(_)), "{error}");
    };
    refused(spec("(i32.const 2)", 16)).await;
    assert!(host.function("f").is_none());
    disk.fill(false);
    serve(&host, spec("(i32.const 2)", 16)).await;
    disk.fill(true);
    // Its end cannot be written, and neither can that of one that is gone.
    refused(Spec::new("f", component("(i32.const 1)"))).await;
    host.remove("f").await.err().expect("the disk is full");
    assert!(on_trial(&host));
    // Where the trial goes on, there is nothing to write.
    serve(&host, spec("(i32.const 2)", 17)).await;
    assert!(on_trial(&host));
    assert_eq!(disk.events(), ["began"]);
}

#[tokio::test]
async fn a_function_that_is_replaced_meanwhile_takes_the_decision_with_it() {
    // While it is being written, the replacement waits for it.
    let (host, disk) = host(LONG);
    serve(&host, spec("unreachable", 16)).await;
    disk.hold(true);
    decided(&host).await;
    until("its writing", || disk.events().len() == 2).await;
    let release = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(on_trial(&host));
        disk.hold(false);
    };
    let (function, ()) = tokio::join!(serve(&host, spec("unreachable", 17)), release);
    assert!(function.lanes().canary.is_none());
    assert_eq!(disk.events(), ["began", "rolled-back"]);
    // When it could not be written, it is due in the new function.
    let (host, disk) = self::host(LONG);
    serve(&host, spec("unreachable", 16)).await;
    disk.fill(true);
    decided(&host).await;
    until("the failure", || unwritten(&host) >= 1).await;
    serve(&host, spec("unreachable", 17)).await;
    assert!(on_trial(&host) && is_due(&host));
    disk.fill(false);
    until("its end", || !on_trial(&host)).await;
    assert_eq!(disk.events(), ["began", "rolled-back"]);
}

/// Somebody looks at trials once a second, without calls.
#[tokio::test]
async fn a_trial_that_nobody_calls_ends_by_itself() {
    let (host, disk) = host(LONG);
    let mut spec = spec("(i32.const 2)", 16);
    let canary = spec.config.canary.as_mut().expect("there is one");
    canary.timeout = Duration::from_secs(3);
    serve(&host, spec).await;
    assert!(on_trial(&host));
    until("its end", || !on_trial(&host)).await;
    assert_eq!(disk.events(), ["began", "rolled-back"]);
    let bytes = disk.bytes.lock().expect("it is whole").clone();
    let text = String::from_utf8(bytes).expect("text");
    assert!(text.contains(r#""rollback":"no-calls""#), "{text}");
}
