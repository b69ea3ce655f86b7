//! What requests say of where they go and where they are from.

use http::{Request, StatusCode};
use http_body_util::Full;

use crate::server::{Http2, Server, reply};

/// What the handler sees of a request with this line and these fields.
async fn seen(server: &Server, request: &str) -> String {
    let mut raw = server.raw().await;
    raw.send(request).await;
    raw.receive().await
}

#[tokio::test]
async fn a_request_says_where_it_goes_in_one_way() {
    let server = Server::start(|_| {}).await;
    let address = server.address;
    for (request, expected) in [
        (
            "GET /seen HTTP/1.1\r\nhost: h.example\r\n\r\n",
            "http://h.example/seen ",
        ),
        (
            "GET https://o.example/seen HTTP/1.1\r\nhost: h.example\r\n\r\n",
            "http://o.example/seen ",
        ),
        (
            "GET /seen HTTP/1.0\r\n\r\n",
            &format!("http://{address}/seen "),
        ),
    ] {
        let answer = seen(&server, request).await;
        let body = answer.split("\r\n\r\n").nth(1);
        assert!(
            body.is_some_and(|body| body.starts_with(expected)),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_request_that_says_it_wrongly_is_told_so() {
    let server = Server::start(|_| {}).await;
    for (status, request) in [
        (400, "GET /seen HTTP/1.1\r\n\r\n"),
        (400, "GET /seen HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n"),
        (400, "GET /seen HTTP/1.1\r\nhost: user:secret@a\r\n\r\n"),
        (400, "GET http://user@a/seen HTTP/1.1\r\nhost: a\r\n\r\n"),
        (400, "GET * HTTP/1.1\r\nhost: a\r\n\r\n"),
        (501, "CONNECT a:443 HTTP/1.1\r\nhost: a:443\r\n\r\n"),
        (
            501,
            "POST /seen HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        ),
        (
            400,
            "POST /seen HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        ),
        (
            400,
            "POST /seen HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
        (
            417,
            "POST /seen HTTP/1.1\r\nhost: a\r\nexpect: tea\r\ncontent-length: 1\r\n\r\n1",
        ),
    ] {
        let mut raw = server.raw().await;
        raw.send(request).await;
        // Nothing that may be another request is read after what is none.
        let answer = raw.rest().await;
        let expected = format!("HTTP/1.1 {status} ");
        let old = format!("HTTP/1.0 {status} ");
        assert!(
            answer.starts_with(&expected) || answer.starts_with(&old),
            "{request:?}: {answer}"
        );
    }
    assert_eq!(server.handler.seen(), 0);
    let options = seen(
        &server,
        "OPTIONS * HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(
        options.starts_with("HTTP/1.1 204 ") && options.contains("allow: "),
        "{options}"
    );
    let probe = seen(&server, "POST /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(
        probe.starts_with("HTTP/1.1 405 ") && probe.contains("allow: GET, HEAD"),
        "{probe}"
    );
}

#[tokio::test]
async fn http2_says_it_as_http1_does() {
    let server = Server::start(|_| {}).await;
    let mut client = Http2::connect(&server).await;
    let mut ask = async |target: &str, host: Option<&str>| {
        let mut request = Request::get(target);
        if let Some(host) = host {
            request = request.header("host", host);
        }
        let request = request.body(Full::default()).expect("it is one");
        reply(
            client
                .sender
                .send_request(request)
                .await
                .expect("an answer"),
        )
        .await
    };
    let (status, body) = ask("https://h.example/seen", None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.starts_with("http://h.example/seen "), "{body}");
    assert_eq!(ask("http://a/seen", Some("a")).await.0, StatusCode::OK);
    assert_eq!(
        ask("http://a/seen", Some("b")).await.0,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        ask("http://u:s@a/seen", None).await.0,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn who_asks_is_what_a_trusted_proxy_says() {
    let network = "127.0.0.2/32".parse().expect("a network");
    let server = Server::start(|settings| settings.trusted_proxies = vec![network]).await;
    let request = "GET /seen HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 203.0.113.9, 192.0.2.1\r\nx-forwarded-proto: https\r\nx-request-id: abc-1\r\n\r\n";
    let mut proxy = server.raw_from([127, 0, 0, 2]).await;
    proxy.send(request).await;
    let answer = proxy.receive().await;
    assert!(
        answer.contains("https://a/seen abc-1 192.0.2.1 "),
        "{answer}"
    );
    assert!(answer.contains("\r\nx-request-id: abc-1\r\n"), "{answer}");
    let answer = seen(&server, request).await;
    assert!(
        answer.contains("http://a/seen abc-1 127.0.0.1 "),
        "{answer}"
    );
    assert!(!answer.contains("x-forwarded-for"), "{answer}");
}

#[tokio::test]
async fn every_request_has_a_name() {
    let server = Server::start(|_| {}).await;
    let mut names = std::collections::BTreeSet::new();
    for path in ["/seen", "/seen", "/healthz", "*"] {
        let answer = seen(
            &server,
            &format!("GET {path} HTTP/1.1\r\nhost: a\r\nx-request-id: not one\r\n\r\n"),
        )
        .await;
        let name = answer
            .lines()
            .find_map(|line| line.strip_prefix("x-request-id: "));
        let name = name.unwrap_or_else(|| panic!("{answer}"));
        assert_eq!(name.len(), 32, "{answer}");
        assert_eq!(
            answer.contains(&format!("/seen {name} ")),
            path == "/seen",
            "{answer}"
        );
        assert!(names.insert(name.to_owned()));
    }
}
