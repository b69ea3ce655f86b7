//! The page itself, with the token in it. The files beside it are served as they are.

use super::{Refusal, Server};
use axum::extract::State;
use axum::response::Html;
use std::sync::Arc;

/// Where the page takes the token; a page from another server keeps it empty.
const SLOT: &str = r#"<meta name="amphi-token" content="">"#;

/// Reads the page and puts the token in its slot.
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
