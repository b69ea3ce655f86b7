//! Nothing waits without end, and what hangs in one function is in no other's way.

use std::fs;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use amphi::component::Linker;
use amphi_edge::config::{self, Directory, Limits, Share};
use amphi_edge::reload::Trigger;
use amphi_edge::{
    CallState, ConfigSource, DeployError, Failure, Host, Plugin, PoolSettings, ReloadError,
    Reloader, Settings, Spec,
};
use amphi_support::fixture::{call, deploy, host, settings, with_causes};
use amphi_support::slow;
use http::StatusCode;
use rustix::fs::{CWD, Mode, mkfifoat};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::reload::{CONFIG, Site, component, problems, returning};

/// Longer than anybody waits for a test.
const EVER: Duration = Duration::from_secs(100_000);
const SHORT: Duration = Duration::from_millis(300);

fn spec(name: &str, component: Vec<u8>, limits: Limits) -> Spec {
    let mut spec = Spec::new(name, component);
    spec.config.limits = limits;
    spec
}

/// A start function that computes without end.
fn spinning() -> Vec<u8> {
    component(
        r#"(core module $m (func $s (loop $l (br $l))) (start $s) (func (export "run") (result i32) i32.const 1))
        (core instance $i (instantiate $m))
        (func (export "run") (result u32) (canon lift (core func $i "run")))"#,
    )
}

/// Functions whose instances are never ready, by the limit that they meet.
fn never_ready() -> [(Spec, &'static str); 2] {
    let by_wall = Limits {
        wall: SHORT,
        ..Limits::default()
    };
    let by_cpu = Limits {
        cpu: SHORT,
        wall: EVER,
        ..Limits::default()
    };
    let waiting = slow::waiting(EVER, Duration::ZERO);
    [
        (spec("slow", waiting, by_wall), "deadline"),
        (spec("slow", spinning(), by_cpu), "cpu-limit"),
    ]
}

#[tokio::test]
async fn the_first_functions_are_served_although_one_of_them_is_never_ready() {
    for (spec, kind) in never_ready() {
        let host = host();
        deploy(&host, spec).await;
        let (status, problem) = call(&host, "slow/run", "").await;
        let found = (status, &problem["kind"]);
        assert_eq!(found, (StatusCode::GATEWAY_TIMEOUT, &json!(kind)));
        deploy(&host, Spec::new("f", returning(1))).await;
        let answer = call(&host, "f/run", "").await;
        assert_eq!(answer, (StatusCode::OK, json!(1)));
    }
}

#[tokio::test]
async fn a_version_that_is_never_ready_does_not_take_the_place_of_one_that_serves() {
    let host = host();
    deploy(&host, Spec::new("slow", returning(1))).await;
    for (spec, kind) in never_ready() {
        match host.deploy(spec).await.err() {
            Some(DeployError::Instance(Failure::Exceeded(exceeded))) => {
                assert_eq!(exceeded.kind().word(), kind);
            }
            other => panic!("{other:?}"),
        }
        let answer = call(&host, "slow/run", "").await;
        assert_eq!(answer, (StatusCode::OK, json!(1)));
    }
}

#[tokio::test]
async fn an_instance_and_its_call_have_the_time_of_one_call() {
    let limits = Limits {
        wall: Duration::from_secs(1),
        ..Limits::default()
    };
    let most = Duration::from_millis(700);
    let host = host();
    let both = slow::waiting(most, most);
    deploy(&host, spec("both", both, limits)).await;
    // One of them, mostly the first, has the instance that was made to see whether there can be
    // one.
    let answers = [
        call(&host, "both/run", "").await,
        call(&host, "both/run", "").await,
    ];
    let is_late = |(status, problem): &(StatusCode, Value)| {
        *status == StatusCode::GATEWAY_TIMEOUT && problem["kind"] == "deadline"
    };
    assert!(answers.iter().any(is_late), "{answers:?}");
}

/// A host function that computes, and one that has computed whenever it has waited.
struct Working;

/// More than the limit of a call.
fn work() {
    let begun = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let begun = Duration::try_from(begun).expect("it is past");
    let now = || {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::try_from(now).expect("it is past")
    };
    while now() - begun < SHORT {}
}

impl Plugin for Working {
    fn name(&self) -> &str {
        "working"
    }

    fn link(&self, linker: &mut Linker<CallState>) -> amphi::Result<()> {
        let mut working = linker.instance("test:working/work")?;
        working.func_wrap("work", |_, (): ()| {
            work();
            Ok(())
        })?;
        working.func_wrap_async("rest", |_, (): ()| {
            Box::new(async {
                for _ in 0..1_000 {
                    work();
                    tokio::task::yield_now().await;
                }
                Ok(())
            })
        })
    }
}

/// Calls a host function for ever, of which there are `work` and `rest`.
fn working(function: &str) -> Vec<u8> {
    component(&format!(
        r#"(import "test:working/work" (instance $working (export "{function}" (func))))
        (alias export $working "{function}" (func $work))
        (core func $work (canon lower (func $work)))
        (core module $m
            (import "host" "work" (func $work))
            (func (export "run") (result i32) (loop $again (call $work) (br $again)) (i32.const 1)))
        (core instance $i (instantiate $m (with "host" (instance (export "work" (func $work))))))
        (func (export "run") (result u32) (canon lift (core func $i "run")))"#
    ))
}

#[tokio::test]
async fn what_the_host_computes_for_a_call_is_the_calls() {
    for function in ["work", "rest"] {
        let host = host();
        let added = host.add_plugin(Arc::new(Working)).await;
        added.expect("nobody has it yet");
        let limits = Limits {
            cpu: SHORT,
            wall: EVER,
            ..Limits::default()
        };
        let mut spec = spec("f", working(function), limits);
        spec.config.plugins = vec!["working".to_owned()];
        deploy(&host, spec).await;
        let (status, problem) = call(&host, "f/run", "").await;
        let found = (status, &problem["kind"]);
        assert_eq!(found, (StatusCode::GATEWAY_TIMEOUT, &json!("cpu-limit")));
        let metrics = host.metrics().text();
        let sum = metrics
            .lines()
            .find_map(|line| {
                let (name, value) = line.split_once(' ')?;
                let is_sum = name.starts_with("amphi_fn_cpu_seconds_sum{");
                is_sum.then(|| value.parse::<f64>().expect("a number"))
            })
            .expect(&metrics);
        assert!(sum >= SHORT.as_secs_f64(), "{function}: {sum}");
    }
}

/// A folder with a named pipe that nobody opens.
fn pipe() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    mkfifoat(CWD, &pipe, Mode::RUSR | Mode::WUSR).expect("a pipe");
    fs::write(folder.path().join("file"), "here").expect("a file");
    folder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_hangs_is_in_no_other_functions_way() {
    let folder = pipe();
    let host = host();
    let grants = config::Grants {
        directories: vec![Directory {
            host: folder.path().to_owned(),
            guest: "/data".to_owned(),
            write: false,
        }],
        ..config::Grants::default()
    };
    let function = |name: &str, file: &str, wall| {
        let limits = Limits {
            wall,
            ..Limits::default()
        };
        let mut spec = spec(name, slow::opening(file), limits);
        spec.config.grants = grants.clone();
        spec.config.breaker.traps = NonZeroU32::new(1_000_000).expect("some");
        spec
    };
    deploy(&host, function("hangs", "pipe", SHORT)).await;
    deploy(&host, function("reads", "file", EVER)).await;
    // More calls than a process has threads for, were each to keep one.
    for _ in 0..10 {
        let calls = (0..64).map(|_| call(&host, "hangs/run", ""));
        for (status, problem) in futures_util::future::join_all(calls).await {
            let found = (status, &problem["kind"]);
            assert_eq!(found, (StatusCode::GATEWAY_TIMEOUT, &json!("deadline")));
        }
    }
    let threads = fs::read_dir("/proc/self/task").expect("it is Linux");
    assert!(threads.count() < 400, "each version has a few");
    let answer = call(&host, "reads/run", "").await;
    assert_eq!(answer, (StatusCode::OK, json!(0)));
    // Another version has other threads.
    deploy(&host, function("hangs", "file", EVER)).await;
    let answer = call(&host, "hangs/run", "").await;
    assert_eq!(answer, (StatusCode::OK, json!(0)));
}

#[tokio::test]
async fn a_named_pipe_is_no_component_and_no_configuration() {
    let site = Site::new().await;
    let pipe = |name: &str| {
        fs::remove_file(site.path(name)).expect("it was there");
        mkfifoat(CWD, site.path(name), Mode::RUSR | Mode::WUSR).expect("a pipe");
    };
    for name in ["f.wasm", "amphi.yaml"] {
        pipe(name);
        let (_, result) = site.reload().await;
        assert!(result.is_err(), "{name}");
        let told = problems(&site.reloader).expect("it has failed");
        let expected = ["expected a file", "found a named pipe"];
        assert!(expected.iter().any(|text| told.contains(text)), "{told}");
        assert_eq!(site.answer().await, json!(1));
        fs::remove_file(site.path(name)).expect("it was there");
        site.write("f.wasm", returning(1));
        site.write("amphi.yaml", CONFIG);
        let (_, result) = site.reload().await;
        result.expect("it is good again");
    }
}

#[tokio::test]
async fn a_reload_that_hangs_ends_and_a_repaired_configuration_is_taken() {
    let site = Site::new().await;
    let source = ConfigSource::File(site.path("amphi.yaml"));
    let reloader = Reloader::within(Arc::clone(&site.host), source, SHORT);
    // Its start function may wait for much longer than the reload.
    site.write("slow.wasm", slow::waiting(EVER, Duration::ZERO));
    let slow = "  slow: { component: slow.wasm, limits: { wall: 1000h } }\n";
    site.write("amphi.yaml", format!("{CONFIG}{slow}"));
    match reloader.reload(Trigger::Hand).await {
        Err(ReloadError::Late { limit }) => assert_eq!(limit, SHORT),
        other => panic!("{other:?}"),
    }
    let told = problems(&reloader).expect("it has failed");
    assert_eq!(
        told,
        ": expected a reload within 300ms, found it still running"
    );
    assert_eq!(site.answer().await, json!(1));
    site.write("f.wasm", returning(2));
    site.write("amphi.yaml", CONFIG);
    site.reload().await.1.expect("it is repaired");
    assert_eq!(site.answer().await, json!(2));
}

/// A host with two places for instances.
fn of_two() -> Host {
    let pool = PoolSettings {
        instances: 2,
        ..PoolSettings::default()
    };
    Host::new(Settings { pool, ..settings() }).expect("it has no audit log")
}

/// Calls of a function that end never, as many as it lets in, and that hold this many places.
async fn greedy(host: &Arc<Host>, share: Share, holds: &str) -> Vec<tokio::task::JoinHandle<()>> {
    let limits = Limits {
        wall: EVER,
        queue_wait: EVER,
        ..Limits::default()
    };
    let mut greedy = spec("greedy", slow::waiting(Duration::ZERO, EVER), limits);
    greedy.config.pool = share;
    deploy(host, greedy).await;
    let calls = (0..4).map(|_| {
        let host = Arc::clone(host);
        tokio::spawn(async move {
            let (status, answer) = call(&host, "greedy/run", "").await;
            unreachable!("it ends never: {status} {answer}")
        })
    });
    let calls = calls.collect();
    loop {
        let metrics = host.metrics().text();
        let live = metrics.lines().find(|line| {
            line.starts_with("amphi_fn_instances{")
                && line.contains(r#"function="greedy""#)
                && line.contains(r#"state="live""#)
        });
        if live.is_some_and(|line| line.ends_with(holds)) {
            return calls;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_function_has_at_most_its_most_of_the_pool() {
    let host = Arc::new(of_two());
    let mut calc = Spec::new("f", returning(1));
    calc.config.limits.queue_wait = EVER;
    deploy(&host, calc).await;
    let share = Share {
        most: Some(1),
        ..Share::default()
    };
    let calls = greedy(&host, share, " 1").await;
    for _ in 0..3 {
        let answer = call(&host, "f/run", "").await;
        assert_eq!(answer, (StatusCode::OK, json!(1)));
    }
    calls.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn a_function_has_its_least_of_the_pool() {
    let host = Arc::new(of_two());
    let mut calc = Spec::new("f", returning(1));
    calc.config.limits.queue_wait = EVER;
    calc.config.pool.least = 1;
    deploy(&host, calc).await;
    let calls = greedy(&host, Share::default(), " 1").await;
    for _ in 0..3 {
        let answer = call(&host, "f/run", "").await;
        assert_eq!(answer, (StatusCode::OK, json!(1)));
    }
    calls.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn a_version_that_cannot_be_tried_is_refused() {
    let host = Arc::new(of_two());
    let calls = greedy(&host, Share::default(), " 2").await;
    let limits = Limits {
        wall: SHORT,
        ..Limits::default()
    };
    match host.deploy(spec("f", returning(1), limits)).await.err() {
        Some(DeployError::Instance(Failure::NoPlace { waited })) => assert_eq!(waited, SHORT),
        other => panic!("{other:?}"),
    }
    calls.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn there_must_be_places_for_all_leasts() {
    let host = of_two();
    let own = |name: &str, least| {
        let mut spec = Spec::new(name, returning(1));
        spec.config.pool.least = least;
        spec
    };
    deploy(&host, own("a", 2)).await;
    let error = host.deploy(own("b", 1)).await.err().expect("there is none");
    let told = with_causes(&error);
    assert!(told.contains("at most 2 slots together, found 3"), "{told}");
    // In the place of the one that has them.
    deploy(&host, own("a", 1)).await;
    deploy(&host, own("b", 1)).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("f.wasm");
    fs::write(&file, returning(1)).expect("a component");
    let mut function = config::Function::new(&file);
    function.pool.least = 3;
    let mut config = config::Config::default();
    config.functions.insert("c".to_owned(), function);
    let error = host.apply(&config).await.expect_err("there are not");
    let told = error.to_string();
    assert!(told.contains("at most 2 slots together, found 3"), "{told}");
}
