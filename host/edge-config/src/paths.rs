//! The paths that a host answers itself, so that no function has them.

/// What is below is the host's own, whatever it is for today.
const API: &str = "/v1";

/// Where calls by JSON begin: `/v1/fn/<function>/<path>`.
pub const CALLS: &str = "/v1/fn/";

/// Whether the process lives.
pub const HEALTH: &str = "/healthz";

/// Whether requests should come.
pub const READINESS: &str = "/readyz";

/// The metrics.
pub const METRICS: &str = "/metrics";

/// The OpenAPI document.
pub const DOCUMENT: &str = "/openapi.json";

/// What the files of the page are below on which functions are read about and tried.
pub const DOCS: &str = "/docs/";

/// The path that the host answers itself which `path` is, or is below.
pub(super) fn reserved(path: &str) -> Option<&'static str> {
    let ours = [API, CALLS, HEALTH, READINESS, METRICS, DOCUMENT, DOCS];
    let mut ours = ours.into_iter().map(|ours| ours.trim_end_matches('/'));
    ours.find(|ours| {
        let rest = path.strip_prefix(ours);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}
