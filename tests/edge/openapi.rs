//! What is served describes itself.

use amphi_edge::{Body, Host, Spec};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};

use crate::fixture::{call, deploy, guest, host, read, serving};

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
