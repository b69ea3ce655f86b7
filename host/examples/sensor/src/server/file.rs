//! The files of the page, with their MIME types. Nothing outside of the page's folder is read.

use super::{Refusal, Server};
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Response};
use std::path::{self, Component};
use std::sync::Arc;

/// Where the page takes the token; a page from another server keeps it empty.
const SLOT: &str = r#"<meta name="amphi-token" content="">"#;

/// The page itself, with the token in it.
pub async fn index(State(server): State<Arc<Server>>) -> Result<Html<String>, Refusal> {
    let path = server.config.page.join("index.html");
    let text = tokio::fs::read_to_string(path)
        .await
        .map_err(|_| Refusal::not_found())?;
    let token = format!(
        r#"<meta name="amphi-token" content="{}">"#,
        server.guard.token()
    );
    Ok(Html(text.replacen(SLOT, &token, 1)))
}

/// A file beside it.
pub async fn file(
    State(server): State<Arc<Server>>,
    Path(path): Path<String>,
) -> Result<Response, Refusal> {
    if path == "index.html" {
        return Ok(index(State(server)).await?.into_response());
    }
    let relative = path::Path::new(&path);
    if !relative
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
    {
        return Err(Refusal::not_found());
    }
    let found = tokio::fs::canonicalize(server.config.page.join(relative)).await;
    let found = found
        .ok()
        .filter(|found| found.starts_with(&server.config.page))
        .ok_or_else(Refusal::not_found)?;
    let bytes = tokio::fs::read(&found)
        .await
        .map_err(|_| Refusal::not_found())?;
    Ok(([(CONTENT_TYPE, mime(&found))], bytes).into_response())
}

fn mime(path: &path::Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("txt" | "md" | "wit") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
