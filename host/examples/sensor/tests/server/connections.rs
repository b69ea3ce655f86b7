//! Connections that keep the server waiting, too many of them, and the end of the server.

use crate::client::{self, Server};
use sensor_demo::server::Config;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const HALF_A_HEAD: &[u8] = b"GET / HTTP/1.1\r\nho";
/// Nothing here takes as long on a busy machine.
const LONG: Duration = Duration::from_secs(60);

/// What comes until the server closes the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = timeout(LONG, stream.read_to_end(&mut bytes)).await;
    read.expect("the server closes the connection")
        .expect("the connection is closed in order");
    String::from_utf8(bytes).expect("the answer is text")
}

#[tokio::test(flavor = "multi_thread")]
async fn closes_connections_that_send_nothing() {
    let head = Duration::from_secs(2);
    let server = Server::start(Config {
        head,
        ..Config::new(client::page())
    })
    .await;
    let used = format!("GET /x HTTP/1.1\r\nhost: {}\r\n\r\n", server.host());
    for (sent, status) in [
        (&b""[..], ""),
        (HALF_A_HEAD, ""),
        (used.as_bytes(), "HTTP/1.1 404"),
    ] {
        let start = Instant::now();
        let said = rest(&mut server.connect(sent).await).await;
        assert!(
            said.starts_with(status) && said.is_empty() == status.is_empty(),
            "{said}"
        );
        assert!(start.elapsed() >= head, "closed at once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn has_only_so_many_connections() {
    let server = Server::start(Config {
        connections: 2,
        ..Config::new(client::page())
    })
    .await;
    let (one, _other) = (server.connect(b"").await, server.connect(b"").await);
    let mut third = Box::pin(server.get("/x"));
    let waiting = timeout(Duration::from_millis(200), &mut third).await;
    assert!(waiting.is_err(), "a third connection was answered");
    drop(one);
    let reply = timeout(LONG, third).await.expect("there is a place again");
    assert_eq!(reply.status, 404, "{}", reply.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn finishes_what_is_in_flight_and_waits_for_nothing_else() {
    let server = Server::start(Config {
        head: 3 * LONG,
        grace: Duration::from_secs(5),
        ..Config::new(client::page())
    })
    .await;
    let _idle = server.connect(b"").await;
    let mut half = server.connect(HALF_A_HEAD).await;
    let request = format!(
        "POST /api/run HTTP/1.1\r\nhost: {}\r\norigin: {}\r\nx-amphi-token: {}\r\ncontent-length: 3\r\n\
         expect: 100-continue\r\n\r\n",
        server.host(),
        server.origin(),
        server.token()
    );
    let mut flying = server.connect(request.as_bytes()).await;
    let mut go = [0; 25];
    flying
        .read_exact(&mut go)
        .await
        .expect("the server asks for the body");
    assert_eq!(&go, b"HTTP/1.1 100 Continue\r\n\r\n");

    let ended = server.stop();
    flying
        .write_all(b"abc")
        .await
        .expect("the server takes the body");
    let answer = rest(&mut flying).await;
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.contains("too short"),
        "{answer}"
    );
    assert_eq!(rest(&mut half).await, "");
    let ended = timeout(LONG, ended).await.expect("the server ends");
    ended
        .expect("the server does not panic")
        .expect("the server ends well");
}
