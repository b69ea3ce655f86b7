//! Requests that are none, or that mean something else than they say: each is answered by a status
//! that fits, and the next one as ever.

use amphi_edge::Spec;
use amphi_support::fixture::{guest, serving};
use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::client::{Listening, read};

const START: &str = "POST /v1/fn/calc/add HTTP/1.1\r\nhost: a\r\n";
const CHUNKED: &str = "transfer-encoding: chunked\r\n\r\n";

/// What a client writes before it says no more, and the status of what it gets.
fn requests() -> Vec<(u16, Vec<u8>)> {
    let with = |rest: &str| format!("{START}{rest}").into_bytes();
    let body = |body: &[u8]| {
        let head = with(&format!("content-length: {}\r\n\r\n", body.len()));
        [&head, body].concat()
    };
    let to = |path: &str| {
        format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\n[1, 2]").into_bytes()
    };
    let to_host = |fields: &str| {
        format!("POST /v1/fn/calc/add HTTP/1.1\r\n{fields}content-length: 6\r\n\r\n[1, 2]")
            .into_bytes()
    };
    let fields: String = (0..10_000)
        .map(|number| format!("x-{number}: y\r\n"))
        .collect();
    vec![
        (0, b"POST /v1/fn/ca".to_vec()),
        (400, b"PRI * HTTP/2.0\r\n\r\nSM".to_vec()),
        (400, b"\0\x01\xff\xfe\r\n\r\n".to_vec()),
        (400, b"GET /\r\n\r\n".to_vec()),
        (400, b"GET / HTTP/3.0\r\n\r\n".to_vec()),
        (400, with("x y: z\r\n\r\n")),
        (400, with("x: \0\r\n\r\n")),
        (400, with("content-length: -3\r\n\r\n[1, 2]")),
        (
            400,
            with("content-length: 3\r\ncontent-length: 6\r\n\r\n[1, 2]"),
        ),
        (400, with("content-length: 3\r\n\r\n[1, 2]")),
        (400, with("content-length: 30\r\n\r\n[1, 2]")),
        (400, with("transfer-encoding: gzip\r\n\r\n[1, 2]")),
        (400, with(&format!("{CHUNKED}zz\r\n[1, 2]\r\n0\r\n\r\n"))),
        (400, with(&format!("{CHUNKED}fffffffffffffffff\r\n[1, 2]"))),
        (400, with(&format!("{CHUNKED}6\r\n[1,"))),
        (
            400,
            with(&format!(
                "{CHUNKED}6;{}\r\n[1, 2]\r\n0\r\n\r\n",
                "x".repeat(100_000)
            )),
        ),
        (431, with(&format!("{fields}\r\n"))),
        (431, with(&format!("x: {}\r\n\r\n", "y".repeat(1 << 20)))),
        (431, to(&"/a".repeat(1 << 19))),
        (404, to(&"/a".repeat(1 << 14))),
        (404, to("/v1/fn/calc/add%00")),
        (404, to("/v1%2Ffn%2Fcalc%2Fadd")),
        (404, to("/v1/fn/calc/../../../etc/passwd")),
        (404, to("//v1/fn/calc/add")),
        (404, to("/v1/fn/")),
        (400, to("/v1/fn/calc/add\0")),
        (204, b"OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n".to_vec()),
        (501, b"CONNECT a:443 HTTP/1.1\r\nhost: a\r\n\r\n".to_vec()),
        (400, b"GET * HTTP/1.1\r\nhost: a\r\n\r\n".to_vec()),
        (400, to_host("")),
        (400, to_host("host: a\r\nhost: a\r\n")),
        (400, to_host("host: a b\r\n")),
        (400, to_host("host: user:secret@a\r\n")),
        (417, with("expect: tea\r\ncontent-length: 6\r\n\r\n[1, 2]")),
        (
            501,
            with("transfer-encoding: gzip, chunked\r\n\r\n6\r\n[1, 2]\r\n0\r\n\r\n"),
        ),
        (
            400,
            with("transfer-encoding: chunked, chunked\r\n\r\n6\r\n[1, 2]\r\n0\r\n\r\n"),
        ),
        (
            200,
            b"POST /v1/fn/calc/add HTTP/1.0\r\ncontent-length: 6\r\n\r\n[1, 2]".to_vec(),
        ),
        (
            405,
            b"TRACE /v1/fn/calc/add HTTP/1.1\r\nhost: a\r\n\r\n".to_vec(),
        ),
        (400, body(b"[1, \"\xff\xfe\"]")),
        (400, body(b"\xff\xfe[\x001\0,\x002\0]\0")),
        (400, body(b"[1e999999999, 1]")),
        (400, body(b"[\"\\ud800\", 1]")),
        (
            400,
            body(format!("[1, {}]", "9".repeat(500_000)).as_bytes()),
        ),
        (400, body(br#"{"__proto__": 1, "constructor": 2}"#)),
        (200, to("/v1/fn/calc/demo%3Acalc/ops%401.0.0/add")),
        (200, to("http://a/v1/fn/calc/add?x=1")),
    ]
}

#[tokio::test]
async fn what_is_no_request_is_told_so_and_hurts_nobody() {
    let host = serving(Spec::new("calc", guest("calc-1-0"))).await;
    let served = Listening::start(host).await;
    for (status, request) in requests() {
        let start = String::from_utf8_lossy(&request[..request.len().min(90)]).into_owned();
        let mut stream = served.connect().await;
        // Who refuses a request need not read it to the end.
        let _ = stream.write_all(&request).await;
        let _ = stream.shutdown().await;
        let (found, answer) = read(&mut stream).await;
        // An answer may be lost with a connection that was closed while much was still on its way.
        let lost = found == 0 && request.len() > 1 << 16;
        assert!(found == status || lost, "{start:?}: {found} {answer}");
        let answer = served.call("calc/add", "[20, 22]").await;
        assert_eq!(answer, (200, json!(42)), "after {start:?}");
    }
}
