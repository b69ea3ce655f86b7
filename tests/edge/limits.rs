//! Every limit bites, and the neighbour notices nothing.

use std::num::NonZeroU32;
use std::time::Duration;

use amphi_edge::config::Limits;
use amphi_edge::{CompileError, Compiling, DeployError, Host, PoolSettings, Settings, Spec};
use amphi_support::fixture::{call, deploy, guest, host, settings};
use bytes::Bytes;
use futures_util::future::join_all;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::bombs;
use crate::client::{Listening, head, read};
use crate::compiling::program;

/// A function that is attacked, or attacks.
struct Case {
    what: &'static str,
    component: fn() -> Vec<u8>,
    limits: Limits,
    attack: Attack,
    /// The status of the answer, and the kind of its problem; nothing for a client that does not
    /// read it.
    told: Option<(u16, &'static str)>,
    /// What of the function's metrics is not zero then.
    counted: &'static str,
}

/// What is done to a function.
enum Attack {
    /// It is called with these arguments.
    Call(String),
    /// It is called with header fields of so many bytes.
    Headers(usize),
    /// A body comes to it, by this path, that stops after its first byte.
    SlowBody(&'static str),
    /// It answers for as long as it is spoken to, and nobody reads that.
    NoReader,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            what: "",
            component: bombs::endless,
            limits: Limits::default(),
            attack: Attack::Call(String::new()),
            told: None,
            counted: "",
        }
    }
}

const SHORT: Duration = Duration::from_millis(300);

/// Less than a client may take for a part of a body here, and more than a guest takes on a busy
/// machine.
const LESS: Duration = Duration::from_secs(2);

fn calc() -> Vec<u8> {
    guest("calc-1-0")
}

/// The matrix.
fn cases() -> Vec<Case> {
    // Computing is what some cases are about, and on a busy machine others take long for it.
    let limits = || Limits {
        cpu: Duration::from_secs(3600),
        ..Limits::default()
    };
    let cases = |attack: String| Case {
        component: bombs::choice,
        attack: Attack::Call(attack),
        ..Case::default()
    };
    vec![
        Case {
            what: "an endless loop, by the time that it computes",
            limits: Limits {
                cpu: SHORT,
                ..limits()
            },
            told: Some((504, "cpu-limit")),
            counted: r#"outcome="cpu-limit""#,
            ..Case::default()
        },
        Case {
            what: "an endless loop, by the clock on the wall",
            limits: Limits {
                wall: SHORT,
                cpu: Duration::from_secs(3600),
                ..limits()
            },
            told: Some((504, "deadline")),
            counted: r#"outcome="deadline""#,
            ..Case::default()
        },
        Case {
            what: "an endless loop, by fuel",
            limits: Limits {
                fuel: Some(10_000),
                ..limits()
            },
            told: Some((500, "out-of-fuel")),
            counted: r#"outcome="out-of-fuel""#,
            ..Case::default()
        },
        Case {
            what: "exceptions that are caught, by fuel",
            component: bombs::caught,
            limits: Limits {
                fuel: Some(10_000),
                ..limits()
            },
            told: Some((500, "out-of-fuel")),
            counted: r#"outcome="out-of-fuel""#,
            ..Case::default()
        },
        Case {
            what: "a trap",
            component: bombs::trapping,
            told: Some((500, "unreachable-code-reached")),
            counted: r#"outcome="unreachable-code-reached""#,
            ..Case::default()
        },
        Case {
            what: "an exception that nobody catches",
            component: bombs::throwing,
            told: Some((500, "uncaught-exception")),
            counted: r#"outcome="uncaught-exception""#,
            ..Case::default()
        },
        Case {
            what: "exceptions that are kept",
            component: bombs::exceptions,
            limits: Limits {
                memory: 256 << 10,
                cpu: Duration::from_secs(3600),
                wall: Duration::from_secs(3600),
                ..limits()
            },
            told: Some((500, "memory-limit")),
            counted: r#"outcome="memory-limit""#,
            ..Case::default()
        },
        Case {
            what: "three memories, each of which is small enough",
            component: bombs::memories,
            limits: Limits {
                memory: 47 << 16,
                ..limits()
            },
            told: Some((500, "memory-limit")),
            counted: r#"outcome="memory-limit""#,
            ..Case::default()
        },
        Case {
            what: "three memories that are small enough together",
            component: bombs::memories,
            limits: Limits {
                memory: 48 << 16,
                ..limits()
            },
            told: Some((200, "")),
            counted: r#"outcome="ok""#,
            ..Case::default()
        },
        Case {
            what: "a table",
            component: bombs::table,
            told: Some((500, "table-limit")),
            counted: r#"outcome="table-limit""#,
            ..Case::default()
        },
        Case {
            what: "megabytes in one call to the host",
            component: bombs::long_line,
            told: Some((500, "hostcall-limit")),
            counted: r#"outcome="hostcall-limit""#,
            ..Case::default()
        },
        Case {
            what: "handles to what the host has",
            component: bombs::pollables,
            told: Some((500, "resource-limit")),
            counted: r#"outcome="resource-limit""#,
            ..Case::default()
        },
        Case {
            what: "handles to what the guest has",
            component: bombs::resources,
            told: Some((500, "resource-limit")),
            counted: r#"outcome="resource-limit""#,
            ..Case::default()
        },
        Case {
            what: "lines of the log",
            component: bombs::many_lines,
            told: Some((200, "")),
            counted: "amphi_fn_log_dropped_bytes_total",
            ..Case::default()
        },
        Case {
            what: "header fields",
            component: calc,
            limits: Limits {
                headers: 1 << 10,
                ..limits()
            },
            attack: Attack::Headers(2 << 10),
            told: Some((431, "headers-too-large")),
            counted: r#"outcome="headers-too-large""#,
        },
        Case {
            what: "JSON of many bytes",
            told: Some((413, "body-too-large")),
            counted: r#"outcome="body-too-large""#,
            ..cases(format!("[{}]", " ".repeat(2 << 20)))
        },
        Case {
            what: "JSON of many values",
            limits: Limits {
                request: 8 << 20,
                ..limits()
            },
            told: Some((413, "arguments-too-large")),
            counted: r#"outcome="arguments-too-large""#,
            ..cases(format!(r#"[{{"ok": [{}1]}}]"#, "1,".repeat(2 << 20)))
        },
        Case {
            what: "JSON that is deep where nothing may be",
            told: Some((400, "arguments")),
            counted: r#"outcome="arguments""#,
            ..cases("[".repeat(500_000))
        },
        Case {
            what: "JSON that is deep where anything may be",
            told: Some((413, "arguments-too-large")),
            counted: r#"outcome="arguments-too-large""#,
            ..cases(format!(
                r#"[{{"val": {}, "tag": "err"}}]"#,
                "[".repeat(500_000)
            ))
        },
        Case {
            what: "a slow body that the host reads",
            component: calc,
            limits: Limits {
                wall: LESS,
                ..limits()
            },
            attack: Attack::SlowBody("/v1/fn/bad/add"),
            told: Some((408, "body-late")),
            counted: r#"outcome="body-late""#,
        },
        Case {
            what: "a slow body that the guest reads",
            component: || guest("words"),
            limits: Limits {
                wall: LESS,
                ..limits()
            },
            attack: Attack::SlowBody("/fn/bad"),
            told: Some((408, "body-late")),
            counted: r#"outcome="body-late""#,
        },
        Case {
            what: "a slow reader of WASI 0.2",
            component: || guest("respond"),
            limits: Limits {
                wall: LESS,
                request: 1 << 40,
                response: 1 << 40,
                ..limits()
            },
            attack: Attack::NoReader,
            counted: r#"outcome="given-up""#,
            ..Case::default()
        },
        Case {
            what: "a slow reader of WASI 0.3",
            component: || guest("respond-0-3"),
            limits: Limits {
                wall: LESS,
                request: 1 << 40,
                response: 1 << 40,
                ..limits()
            },
            attack: Attack::NoReader,
            counted: r#"outcome="given-up""#,
            ..Case::default()
        },
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_limit_bites_and_the_neighbour_notices_nothing() {
    // The hosts of so many cases need address space, of which there is an end.
    let pool = PoolSettings {
        instances: 20,
        ..PoolSettings::default()
    };
    for case in cases() {
        let settings = Settings {
            pool: pool.clone(),
            ..settings()
        };
        let host = Host::new(settings).expect("it has no audit log");
        let mut bad = Spec::new("bad", (case.component)());
        bad.config.limits = case.limits.clone();
        if matches!(case.attack, Attack::NoReader) {
            bad.config.route = "/".parse().ok();
        }
        deploy(&host, bad).await;
        let served = beside_a_neighbour(host).await;
        let told = meanwhile(&served, attack(&served, &case.attack)).await;
        if let Some((status, kind)) = case.told {
            let (found, problem) = told;
            let found = (found, problem["kind"].as_str().unwrap_or_default());
            assert_eq!(found, (status, kind), "{}: {problem}", case.what);
        }
        is_counted(&served, &case).await;
    }
}

/// It is counted when it is over, of which who has gone away hears nothing.
async fn is_counted(served: &Listening, case: &Case) {
    for _ in 0..1_000 {
        let metrics = served.host.metrics().text();
        let counted = metrics.lines().any(|line| {
            line.contains(r#"function="bad""#)
                && line.contains(case.counted)
                && !line.ends_with(" 0")
        });
        if counted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let metrics = served.host.metrics().text();
    panic!("{}: {}\n{metrics}", case.what, case.counted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_compile_bomb_is_compiled_beside_a_neighbour() {
    // The neighbour is compiled already: on a busy machine it might need more than the bomb may
    // have.
    deploy(&host(), Spec::new("calc", calc())).await;
    let compiling = Compiling {
        isolation: program(),
        time: SHORT,
        ..Compiling::default()
    };
    let host = Host::new(Settings {
        compiling,
        ..settings()
    })
    .expect("it has no audit log");
    let served = beside_a_neighbour(host).await;
    let bomb = Spec::new("bad", bombs::compiling());
    match meanwhile(&served, served.host.deploy(bomb)).await {
        Err(DeployError::Compile(CompileError::Limits { .. })) => {}
        other => panic!("{:?}", other.err()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exhausted_pool_has_calls_wait() {
    let pool = PoolSettings {
        instances: 2,
        ..PoolSettings::default()
    };
    let host = Host::new(Settings { pool, ..settings() }).expect("it has no audit log");
    let mut bad = Spec::new("bad", bombs::endless());
    bad.config.limits = Limits {
        cpu: SHORT,
        wall: Duration::from_secs(3600),
        queue_wait: Duration::from_secs(3600),
        ..Limits::default()
    };
    bad.config.breaker.traps = NonZeroU32::new(1_000).expect("some");
    deploy(&host, bad).await;
    let mut calc = Spec::new("calc", calc());
    calc.config.limits.queue_wait = Duration::from_secs(3600);
    deploy(&host, calc).await;
    let served = Listening::start(host).await;
    // Both places are taken again and again by calls that end only at their limit.
    let greedy = join_all((0..6).map(|_| served.call("bad/run", "")));
    for (status, problem) in meanwhile(&served, greedy).await {
        assert_eq!((status, &problem["kind"]), (504, &json!("cpu-limit")));
    }
}

/// The neighbour `calc`, in the same host.
async fn beside_a_neighbour(host: Host) -> Listening {
    deploy(&host, Spec::new("calc", calc())).await;
    Listening::start(host).await
}

/// Does something; the neighbour is called before, all the while, and after.
async fn meanwhile<T>(served: &Listening, what: impl Future<Output = T>) -> T {
    let call = || async {
        let answer = served.call("calc/add", "[20, 22]").await;
        assert_eq!(answer, (200, json!(42)));
    };
    let calls = async {
        loop {
            call().await;
        }
    };
    call().await;
    let told = tokio::select! {
        biased;
        told = what => told,
        () = calls => unreachable!("they go on for ever"),
    };
    call().await;
    told
}

/// Attacks the function `bad`; what its client was told.
async fn attack(served: &Listening, attack: &Attack) -> (u16, Value) {
    match attack {
        Attack::Call(arguments) => served.call("bad/run", arguments).await,
        Attack::Headers(size) => {
            let field = format!("x-large: {}\r\n", "x".repeat(*size));
            served.post("/v1/fn/bad/add", &field, "[1, 2]").await
        }
        Attack::SlowBody(path) => {
            let stream = served.connect().await;
            let (mut answer, mut body) = stream.into_split();
            let head = head(path, "", 1_000);
            for part in [head.as_bytes(), b" "] {
                body.write_all(part).await.expect("it takes it");
            }
            read(&mut answer).await
        }
        Attack::NoReader => {
            let mut stream = served.connect().await;
            let head = head("/echo", "", 1 << 40);
            stream
                .write_all(head.as_bytes())
                .await
                .expect("it takes it");
            while stream.write_all(&[b'x'; 64 << 10]).await.is_ok() {}
            (0, Value::Null)
        }
    }
}

#[tokio::test]
async fn a_response_is_as_large_as_it_may_be() {
    for name in ["respond", "respond-0-3"] {
        let mut spec = Spec::new("web", guest(name));
        spec.config.route = "/".parse().ok();
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
    let mut spec = Spec::new("bad", bombs::trapping());
    spec.config.breaker.traps = NonZeroU32::new(3).expect("some");
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
