//! A host in this process, and requests to it.

use std::fs;
use std::path::Path;

pub use amphi_edge::with_causes;
use amphi_edge::{Body, Cache, Host, Settings, Spec};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::Value;

/// The bytes of a guest of this workspace.
pub fn guest(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/guests")
        .join(format!("{name}.wasm"));
    fs::read(&path).unwrap_or_else(|error| {
        panic!(
            "expected a built guest at `{}` (`cargo xtask test guests`): {error}",
            path.display()
        )
    })
}

/// Settings of a host that compiles a guest once for all tests; for each, where others may write to
/// a folder that this workspace is in.
pub fn settings() -> Settings {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("edge-code");
    Settings {
        cache: Cache::open(folder).ok(),
        ..Settings::default()
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
