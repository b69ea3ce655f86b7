//! What a component answers natively, at the address where it answers in the page's service worker.

use crate::client::{self, Reply, Server};
use crate::expect_refusal;
use sensor_demo::native::Limits;
use sensor_demo::server::Config;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

const PATH: &str = "/service/words";

/// A page with `component` as what answers.
fn page(component: &[u8]) -> TempDir {
    let folder = TempDir::new().expect("a folder for the page");
    let index = client::page().join("index.html");
    fs::copy(index, folder.path().join("index.html")).expect("the page is copied");
    fs::create_dir(folder.path().join("components")).expect("the folder is new");
    fs::write(folder.path().join("components/words.wasm"), component).expect("it is written");
    folder
}

fn words() -> Vec<u8> {
    let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/guests");
    fs::read(guests.join("words.wasm")).expect("`cargo xtask guests` has built it")
}

async fn posted(server: &Server, text: &str) -> Reply {
    server
        .send("POST", PATH, &[("host", &server.host())], text.as_bytes())
        .await
}

fn config(page: &TempDir) -> Config {
    Config::new(PathBuf::from(page.path()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_answers_whoever_asks() {
    let page = page(&words());
    let server = Server::start(config(&page)).await;
    for _ in 0..2 {
        let reply = posted(&server, "one two\ntwo").await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(reply.header("x-engine"), Some("Wasmtime 48"));
        let digest = reply.header("x-component-sha256").unwrap_or_default();
        assert_eq!(digest.len(), 64, "{digest}");
        let expected = r#""lines":1,"words":3,"bytes":11,"most":{"two":2,"one":1}"#;
        assert!(reply.text.contains(expected), "{}", reply.text);
    }
    assert_eq!(server.get(PATH).await.status, 200);
    let put = server
        .send("PUT", PATH, &[("host", &server.host())], b"")
        .await;
    assert_eq!(put.status, 405);
    let foreign = [("host", "evil.example")];
    let refused = server.send("POST", PATH, &foreign, b"x").await;
    expect_refusal(&refused, 403, "stranger", "only");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_too_large_breaks_off() {
    let page = page(&words());
    let body = 1000;
    let server = Server::start(Config {
        body,
        ..config(&page)
    })
    .await;
    assert_eq!(posted(&server, &"x".repeat(1000)).await.status, 200);
    let reply = posted(&server, &"x".repeat(1001)).await;
    assert_eq!(reply.status, 400);
    assert!(reply.text.contains("broke off"), "{}", reply.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_component_there_is_no_such_page() {
    let server = Server::start(Config::new(client::page())).await;
    let reply = posted(&server, "").await;
    expect_refusal(&reply, 404, "not-found", "no such page");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_does_not_answer_is_refused() {
    let limits = Limits {
        time: Duration::from_millis(300),
        ..Limits::default()
    };
    for (body, status, kind, why) in [
        ("unreachable", 422, "guest", "wasm trap"),
        ("(loop (br 0))", 504, "deadline", "ran for 300 ms"),
        ("nop", 422, "guest", "ended before it answered"),
    ] {
        let page = page(&handler(body));
        let server = Server::start(Config {
            limits,
            ..config(&page)
        })
        .await;
        expect_refusal(&posted(&server, "").await, status, kind, why);
    }
    let page = page(b"no component");
    let server = Server::start(config(&page)).await;
    let reply = posted(&server, "").await;
    expect_refusal(&reply, 422, "component", "");
}

/// A component with `wasi:http/incoming-handler`, whose function is `body`.
fn handler(body: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
            (import "wasi:http/types@0.2.6" (instance $types
                (export "incoming-request" (type (sub resource)))
                (export "response-outparam" (type (sub resource)))))
            (alias export $types "incoming-request" (type $request))
            (alias export $types "response-outparam" (type $out))
            (core module $m (func (export "handle") (param i32 i32) {body}))
            (core instance $i (instantiate $m))
            (func $handle (param "request" (own $request)) (param "response-out" (own $out))
                (canon lift (core func $i "handle")))
            (instance (export "wasi:http/incoming-handler@0.2.6")
                (export "handle" (func $handle))))"#
    );
    wat::parse_str(text).expect("the text is a component")
}
