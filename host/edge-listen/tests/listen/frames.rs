//! Clients of HTTP/2 that no library would be.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::server::{Http2, LONG, Server, eventually};

const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("it is short");
    let mut frame = length.to_be_bytes()[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

#[tokio::test]
async fn who_begins_and_resets_without_end_is_sent_away() {
    let server = Server::start(|_| {}).await;
    let mut good = Http2::connect(&server).await;
    let mut bad = server.raw().await.0;
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(SETTINGS, 0, 0, &[]));
    // GET, http, `/forever`, `a`.
    let head = b"\x82\x86\x04\x08/forever\x01\x01a";
    for stream in (1..20_000).step_by(2) {
        bytes.extend(frame(HEADERS, 5, stream, head));
        bytes.extend(frame(RESET, 0, stream, &[0, 0, 0, 8]));
    }
    // It is sent away before it has said all of this.
    let _ = bad.write_all(&bytes).await;
    let mut rest = Vec::new();
    let read = timeout(LONG, bad.read_to_end(&mut rest)).await;
    let _ = read.expect("the connection ends");
    let seen = server.handler.seen();
    assert!(seen < 1_000, "{seen} of 10,000 were begun");
    assert_eq!(good.post("/echo", "on").await.1, "on");
    eventually("no call runs", || server.handler.running() == 0).await;
}
