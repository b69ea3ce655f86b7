//! What is counted is what the client got: of each way in which a request can go, what came over
//! the connection, and what the metrics say.

use amphi_edge::config::Limits;
use amphi_edge::{Body, BodyError, Client, Function, Host, PoolSettings, Settings, Spec, full};
use amphi_support::fixture::{self, call, deploy, guest, serving, settings};
use bytes::Bytes;
use futures_util::stream;
use http::Request;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::client::{Listening, head, read};

/// What a client got: a status, and whether the answer ended as it said that it would.
#[derive(Debug, PartialEq, Eq)]
struct Got {
    status: u16,
    length: usize,
    is_whole: bool,
}

async fn ask(listening: &Listening, method: &str, path: &str) -> Got {
    let mut stream = listening.connect().await;
    let head = format!("{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("it is sent");
    let mut bytes = Vec::new();
    let ended = stream.read_to_end(&mut bytes).await.is_ok();
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    let head = head.to_ascii_lowercase();
    let announced = head.split("content-length: ").nth(1);
    let announced = announced.and_then(|rest| rest.lines().next()?.parse::<usize>().ok());
    let is_whole = match announced {
        _ if method == "HEAD" => body.is_empty(),
        Some(length) => body.len() == length,
        None if head.contains("transfer-encoding: chunked") => body.ends_with("0\r\n\r\n"),
        None => true,
    };
    Got {
        status: status.unwrap_or_default(),
        length: body.len(),
        is_whole: is_whole && ended && !bytes.is_empty(),
    }
}

async fn serving_web(name: &str) -> Listening {
    let mut spec = Spec::new("web", guest(name));
    spec.config.route = "/".parse().ok();
    spec.config.breaker.traps = NonZeroU32::new(1000).expect("some");
    spec.config.limits = Limits {
        response: 50_000,
        ..Limits::default()
    };
    Listening::start(serving(spec).await).await
}

/// Outcomes that are counted, once all requests are over.
async fn counted(function: &Arc<Function>, requests: u64) -> BTreeMap<String, u64> {
    loop {
        let mut outcomes = function.outcomes();
        if outcomes.values().sum::<u64>() >= requests {
            outcomes.retain(|_, count| *count > 0);
            return outcomes;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn check(name: &str, rows: &[(&str, &str, u16, bool, &str)]) {
    let listening = serving_web(name).await;
    let function = listening.host.function("web").expect("it is served");
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    for (number, (method, path, status, is_whole, outcome)) in (1..).zip(rows) {
        let got = ask(&listening, method, path).await;
        // One that breaks off at once is told as a problem if its head has not gone out.
        let is_told = got.status >= 500 && got.is_whole;
        assert!(
            (got.status, got.is_whole) == (*status, *is_whole) || !is_whole && is_told,
            "{name}: {method} {path}: {got:?}"
        );
        *expected.entry((*outcome).to_owned()).or_default() += 1;
        assert_eq!(
            counted(&function, number).await,
            expected,
            "{name}: {method} {path}: {got:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_handler_of_wasi_0_2() {
    check(
        "respond",
        &[
            ("GET", "/seen?x=1", 200, true, "ok"),
            ("GET", "/status/404", 404, true, "ok"),
            ("GET", "/status/503", 503, true, "error"),
            ("GET", "/empty", 204, true, "ok"),
            ("GET", "/status/304", 304, true, "ok"),
            ("GET", "/failing", 502, true, "error-code"),
            ("GET", "/silent", 502, true, "no-response"),
            ("GET", "/broken", 500, true, "unreachable-code-reached"),
            ("GET", "/exit", 502, true, "exit"),
            ("GET", "/status/100", 502, true, "bad-status"),
            ("GET", "/status/101", 502, true, "bad-status"),
            ("GET", "/status/103", 502, true, "bad-status"),
            ("GET", "/status/600", 502, true, "bad-status"),
            ("GET", "/half", 200, false, "answer-broken"),
            ("GET", "/left", 200, false, "answer-broken"),
            ("GET", "/less", 200, false, "answer-broken"),
            ("GET", "/more", 200, false, "answer-broken"),
            ("GET", "/halfway", 200, false, "unreachable-code-reached"),
            ("GET", "/twice", 200, false, "response-limit"),
            ("HEAD", "/twice", 200, true, "ok"),
            ("HEAD", "/less", 200, true, "ok"),
            ("HEAD", "/seen?x=1", 200, true, "ok"),
            ("HEAD", "/broken", 500, true, "unreachable-code-reached"),
            ("GET", "/failed-after", 200, true, "ok"),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_handler_of_wasi_0_3() {
    check(
        "respond-0-3",
        &[
            ("GET", "/seen?x=1", 200, true, "ok"),
            ("GET", "/status/503", 503, true, "error"),
            ("GET", "/empty", 204, true, "ok"),
            ("GET", "/failing", 502, true, "error-code"),
            ("GET", "/broken", 500, true, "unreachable-code-reached"),
            ("GET", "/exit", 502, true, "exit"),
            ("GET", "/status/103", 502, true, "bad-status"),
            ("GET", "/status/101", 502, true, "bad-status"),
            ("GET", "/less", 200, false, "answer-broken"),
            ("GET", "/more", 200, false, "answer-broken"),
            ("GET", "/halfway", 200, false, "unreachable-code-reached"),
            ("GET", "/twice", 200, false, "response-limit"),
            ("HEAD", "/twice", 200, true, "ok"),
        ],
    )
    .await;
}

/// The head of an answer that breaks off at once goes out over HTTP/2 too.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_stream_that_breaks_off() {
    let listening = serving_web("respond-0-3").await;
    for path in ["/more", "/less"] {
        let handshake = h2::client::handshake(listening.connect().await).await;
        let (mut client, connection) = handshake.expect("it speaks HTTP/2");
        tokio::spawn(connection);
        let request = Request::get(format!("http://a{path}")).body(());
        let (answer, _) = client
            .send_request(request.expect("a request"), true)
            .expect("it is sent");
        let answer = answer.await.expect("a head");
        assert_eq!(
            (
                answer.status().as_u16(),
                &answer.headers()["content-length"]
            ),
            (200, &"10".parse().expect("a value")),
            "{path}"
        );
        let mut body = answer.into_body();
        let error = loop {
            match body.data().await.expect("it has no end") {
                Ok(data) => body
                    .flow_control()
                    .release_capacity(data.len())
                    .expect("it is there"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.reason(), Some(h2::Reason::INTERNAL_ERROR), "{path}");
    }
}

/// An answer that was handed to the connection and that its client never takes has not come whole,
/// however short it is.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_client_that_takes_nothing() {
    let listening = Listening::start(serving(Spec::new("calc", guest("calc-1-0"))).await).await;
    let function = listening.host.function("calc").expect("it is served");
    let mut builder = h2::client::Builder::new();
    let handshake = builder
        .initial_window_size(0)
        .handshake(listening.connect().await);
    let (mut client, connection) = handshake.await.expect("it speaks HTTP/2");
    tokio::spawn(connection);
    let request = Request::post("http://a/v1/fn/calc/add").body(());
    let (answer, mut body) = client
        .send_request(request.expect("a request"), false)
        .expect("it is sent");
    body.send_data(Bytes::from("[1, 2]"), true)
        .expect("it is sent");
    assert_eq!(answer.await.expect("a head").status(), 200);
    let outcomes = counted(&function, 1).await;
    assert_eq!(outcomes, BTreeMap::from([("given-up".to_owned(), 1)]));
}

/// However many calls one client has under way, there are places of the pool for another.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_client_that_takes_every_place() {
    let settings = Settings {
        pool: PoolSettings {
            instances: 8,
            ..PoolSettings::default()
        },
        ..settings()
    };
    let host = Arc::new(Host::new(settings).expect("it has no audit log"));
    let mut spec = Spec::new("web", guest("respond"));
    spec.config.route = "/".parse().ok();
    spec.config.limits.queue_wait = Duration::from_millis(100);
    deploy(&host, spec).await;
    let client = |last| Client::at([192, 0, 2, last].into());
    let ask = async |client, body: Body| {
        let request = Request::post("/echo").header("host", "a").extension(client);
        host.handle(request.body(body).expect("a request")).await
    };
    // Each answer has begun, and waits for a body that does not come.
    let mut begun = Vec::new();
    let mut statuses = BTreeMap::<u16, u32>::new();
    for _ in 0..8 {
        let endless = StreamBody::new(stream::pending::<Result<Frame<Bytes>, BodyError>>());
        let answer = ask(client(1), endless.boxed_unsync()).await;
        *statuses.entry(answer.status().as_u16()).or_default() += 1;
        begun.push(answer);
    }
    assert_eq!(statuses, BTreeMap::from([(200, 6), (503, 2)]));
    let (status, text) = fixture::read(ask(client(2), full("yes")).await).await;
    assert_eq!((status.as_u16(), text), (200, "yes".into()));
}

/// Who sends a little now and then is not waited for, and that is not the function's doing: its
/// place is free, whether its answer has begun or not.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_client_that_trickles() {
    for (name, outcome) in [("respond", "body-late"), ("respond-0-3", "ok")] {
        let listening = serving_web(name).await;
        let function = listening.host.function("web").expect("it is served");
        let mut stream = listening.connect().await;
        let sent = head("/echo", "", 1000);
        stream.write_all(sent.as_bytes()).await.expect("it is sent");
        let (mut answer, mut body) = stream.into_split();
        let trickles = async {
            loop {
                tokio::time::sleep(Duration::from_millis(100)).await;
                // Who answers may hear no more.
                let _ = body.write_all(b"x").await;
            }
        };
        let status = tokio::select! {
            (status, _) = read(&mut answer) => status,
            () = trickles => unreachable!("it goes on"),
        };
        assert_eq!(status, 200, "{name}");
        let outcomes = counted(&function, 1).await;
        assert_eq!(
            outcomes,
            BTreeMap::from([(outcome.to_owned(), 1)]),
            "{name}"
        );
        while function.admission.running() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// What a guest says of a body that its client breaks, cuts off or makes too large is the client's
/// doing, before its answer has begun and after.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_client_whose_body_is_none() {
    let mut spec = Spec::new("web", guest("respond"));
    spec.config.route = "/".parse().ok();
    spec.config.limits.request = 8;
    let listening = Listening::start(serving(spec).await).await;
    let function = listening.host.function("web").expect("it is served");
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    for (number, (parts, outcome, ends)) in (1..).zip([
        (vec!["zz\r\n"], "body-incomplete", false),
        (vec!["3\r\nabc\r\n", "zz\r\n"], "body-incomplete", false),
        (vec!["3\r\nabc\r\n"], "body-incomplete", true),
        (
            vec!["3\r\nabc\r\n", "9\r\nabcdefghi\r\n0\r\n\r\n"],
            "body-too-large",
            false,
        ),
    ]) {
        let mut stream = listening.connect().await;
        let head = "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(head.as_bytes()).await.expect("it is sent");
        for part in parts {
            let _ = stream.write_all(part.as_bytes()).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // Who leaves before its response has begun may get none.
        if ends {
            let mut first = [0; 9];
            stream.read_exact(&mut first).await.expect("it has begun");
            assert_eq!(&first, b"HTTP/1.1 ");
            let _ = stream.shutdown().await;
            while let Ok(1..) = stream.read(&mut first).await {}
        } else {
            let (status, text) = read(&mut stream).await;
            assert!(matches!(status, 200 | 400 | 413), "{status} {text}");
        }
        *expected.entry(outcome.to_owned()).or_default() += 1;
        assert_eq!(counted(&function, number).await, expected);
    }
}

/// Who trickles over HTTP/2 is not waited for either; frames without data are no part of a body.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_stream_that_trickles() {
    let listening = Listening::start(serving(Spec::new("calc", guest("calc-1-0"))).await).await;
    let function = listening.host.function("calc").expect("it is served");
    for (number, part) in (1..).zip(["[", ""]) {
        let handshake = h2::client::handshake(listening.connect().await).await;
        let (mut client, connection) = handshake.expect("it speaks HTTP/2");
        tokio::spawn(connection);
        let request = Request::post("http://a/v1/fn/calc/add").body(());
        let (answer, mut body) = client
            .send_request(request.expect("a request"), false)
            .expect("it is sent");
        let trickles = async {
            loop {
                let _ = body.send_data(Bytes::from(part), false);
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let answer = tokio::select! {
            answer = answer => answer.expect("a head"),
            () = trickles => unreachable!("it goes on"),
        };
        assert_eq!(answer.status(), 408, "{part:?}");
        let outcomes = counted(&function, number).await;
        assert_eq!(outcomes, BTreeMap::from([("body-late".to_owned(), number)]));
    }
}

/// Header fields that are larger than they may be are the guest's doing: it made them.
#[tokio::test(flavor = "multi_thread")]
async fn of_fields_that_are_too_large() {
    for (name, status, outcome) in [
        ("respond", 500, "fields-limit"),
        // Here the guest is told, and panics.
        ("respond-0-3", 500, "unreachable-code-reached"),
    ] {
        let mut spec = Spec::new("web", guest(name));
        spec.config.route = "/".parse().ok();
        spec.config.limits.headers = 1 << 10;
        let listening = Listening::start(serving(spec).await).await;
        let function = listening.host.function("web").expect("it is served");
        // The guest puts the path into a field of its answer.
        let got = ask(&listening, "GET", &format!("/{}", "a".repeat(2 << 10))).await;
        assert_eq!((got.status, got.is_whole), (status, true), "{name}");
        let outcomes = counted(&function, 1).await;
        assert_eq!(
            outcomes,
            BTreeMap::from([(outcome.to_owned(), 1)]),
            "{name}"
        );
    }
}

/// A guest that ends itself answers nothing, and does not trap, whatever it says of it.
#[tokio::test]
async fn of_a_typed_call_that_ends_itself() {
    for result in ["ok", "error"] {
        let component = wat::parse_str(format!(
            r#"(component
                (import "wasi:cli/exit@0.2.0" (instance $exit
                    (export "exit" (func (param "status" (result))))))
                (core func $exit (canon lower (func $exit "exit")))
                (core module $m
                    (import "" "exit" (func $exit (param i32)))
                    (func (export "run") (call $exit (i32.const {}))))
                (core instance $i (instantiate $m
                    (with "" (instance (export "exit" (func $exit))))))
                (func (export "run") (canon lift (core func $i "run"))))"#,
            i32::from(result == "error"),
        ));
        let mut spec = Spec::new("ends", component.expect("a component"));
        spec.config.breaker.traps = NonZeroU32::new(1).expect("some");
        let host = serving(spec).await;
        for _ in 0..3 {
            let (status, problem) = call(&host, "ends/run", "").await;
            assert_eq!(
                (status.as_u16(), &problem["kind"]),
                (502, &"exit".into()),
                "{result}"
            );
        }
        let function = host.function("ends").expect("it is served");
        let outcomes = counted(&function, 3).await;
        assert_eq!(outcomes, BTreeMap::from([("exit".to_owned(), 3)]));
    }
}

/// What a guest waits for its client does not count: neither what comes slowly nor what is taken
/// slowly meets the time that it has itself.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_slow_client() {
    /// Of which a client has to send one in three seconds here.
    const PART: usize = 16 << 10;
    for name in ["respond", "respond-0-3"] {
        let mut spec = Spec::new("web", guest(name));
        spec.config.route = "/".parse().ok();
        spec.config.limits.wall = Duration::from_secs(4);
        let listening = Listening::start(serving(spec).await).await;
        let function = listening.host.function("web").expect("it is served");
        let mut stream = listening.connect().await;
        let sent = head("/echo", "", 10 * PART);
        stream.write_all(sent.as_bytes()).await.expect("it is sent");
        let (mut answer, mut body) = stream.into_split();
        let drip = async {
            for _ in 0..10 {
                tokio::time::sleep(Duration::from_millis(500)).await;
                body.write_all(&[b'x'; PART]).await.expect("it is taken");
            }
        };
        let ((status, text), ()) = tokio::join!(read(&mut answer), drip);
        let length = text.as_str().map_or(0, str::len);
        assert!(
            status == 200 && length >= 10 * PART,
            "{name}: {status} {length}"
        );
        let outcomes = counted(&function, 1).await;
        assert_eq!(outcomes, BTreeMap::from([("ok".to_owned(), 1)]), "{name}");
    }
}
