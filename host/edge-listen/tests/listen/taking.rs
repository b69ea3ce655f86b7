//! Answers that their clients do not take, or take slowly.

use std::time::Duration;

use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use tokio::time::sleep;

use crate::server::{Http2, Server, eventually, reply};

const SOON: Duration = Duration::from_millis(300);

/// More than the system keeps for a connection.
const LARGE: usize = 15 << 20;

/// Asks for an answer of `size` bytes with room for `window` of them; the stream is reset, and the
/// connection goes on.
async fn is_reset(window: u32, size: usize) {
    let server = Server::start(|settings| settings.timeouts.body = SOON).await;
    let mut client = Http2::with_window(&server, Some(window)).await;
    let answer = client.begin(&format!("/bytes/{size}")).answer().await;
    let headers = (answer.status(), answer.headers()["content-length"].clone());
    assert_eq!(headers, (StatusCode::OK, size.into()));
    // What the client does not ask for is not there for its connection either.
    sleep(SOON * 10).await;
    let error = answer
        .into_body()
        .collect()
        .await
        .expect_err("it was given up");
    let error = format!("{error:?}");
    assert!(
        error.contains("Reset") && error.contains("CANCEL"),
        "{error}"
    );
    let next = client.post("/echo", "").await;
    assert_eq!(next, (StatusCode::OK, String::new()), "the others go on");
    assert_eq!(server.drain().await.lost, 0);
}

#[tokio::test]
async fn a_stream_of_which_nothing_is_taken_is_ended() {
    is_reset(0, LARGE).await;
    is_reset(0, 1).await;
}

#[tokio::test]
async fn a_stream_of_which_the_end_is_not_taken_is_ended() {
    is_reset(1, 2).await;
    is_reset(1_000, 1_001).await;
    is_reset(16 << 10, (16 << 10) + 1).await;
    is_reset(65_535, LARGE).await;
}

#[tokio::test]
async fn a_stream_that_is_taken_slowly_goes_on() {
    let server = Server::start(|settings| settings.timeouts.body = Duration::from_secs(10)).await;
    let mut client = Http2::with_window(&server, Some(16 << 10)).await;
    let mut body = client.begin("/bytes/100000").answer().await.into_body();
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        let data = frame.expect("it goes on").into_data();
        size += data.expect("there are no trailers").len();
        sleep(Duration::from_millis(1_600)).await;
    }
    assert_eq!(size, 100_000);
}

#[tokio::test]
async fn answers_of_all_sizes_are_whole() {
    let server = Server::start(|_| {}).await;
    let mut client = Http2::connect(&server).await;
    for size in [0, 1, 2, 1 << 14, (1 << 14) + 1, (1 << 16) + 1, LARGE] {
        let request = Request::get(format!("http://a/bytes/{size}")).body(Full::default());
        let answer = client.sender.send_request(request.expect("it is one"));
        let (status, body) = reply(answer.await.expect("an answer")).await;
        assert_eq!((status, body.len()), (StatusCode::OK, size));
    }
}

#[tokio::test]
async fn what_is_not_taken_at_the_end_is_cut_off_and_counted() {
    let server = Server::start(|settings| settings.timeouts.drain = SOON).await;
    let mut two = Http2::with_window(&server, Some(1)).await;
    let stuck = two.begin("/bytes/2").answer().await;
    let mut one = server.raw().await;
    one.send(&format!("GET /bytes/{LARGE} HTTP/1.1\r\nhost: a\r\n\r\n"))
        .await;
    one.0.readable().await.expect("it begins");
    eventually("both were answered", || server.handler.seen() == 2).await;
    assert_eq!(server.drain().await.lost, 2);
    drop((stuck, one));
}
