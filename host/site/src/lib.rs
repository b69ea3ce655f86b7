//! A folder as a web site: what the demo's server and the one for tests have in common.
//!
//! Paths, MIME types and ranges are tower-http's business. What is ours is said here, once: the
//! policy that pages are served under, and that text is UTF-8.

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, Response};
use axum::routing::{MethodRouter, get_service};
use std::path::Path;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::set_header::response::SetMultipleResponseHeadersLayer;

/// The policy that every page is served under: wasm, and no code that is not the page's own.
pub const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'; object-src 'none'";

/// The headers of every answer.
const HEADERS: [(HeaderName, HeaderValue); 3] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// The files of `folder`, and what `otherwise` answers where there is none. Symbolic links are
/// followed, for the folder is ours.
pub fn files<S: Clone + 'static>(folder: &Path, otherwise: Router) -> MethodRouter<S> {
    let files = ServeDir::new(folder)
        .redirect_to_trailing_slash(false)
        .fallback(otherwise);
    get_service(files).layer(SetResponseHeaderLayer::overriding(CONTENT_TYPE, in_utf8))
}

/// Sends the policy and `headers` with every answer of `router`.
pub fn guarded(
    router: Router,
    headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
) -> Router {
    let headers = HEADERS.into_iter().chain(headers).map(Into::into).collect();
    router.layer(SetMultipleResponseHeadersLayer::overriding(headers))
}

/// The type of a text with its encoding, which tower-http leaves out.
fn in_utf8<B>(answer: &Response<B>) -> Option<HeaderValue> {
    let kind = answer.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    let bare = kind.starts_with("text/") && !kind.contains("charset");
    bare.then(|| HeaderValue::from_str(&format!("{kind}; charset=utf-8")).ok())?
}
