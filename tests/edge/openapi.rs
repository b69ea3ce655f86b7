//! What is served describes itself.

use amphi_edge::{Body, Host, Spec};
use amphi_support::fixture::{call, deploy, guest, host, read, serving};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use serde_json::Value;

async fn get(host: &Host, path: &str) -> Response<Body> {
    let request = Request::get(path)
        .body(Empty::<bytes::Bytes>::new())
        .expect("a request");
    host.handle(request).await
}

#[tokio::test]
async fn the_document_has_what_can_be_called_and_nothing_else() {
    let host = serving(Spec::new("calc", guest("calc-1-0"))).await;
    let (status, document) = read(get(&host, "/openapi.json").await).await;
    assert_eq!(status, StatusCode::OK);
    let add = "/v1/fn/calc/demo:calc/ops@1.0.0/add";
    assert!(document["paths"][add]["post"].is_object(), "{document}");

    deploy(&host, Spec::new("newer", guest("calc-1-1"))).await;
    let (_, document) = read(get(&host, "/openapi.json").await).await;
    let paths = document["paths"].as_object().expect("there are operations");
    assert!(paths.contains_key(add), "what was there is there still");
    for path in paths.keys() {
        // An operation is a function that is there: what is wrong is its arguments, if they are.
        let (status, answer) = call(&host, path.trim_start_matches("/v1/fn/"), "[true]").await;
        assert_ne!(status, StatusCode::NOT_FOUND, "{path}: {answer}");
    }
    assert!(
        paths.keys().any(|path| path.starts_with("/v1/fn/newer/")),
        "{document}"
    );

    host.remove("calc").await.expect("it has no trial");
    let (_, document) = read(get(&host, "/openapi.json").await).await;
    assert!(document["paths"][add].is_null(), "{document}");
}

/// Tuples of tuples, each of which has the one before twice, and functions that take and give the
/// last.
fn doubling(levels: usize, functions: usize) -> Vec<u8> {
    let types: String = (1..levels)
        .map(|level| format!("(type $t{level} (tuple $t{0} $t{0}))", level - 1))
        .collect();
    let last = levels - 1;
    let with = r#"(memory (core memory $i "memory")) (realloc (core func $i "realloc"))"#;
    let functions: String = (0..functions)
        .map(|number| {
            format!(
                r#"(func (export "take{number}") (param "x" $t{last}) (canon lift (core func $i "take") {with}))
                (func (export "give{number}") (result $t{last}) (canon lift (core func $i "give") {with}))"#
            )
        })
        .collect();
    let text = format!(
        r#"(component
            (core module $m
                (memory (export "memory") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
                (func (export "take") (param i32))
                (func (export "give") (result i32) unreachable))
            (core instance $i (instantiate $m))
            (type $t0 (tuple u64 u64)) {types} {functions})"#
    );
    wat::parse_str(text).expect("a component")
}

#[tokio::test]
async fn a_type_that_is_made_of_others_again_and_again_is_described_once() {
    let size = async |levels, functions| {
        let host = serving(Spec::new("tuples", doubling(levels, functions))).await;
        let (status, document) = read(get(&host, "/openapi.json").await).await;
        assert_eq!(status, StatusCode::OK);
        let paths = document["paths"].as_object().expect("there are operations");
        assert_eq!(paths.len(), 2 * functions);
        let schemas = document["components"]["schemas"].as_object();
        let has = |name: &str| schemas.is_some_and(|schemas| schemas.contains_key(name));
        for reference in references(&document) {
            let name = reference.strip_prefix("#/components/schemas/");
            assert!(
                name.is_none_or(has),
                "{reference} is in the document: {document}"
            );
        }
        document.to_string().len()
    };
    let (few, many) = (size(8, 1).await, size(14, 1).await);
    assert!(many < 2 * few, "of 14 levels {many} bytes, of 8 {few}");
    let (few, many) = (size(10, 10).await, size(10, 20).await);
    assert!(many < 2 * few, "of 40 functions {many} bytes, of 20 {few}");
}

/// Every reference in a document.
fn references(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match value.as_str() {
                Some(text) if name == "$ref" => vec![text],
                _ => references(value),
            })
            .collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn the_page_is_served_under_its_policy() {
    let host = host();
    let response = get(&host, "/docs/").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(
        response.headers()["content-type"],
        "text/html; charset=utf-8"
    );
    assert_eq!(
        response.headers()["content-security-policy"],
        amphi_edge::page::POLICY
    );
    let body = response
        .into_body()
        .collect()
        .await
        .expect("a whole body")
        .to_bytes();
    let html = String::from_utf8_lossy(&body).into_owned();
    for part in html
        .split('"')
        .filter(|part| part.ends_with(".js") || part.ends_with(".css") || part.ends_with(".svg"))
    {
        let response = get(&host, &format!("/docs/{part}")).await;
        assert_eq!(response.status(), StatusCode::OK, "{part}");
    }
    let response = get(&host, "/docs").await;
    assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(response.headers()["location"], "/docs/");
    assert_eq!(
        get(&host, "/docs/other").await.status(),
        StatusCode::NOT_FOUND
    );
}
