//! The demo server, over a socket: who may ask, what is refused, what ends a run, and the right
//! answer.

mod client;
mod component;
mod connections;
mod service;

use client::{Reply, Server, body};
use sensor_demo::native::Limits;
use sensor_demo::server::Config;
use std::time::Duration;

const READINGS: &str = r#"[{"sensor":"a","timestamp":1,"value":2.5,"unit":"celsius"}]"#;

/// Sends `READINGS` and `component` as the page does, and expects a refusal.
async fn refused(server: &Server, component: &[u8], status: u16, kind: &str, words: &str) {
    let reply = server.run(&body(READINGS, component)).await;
    expect_refusal(&reply, status, kind, words);
}

fn expect_refusal(reply: &Reply, status: u16, kind: &str, words: &str) {
    assert_eq!(reply.status, status, "{}", reply.text);
    let error = &reply.json()["error"];
    assert_eq!(error["kind"], kind, "{}", reply.text);
    let message = error["message"].as_str().expect("an error has a message");
    assert!(!message.contains("backtrace"), "{message}");
    assert!(message.contains(words), "expected `{words}` in `{message}`");
}

#[tokio::test(flavor = "multi_thread")]
async fn serves_the_page_with_its_token() {
    let server = Server::start(Config::new(client::page())).await;
    let index = server.get("/").await;
    assert_eq!(index.status, 200);
    assert_eq!(
        index.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let policy = index
        .header("content-security-policy")
        .expect("the page has a policy");
    assert!(
        policy.starts_with("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"),
        "{policy}"
    );
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
        "{policy}"
    );
    assert_eq!(server.token().len(), 32);
    assert_eq!(server.get("/index.html").await.text, index.text);
    for (path, mime) in [
        ("/main.js", "text/javascript; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
        ("/data/readings.json", "application/json"),
    ] {
        let file = server.get(path).await;
        assert_eq!(
            (file.status, file.header("content-type")),
            (200, Some(mime)),
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_to_the_folder_of_the_page() {
    let server = Server::start(Config::new(client::page())).await;
    for path in [
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/data/..%2f..%2f..%2fCargo.toml",
        "//etc/passwd",
        "/data",
        "/x",
    ] {
        expect_refusal(&server.get(path).await, 404, "not-found", "no such page");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_only_its_own_page() {
    let server = Server::start(Config::new(client::page())).await;
    let (host, origin, token) = (server.host(), server.origin(), server.token());
    let body = body(READINGS, b"");
    let check = async |headers: &[(&str, &str)], status, kind, words| {
        expect_refusal(
            &server.send("POST", "/api/run", headers, &body).await,
            status,
            kind,
            words,
        );
    };
    let stranger = "does not come from a page";
    // Everything right but the component, so that what is refused below is refused for its reason.
    check(
        &[
            ("host", &host),
            ("origin", &origin),
            ("x-amphi-token", &token),
        ],
        422,
        "component",
        "",
    )
    .await;

    check(
        &[
            ("host", "evil.example"),
            ("origin", &origin),
            ("x-amphi-token", &token),
        ],
        403,
        "stranger",
        "only",
    )
    .await;
    check(
        &[
            ("host", "127.0.0.1:1"),
            ("origin", &origin),
            ("x-amphi-token", &token),
        ],
        403,
        "stranger",
        "only",
    )
    .await;
    check(
        &[("host", &host), ("x-amphi-token", &token)],
        403,
        "stranger",
        stranger,
    )
    .await;
    for foreign in [
        "null",
        "http://evil.example",
        "http://127.0.0.1:1",
        &origin.replace("http", "https"),
    ] {
        check(
            &[
                ("host", &host),
                ("origin", foreign),
                ("x-amphi-token", &token),
            ],
            403,
            "stranger",
            stranger,
        )
        .await;
    }
    check(
        &[("host", &host), ("origin", &origin)],
        403,
        "stranger",
        "token",
    )
    .await;
    for wrong in [
        &token[1..],
        &token.replace(|c: char| c.is_ascii_hexdigit(), "0"),
        &format!("{token}0"),
        "",
    ] {
        check(
            &[
                ("host", &host),
                ("origin", &origin),
                ("x-amphi-token", wrong),
            ],
            403,
            "stranger",
            "token",
        )
        .await;
    }
    let two = [
        ("host", &host[..]),
        ("origin", &origin),
        ("x-amphi-token", &token),
        ("x-amphi-token", &token),
    ];
    check(&two, 403, "stranger", "token").await;

    let page = server
        .send("GET", "/", &[("host", "evil.example")], b"")
        .await;
    expect_refusal(&page, 403, "stranger", "only");
    assert!(!page.text.contains(&token));
    expect_refusal(&server.get("/api/run").await, 405, "method", "method");
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_what_is_not_a_request() {
    let server = Server::start(Config {
        body: 1024,
        ..Config::new(client::page())
    })
    .await;
    for bad in [&b""[..], b"abc", &[255, 255, 255, 255, b'['], &[1, 0, 0, 0]] {
        expect_refusal(&server.run(bad).await, 400, "malformed", "too short");
    }
    expect_refusal(
        &server.run(&[1, 0, 0, 0, 0xff]).await,
        400,
        "malformed",
        "not UTF-8",
    );
    expect_refusal(
        &server.run(&body("[{}]", b"")).await,
        400,
        "malformed",
        "missing field `sensor`",
    );
    expect_refusal(
        &server.run(&body(READINGS, &[0; 2000])).await,
        413,
        "too-large",
        "at most 1024 bytes",
    );
    expect_refusal(
        &server.run_chunked(&body(READINGS, &[0; 2000])).await,
        413,
        "too-large",
        "at most 1024 bytes",
    );
    refused(&server, b"not a component", 422, "component", "WebAssembly").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ends_every_run_and_goes_on() {
    let time = Duration::from_millis(300);
    let limits = Limits {
        time,
        memory: 4 << 20,
    };
    let server = Server::start(Config {
        limits,
        runs: 1,
        ..Config::new(client::page())
    })
    .await;
    let deadline = "ran for 300 ms without an answer";

    refused(
        &server,
        &component::filter("(loop $on (br $on)) unreachable"),
        504,
        "deadline",
        deadline,
    )
    .await;
    refused(&server, &component::sleeper(), 504, "deadline", deadline).await;
    refused(
        &server,
        &component::spins_at_start(),
        504,
        "deadline",
        deadline,
    )
    .await;
    refused(
        &server,
        &component::filter("unreachable"),
        422,
        "guest",
        "the component trapped",
    )
    .await;
    let hungry = "(br_if 0 (i32.ne (memory.grow (i32.const 100)) (i32.const -1))) unreachable";
    refused(
        &server,
        &component::filter(&format!("(block {hungry}) i32.const 0")),
        422,
        "guest",
        "trapped",
    )
    .await;
    let chatty =
        "(loop $on (call $log (i32.const 0) (i32.const 0) (i32.const 9)) (br $on)) unreachable";
    refused(
        &server,
        &component::filter(chatty),
        422,
        "guest",
        "the log is full: expected at most 1000 messages of 65536 bytes together",
    )
    .await;
    let foreign = "expected a component of the world `demo:sensor/sensor`: no exported instance named `demo:sensor/filter@1.0.0`";
    refused(&server, &component::empty(), 422, "guest", foreign).await;
    for (status, how) in [(0, "without"), (1, "with")] {
        let ended = format!("the component ended {how} an error, before it answered");
        refused(&server, &component::exits(status), 422, "guest", &ended).await;
    }
    refused(&server, &component::core_module(), 422, "component", "").await;

    answers_the_sample(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_answers_that_are_too_large() {
    let server = Server::start(Config::new(client::page())).await;
    // A report without summaries, and as many outliers as there are readings: that one passes.
    let report = |outliers: u32| {
        format!(
            "(i32.store (i32.const 12) (i32.const 8192)) (i32.store (i32.const 16) (i32.const {outliers})) i32.const 0"
        )
    };
    let reply = server
        .run(&body(READINGS, &component::filter(&report(1))))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);

    let many = "too many outliers: expected at most 1, one for each reading, found 1000";
    refused(
        &server,
        &component::filter(&report(1000)),
        422,
        "guest",
        many,
    )
    .await;
    let grown =
        "(drop (memory.grow (i32.const 100))) (i32.store (i32.const 8196) (i32.const 16384))
        (i32.store (i32.const 8200) (i32.const 5000000))";
    let named = component::filter(&format!("{grown} {}", report(1)));
    let long = "too long: expected at most 4194304 bytes together, found 5000000";
    refused(&server, &named, 422, "guest", long).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers() {
    let server = Server::start(Config::new(client::page())).await;
    answers_the_sample(&server).await;
    let component = component::sensor();
    let reply = server.run(&body("[]", &component)).await;
    let answer = reply.json()["answer"]
        .as_str()
        .map(str::to_owned)
        .expect("there is an answer");
    assert!(
        answer.starts_with(r#"{"result":{"err":"empty"},"log":["#),
        "{answer}"
    );
}

/// The real component on the real readings: every label is found, and next to nothing else.
async fn answers_the_sample(server: &Server) {
    let readings = server.get("/data/readings.json").await.text;
    let component = component::sensor();
    let reply = server.run(&body(&readings, &component)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let reply = reply.json();
    assert_eq!(reply["size"], component.len());
    assert_eq!(reply["sha256"].as_str().map(str::len), Some(64));
    for step in ["compile", "instantiate", "first"] {
        assert!(
            reply["milliseconds"][step]
                .as_f64()
                .is_some_and(|time| time > 0.0),
            "{reply}"
        );
    }
    let later = reply["milliseconds"]["later"].as_array();
    let later = later.expect("there are times of later runs");
    assert!(
        later.iter().all(|time| time.as_f64() > Some(0.0)),
        "{reply}"
    );
    let text = reply["answer"].as_str().expect("the answer is a text");
    let answer: serde_json::Value = serde_json::from_str(text).expect("the text is JSON");
    let found: Vec<u64> = answer["result"]["ok"]["outliers"]
        .as_array()
        .expect("there is a list of outliers")
        .iter()
        .map(|outlier| outlier["index"].as_u64().expect("an outlier has an index"))
        .collect();
    let sample: Vec<serde_json::Value> =
        serde_json::from_str(&readings).expect("the sample is JSON");
    let labelled: Vec<u64> = (0..)
        .zip(&sample)
        .filter(|(_, r)| r["outlier"] == true)
        .map(|(i, _)| i)
        .collect();
    assert!(
        labelled.len() > 10,
        "expected labels in the sample, found {}",
        labelled.len()
    );
    let missed: Vec<_> = labelled
        .iter()
        .filter(|index| !found.contains(index))
        .collect();
    assert!(missed.is_empty(), "the filter missed {missed:?}");
    assert!(found.len() <= labelled.len() + 2, "found {found:?}");
    let log = answer["log"].as_array().expect("there is a log");
    assert!(!log.is_empty(), "{text}");
}
