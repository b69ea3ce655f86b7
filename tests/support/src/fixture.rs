//! A host in this process, and requests to it.

pub use crate::guest::bytes as guest;
pub use amphi_edge::with_causes;

use amphi_edge::audit::AuditSettings;
use amphi_edge::{Body, Cache, Host, Settings, Spec};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

/// Settings of a host that compiles a guest once for all tests; for each, where others may write to
/// a folder that this workspace is in.
pub fn settings() -> Settings {
    Settings {
        cache: Cache::open(crate::temporary("edge-code")).ok(),
        ..Settings::default()
    }
}

/// An audit log in a folder, whose disk may be as slow as it likes.
pub fn audit(folder: &Path) -> AuditSettings {
    AuditSettings {
        path: folder.join("audit.jsonl"),
        wait: Duration::from_secs(3600),
    }
}

/// A host that serves nothing yet.
pub fn host() -> Host {
    Host::new(settings()).expect("it has no audit log")
}

/// A host that serves a function.
pub async fn serving(spec: Spec) -> Host {
    let host = host();
    deploy(&host, spec).await;
    host
}

/// Deploys a function that must be taken.
pub async fn deploy(host: &Host, spec: Spec) {
    let name = spec.name.clone();
    if let Err(error) = host.deploy(spec).await {
        panic!("`{name}`: {}", with_causes(&error));
    }
}

/// Calls by JSON; the status and the document that comes back.
pub async fn call(host: &Host, path: &str, body: &str) -> (StatusCode, Value) {
    let request = Request::post(format!("/v1/fn/{path}"))
        .body(Full::new(Bytes::from(body.to_owned())))
        .expect("a request");
    read(host.handle(request).await).await
}

/// The status and the document of a response.
pub async fn read(response: Response<Body>) -> (StatusCode, Value) {
    let status = response.status();
    let body = response.into_body().collect().await.expect("a whole body");
    let bytes = body.to_bytes();
    let value = serde_json::from_slice(&bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
    (status, value)
}
