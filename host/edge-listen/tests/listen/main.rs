//! Connections over real sockets: who is slow, who leaves, who comes when all is over.

mod drain;
mod frames;
mod places;
mod server;
mod slow;
mod taking;
mod target;
mod tls;

use http::StatusCode;
use server::{Http1, Http2, Server, eventually};
use std::time::Duration;

#[tokio::test]
async fn both_versions_are_spoken_on_one_port() {
    let server = Server::start(|_| {}).await;
    for path in ["/echo", "/peer"] {
        let mut one = Http1::connect(&server).await;
        let mut two = Http2::connect(&server).await;
        let first = one.post(path, "hello").await;
        assert_eq!(first, (StatusCode::OK, one.expected(path, "hello")));
        let second = two.post(path, "hello").await;
        assert_eq!(second, (StatusCode::OK, two.expected(path, "hello")));
    }
    assert_eq!(server.drain().await.lost, 0);
}

#[tokio::test]
async fn a_handler_that_panics_is_answered_with_500_and_ends_nothing() {
    let server = Server::start(|_| {}).await;
    let mut one = Http1::connect(&server).await;
    let mut two = Http2::connect(&server).await;
    for _ in 0..2 {
        assert_eq!(
            one.post("/panic", "").await.0,
            StatusCode::INTERNAL_SERVER_ERROR
        );
        assert_eq!(
            two.post("/panic", "").await.0,
            StatusCode::INTERNAL_SERVER_ERROR
        );
        assert_eq!(one.post("/echo", "still").await.1, "still");
        assert_eq!(two.post("/echo", "still").await.1, "still");
    }
}

#[tokio::test]
async fn headers_without_end_are_answered_with_431() {
    let server = Server::start(|settings| settings.headers = 8 << 10).await;
    let mut raw = server.raw().await;
    raw.send(&format!(
        "GET / HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n",
        "x".repeat(20 << 10)
    ))
    .await;
    let answer = raw.receive().await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    let mut many = server.raw().await;
    many.send(&format!(
        "GET / HTTP/1.1\r\nhost: a\r\n{}\r\n",
        "x: y\r\n".repeat(200)
    ))
    .await;
    let answer = many.receive().await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    let mut two = Http2::connect(&server).await;
    let long = "x".repeat(20 << 10);
    assert_eq!(
        two.get_with("/echo", "x", &long).await.0,
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
    );
    assert_eq!(server.handler.seen(), 0);
}

#[tokio::test]
async fn a_client_that_goes_away_ends_its_call() {
    let server = Server::start(|_| {}).await;
    let mut one = server.raw().await;
    one.send("GET /forever HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let mut two = Http2::connect(&server).await;
    let call = two.begin("/forever");
    eventually("both calls run", || server.handler.running() == 2).await;
    drop(one);
    eventually("one call runs", || server.handler.running() == 1).await;
    drop(call);
    eventually("no call runs", || server.handler.running() == 0).await;
    assert_eq!(
        two.post("/echo", "on").await.1,
        "on",
        "the connection is not the call's"
    );
}

#[tokio::test]
async fn probes_tell_what_the_process_is_up_to() {
    let server = Server::starting(|settings| {
        settings.timeouts.drain_delay = Duration::from_secs(20);
    })
    .await;
    let probe = async || Http1::connect(&server).await.get("/readyz").await;
    assert_eq!(
        probe().await,
        (StatusCode::SERVICE_UNAVAILABLE, "starting\n".into())
    );
    server.readiness.ready();
    assert_eq!(probe().await, (StatusCode::OK, "ready\n".into()));
    server.shut_down();
    eventually("it drains", || !server.readiness.is_ready()).await;
    let mut new = Http1::connect(&server).await;
    assert_eq!(
        new.get("/readyz").await,
        (StatusCode::SERVICE_UNAVAILABLE, "draining\n".into())
    );
    assert_eq!(new.get("/healthz").await, (StatusCode::OK, "ok\n".into()));
    assert_eq!(
        new.post("/readyz", "").await.0,
        StatusCode::METHOD_NOT_ALLOWED
    );
    assert_eq!(server.handler.seen(), 0);
    assert_eq!(server.drain().await.lost, 0);
}
