//! Clients that take their time.

use std::time::Duration;

use amphi_edge_listen::Settings;
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::server::{Http1, Server, eventually};

/// What a client has to send within `timeouts.body`.
const PART: usize = 16 << 10;

const SOON: Duration = Duration::from_millis(500);

/// Times that are over soon, but for `long`: not so soon that who hurries meets them on a busy
/// machine.
fn soon(settings: &mut Settings, long: &str) {
    let (soon, late) = (Duration::from_secs(5), Duration::from_secs(600));
    let pick = |name| if name == long { late } else { soon };
    settings.timeouts.header = pick("header");
    settings.timeouts.body = pick("body");
    settings.timeouts.idle = pick("idle");
}

#[tokio::test]
async fn headers_that_do_not_come_close_the_connection() {
    let server = Server::start(|settings| soon(settings, "idle")).await;
    let begins = [
        "",
        "G",
        "GET /echo HT",
        "GET /echo HTTP/1.1\r\nhost: a\r\nx: ",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    join_all(begins.map(async |begin| {
        let mut raw = server.raw().await;
        raw.send(begin).await;
        raw.rest().await;
    }))
    .await;
    assert_eq!(server.handler.seen(), 0);
}

#[tokio::test]
async fn headers_of_a_second_request_have_their_time_too() {
    let server = Server::start(|settings| soon(settings, "idle")).await;
    let mut raw = server.raw().await;
    raw.send("GET /peer HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(raw.receive().await.starts_with("HTTP/1.1 200 "));
    raw.send("GET /peer HT").await;
    raw.rest().await;
    assert_eq!(server.handler.seen(), 1);
}

#[tokio::test]
async fn an_idle_connection_is_closed_in_its_own_time() {
    let server = Server::start(|settings| soon(settings, "header")).await;
    let mut one = Http1::connect(&server).await;
    one.get("/peer").await;
    one.closed().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_answered_with_408() {
    let server = Server::start(|settings| soon(settings, "idle")).await;
    let mut raw = server.raw().await;
    raw.send("POST /size HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc")
        .await;
    let answer = raw.rest().await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    assert_eq!(server.handler.seen(), 1);
    eventually("the call was given up", || server.handler.running() == 0).await;
}

#[tokio::test]
async fn a_body_that_comes_in_parts_has_time_for_each() {
    let server = Server::start(|settings| settings.timeouts.body = Duration::from_secs(12)).await;
    let mut raw = server.raw().await;
    raw.send("POST /size HTTP/1.1\r\nhost: a\r\ncontent-length: 49153\r\n\r\n")
        .await;
    for size in [PART, PART, PART, 1] {
        tokio::time::sleep(Duration::from_secs(4)).await;
        raw.send(&"x".repeat(size)).await;
    }
    let answer = raw.receive().await;
    assert!(answer.ends_with("\r\n\r\n49153"), "{answer}");
}

/// Who sends a little now and then sends no part in time.
#[tokio::test]
async fn a_body_that_trickles_is_answered_with_408() {
    let server = Server::start(|settings| settings.timeouts.body = SOON).await;
    let trickle = "5\r\nhello\r\n";
    let mut raw = server.raw().await;
    raw.send("POST /size HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")
        .await;
    let (mut answer, mut body) = raw.0.into_split();
    let trickles = async {
        // Until the server hears no more.
        while body.write_all(trickle.as_bytes()).await.is_ok() {
            tokio::time::sleep(SOON / 10).await;
        }
    };
    let mut text = Vec::new();
    let answered = answer.read_to_end(&mut text);
    tokio::join!(trickles, async { drop(answered.await) });
    let text = String::from_utf8_lossy(&text);
    assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
    eventually("the call was given up", || server.handler.running() == 0).await;
}

#[tokio::test]
async fn a_call_that_takes_long_is_not_a_slow_client() {
    let server = Server::start(|settings| soon(settings, "none")).await;
    let mut one = Http1::connect(&server).await;
    let request = http::Request::get("/stream/long").header("host", "a");
    let request = request.body(http_body_util::Full::default());
    let answer = one.send(request.expect("it is one")).await;
    let stream = server.handler.stream("long").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    stream.send("late".into()).await.expect("it is wanted");
    drop(stream);
    assert_eq!(crate::server::reply(answer).await.1, "late");
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_given_up() {
    let server = Server::start(|settings| soon(settings, "idle")).await;
    let mut raw = server.raw().await;
    raw.send("GET /flood HTTP/1.1\r\nhost: a\r\n\r\n").await;
    raw.0.readable().await.expect("it begins");
    let drained = server.drain().await;
    assert_eq!(drained.lost, 0, "it was cut off before the drain's end");
}
