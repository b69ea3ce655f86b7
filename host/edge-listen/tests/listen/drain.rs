//! The end: nothing that has begun is lost.

use std::time::Duration;

use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::server::{Http1, Http2, Server, eventually, reply, until_refused};

fn get(path: &str) -> Request<Full<bytes::Bytes>> {
    let request = Request::get(path).header("host", "a");
    request.body(Full::default()).expect("it is one")
}

#[tokio::test]
async fn a_client_that_keeps_its_connection_is_told_to_leave() {
    let server = Server::start(|_| {}).await;
    let mut busy = Http1::connect(&server).await;
    let mut idle = server.raw().await;
    idle.send("GET /peer HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(!idle.receive().await.contains("connection: close"));
    let answer = busy.send(get("/stream/a")).await;
    assert_eq!(answer.headers().get("connection"), None);
    let stream = server.handler.stream("a").await;
    server.shut_down();
    // Connections are told to leave when no new one is taken, which is after `/readyz` says so.
    while TcpStream::connect(server.address).await.is_ok() {
        sleep(Duration::from_millis(1)).await;
    }
    idle.send("GET /peer HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let last = idle.rest().await;
    assert!(
        last.starts_with("HTTP/1.1 200 ") && last.contains("connection: close"),
        "{last}"
    );
    stream.send("all of it".into()).await.expect("it is wanted");
    drop(stream);
    assert_eq!(reply(answer).await, (StatusCode::OK, "all of it".into()));
    busy.closed().await;
    let address = server.address;
    assert_eq!(server.drain().await.lost, 0);
    TcpStream::connect(address)
        .await
        .expect_err("nobody listens");
}

#[tokio::test]
async fn an_idle_connection_does_not_hold_the_process() {
    let server = Server::start(|_| {}).await;
    let mut idle = Http1::connect(&server).await;
    idle.get("/peer").await;
    let mut two = Http2::connect(&server).await;
    two.post("/echo", "").await;
    let silent = server.raw().await;
    assert_eq!(server.drain().await.lost, 0);
    drop((idle, two, silent));
}

#[tokio::test]
async fn http2_gets_goaway_and_its_streams_end_well() {
    let server = Server::start(|_| {}).await;
    let mut client = Http2::connect(&server).await;
    let answer = client.begin("/stream/a").answer().await;
    let stream = server.handler.stream("a").await;
    stream.send("one ".into()).await.expect("it is wanted");
    server.shut_down();
    // After GOAWAY the client opens no stream any more, and says so.
    let mut refused = false;
    for _ in 0..500 {
        let request = Request::get("http://a/peer")
            .body(Full::default())
            .expect("it is one");
        if client.sender.send_request(request).await.is_err() {
            refused = true;
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    assert!(refused, "new requests are refused");
    stream.send("two".into()).await.expect("it is wanted");
    drop(stream);
    assert_eq!(reply(answer).await, (StatusCode::OK, "one two".into()));
    assert_eq!(server.drain().await.lost, 0);
}

#[tokio::test]
async fn bodies_that_stream_both_ways_lose_nothing() {
    const PARTS: usize = 40;
    let server = Server::start(|_| {}).await;
    let mut tasks = Vec::new();
    for number in 0..8 {
        let path = format!("/stream/{number}");
        tasks.push(match number % 2 {
            0 => {
                let mut one = Http1::connect(&server).await;
                let answer = one.send(get(&path)).await;
                tokio::spawn(reply(answer))
            }
            _ => {
                let mut two = Http2::connect(&server).await;
                let answer = two.begin(&path).answer().await;
                tokio::spawn(reply(answer))
            }
        });
    }
    let mut upload = server.raw().await;
    upload
        .send("POST /size HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")
        .await;
    eventually("the upload runs", || server.handler.running() == 1).await;
    let mut streams = Vec::new();
    for number in 0..8 {
        streams.push(server.handler.stream(&number.to_string()).await);
    }
    for part in 0..PARTS {
        if part == PARTS / 2 {
            server.shut_down();
            eventually("it drains", || !server.readiness.is_ready()).await;
        }
        for stream in &mut streams {
            stream
                .send(format!("{part},").into())
                .await
                .expect("it is wanted");
        }
        upload.send("4\r\npart\r\n").await;
    }
    drop(streams);
    upload.send("0\r\n\r\n").await;
    let expected: String = (0..PARTS).map(|part| format!("{part},")).collect();
    for task in tasks {
        assert_eq!(
            task.await.expect("it does not panic"),
            (StatusCode::OK, expected.clone())
        );
    }
    let answer = upload.rest().await;
    assert!(
        answer.ends_with(&format!("\r\n\r\n{}", PARTS * 4)),
        "{answer}"
    );
    assert_eq!(server.drain().await.lost, 0);
}

#[tokio::test]
async fn what_does_not_end_in_time_is_cut_off_and_counted() {
    let server =
        Server::start(|settings| settings.timeouts.drain = Duration::from_millis(300)).await;
    let mut one = server.raw().await;
    one.send("GET /forever HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let mut two = Http2::connect(&server).await;
    let call = two.begin("/forever");
    let answer = two.begin("/stream/a").answer().await;
    let stream = server.handler.stream("a").await;
    eventually("both run", || server.handler.running() == 2).await;
    let handler = server.handler.clone();
    assert_eq!(server.drain().await.lost, 3);
    eventually("no call runs", || handler.running() == 0).await;
    answer
        .into_body()
        .collect()
        .await
        .expect_err("it was cut off");
    drop((call, stream));
}

#[tokio::test]
async fn requests_without_pause_lose_nothing() {
    let server = Server::start(|_| {}).await;
    let mut clients = Vec::new();
    for number in 0..8 {
        clients.push(tokio::spawn(until_refused(server.address, number % 2 == 0)));
    }
    eventually("they are at it", || server.handler.seen() > 200).await;
    let handler = server.handler.clone();
    assert_eq!(server.drain().await.lost, 0);
    let mut answered = 0;
    for client in clients {
        let seen = client.await.expect("it does not panic");
        assert_eq!(seen.broken, 0, "no client is left without a word");
        answered += seen.answered;
    }
    assert_eq!(answered, handler.seen(), "every request was answered");
}
