//! The harness itself, on a page of a few lines: what a page says arrives whole, and a page that
//! fails, hangs or says nothing is an error that tells why.

use amphi_harness::{Server, Session, selected, visit};
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(60);

fn probe() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/probe"))
}

#[test]
fn an_answer_arrives_whole_and_the_policy_holds() {
    for browser in selected().expect("the browsers are known") {
        let visit =
            visit(browser, probe(), "index.html?answer", DEADLINE).expect("the page answers");
        assert_eq!(
            visit.outcome,
            json!({ "text": "é\n😀", "wasm": true, "eval": false }),
            "in {}",
            browser.name
        );
    }
}

#[test]
fn a_page_that_does_not_answer_is_an_error_that_says_why() {
    let cases = [
        ("index.html?refuse", DEADLINE, "refused on purpose"),
        (
            "index.html?silent",
            DEADLINE,
            "expected the page to set `globalThis.outcome`",
        ),
        ("index.html?never", Duration::from_secs(1), "script timeout"),
        (
            "missing.html",
            DEADLINE,
            "expected the page to set `globalThis.outcome`",
        ),
    ];
    for browser in selected().expect("the browsers are known") {
        for (page, deadline, expected) in cases {
            let error =
                visit(browser, probe(), page, deadline).expect_err("the page does not answer");
            let text = format!("{error:#}");
            assert!(
                text.contains(expected),
                "{page} in {}: expected `{expected}` in:\n{text}",
                browser.name
            );
            assert!(
                page != "index.html?refuse" || !browser.console || text.contains("about to refuse"),
                "{text}"
            );
        }
    }
}

#[test]
fn a_page_that_is_opened_again_has_what_the_browser_keeps_and_nothing_else() {
    let server = Server::start(probe(), &[]).expect("a port is free");
    for browser in selected().expect("the browsers are known") {
        let session = Session::start(browser, DEADLINE).expect("the browser starts");
        for visits in 1..3 {
            session
                .open(&server.url("index.html?count"))
                .expect("the page opens");
            let found = session.outcome().expect("the page answers");
            assert_eq!(
                found,
                json!({ "visits": visits, "inWindow": 1 }),
                "in {}",
                browser.name
            );
            session.reopen().expect("there is a new window");
        }
    }
}

#[test]
fn the_server_gives_out_its_folder_and_nothing_else() {
    let server = Server::start(probe(), &[("X-Extra", "yes")]).expect("a port is free");
    let cases = [
        (
            "GET / HTTP/1.1",
            "200 OK",
            "Content-Type: text/html; charset=utf-8",
        ),
        (
            "GET /empty.wasm?x HTTP/1.1",
            "200 OK",
            "Content-Type: application/wasm",
        ),
        (
            "GET /probe.js HTTP/1.1",
            "200 OK",
            "Content-Type: text/javascript",
        ),
        (
            "GET /probe.js HTTP/1.1",
            "200 OK",
            "script-src 'self' 'wasm-unsafe-eval'",
        ),
        ("GET /probe.js HTTP/1.1", "200 OK", "X-Extra: yes"),
        ("GET /../../Cargo.toml HTTP/1.1", "404 Not Found", ""),
        ("GET //etc/passwd HTTP/1.1", "404 Not Found", ""),
        ("POST / HTTP/1.1", "405 Method Not Allowed", ""),
        ("", "400 Bad Request", ""),
    ];
    for (request, status, header) in cases {
        let answer = ask(&server, request);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}\r\n")),
            "{request}: {answer}"
        );
        // The names of headers are written in any case.
        assert!(
            answer.to_lowercase().contains(&header.to_lowercase()),
            "{request}: expected `{header}` in {answer}"
        );
    }
}

fn ask(server: &Server, request: &str) -> String {
    let url = server.url("");
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(address).expect("the server listens");
    write!(stream, "{request}\r\nConnection: close\r\n\r\n").expect("the server reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the server answers");
    String::from_utf8_lossy(&answer).into_owned()
}
