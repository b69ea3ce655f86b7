//! Every type that WIT has, through the host: the cases that the corpus has for JSON.

use std::fs;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

use amphi_edge::Spec;
use amphi_support::fixture::{call, deploy, guest, host};
use amphi_support::pantry::Pantry;
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    call: String,
    json: String,
    result: Option<String>,
    error: Option<String>,
    trap: Option<String>,
}

#[tokio::test]
async fn every_type_goes_through_the_host() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/json.toml");
    let text = fs::read_to_string(path).expect("the corpus");
    let cases: Cases = toml::from_str(&text).expect("cases");
    assert!(cases.case.len() > 100, "{}", cases.case.len());
    let host = host();
    host.add_plugin(Arc::new(Pantry))
        .await
        .expect("nobody has it");
    let mut spec = Spec::new("kitchen", guest("kitchen"));
    spec.config.plugins = vec!["pantry".to_owned()];
    // Traps are asked for here.
    spec.config.breaker.traps = NonZeroU32::new(1_000).expect("some");
    deploy(&host, spec).await;
    for case in cases.case {
        let path = format!("kitchen/{}", case.call.replace('#', "/"));
        let (status, document) = call(&host, &path, &case.json).await;
        let told = format!("{} {}: {status} {document}", case.call, case.json);
        if let Some(result) = case.result {
            let expected: Value = serde_json::from_str(&result).expect("JSON");
            let good = [StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY];
            assert!(good.contains(&status), "{told}");
            assert_eq!(document, expected, "{told}");
        }
        if let Some(error) = case.error {
            assert!(status.is_client_error(), "{told}");
            let detail = document["detail"].as_str().unwrap_or_default();
            assert!(detail.contains(&error), "{told}: expected {error}");
        }
        if case.trap.is_some() {
            assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{told}");
        }
    }
}
