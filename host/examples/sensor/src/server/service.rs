//! `/service/words`: what a service worker answers in the page, the same component answers here,
//! natively.
//!
//! Anybody may ask, `curl` too: the component is the page's own, is granted nothing, and is held to
//! the limits of a run. Two headers say what answered: the engine, and the SHA-256 of the
//! component.

use super::run::{ENGINE, hex, place};
use super::{Refusal, Server};
use crate::native::Responder;
use amphi::wasi_http::Error;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use http_body_util::{BodyExt as _, Limited};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// The component, in the page's folder.
const COMPONENT: &str = "components/words.wasm";

/// Which engine has answered.
const BY: HeaderName = HeaderName::from_static("x-engine");
/// The SHA-256 of the component that has answered.
const DIGEST: HeaderName = HeaderName::from_static("x-component-sha256");

/// The component that answers, compiled when it is first asked.
#[derive(Default)]
pub struct Service(OnceCell<Loaded>);

struct Loaded {
    responder: Responder,
    digest: HeaderValue,
}

/// Has the component answer.
pub async fn words(
    State(server): State<Arc<Server>>,
    request: Request,
) -> Result<Response, Refusal> {
    let place = place(&server).await?;
    let loaded = server.service.0.get_or_try_init(|| load(&server)).await?;
    let limit = server.config.body;
    let request = request.map(|body| {
        Limited::new(body, limit)
            .map_err(|error| Error::InternalError(Some(error.to_string())))
            .boxed_unsync()
    });
    let mut response = loaded.responder.answer(request, place).await?;
    let headers = response.headers_mut();
    headers.insert(BY, HeaderValue::from_static(ENGINE));
    headers.insert(DIGEST, loaded.digest.clone());
    Ok(response.map(Body::new))
}

async fn load(server: &Arc<Server>) -> Result<Loaded, Refusal> {
    let bytes = tokio::fs::read(server.config.page.join(COMPONENT))
        .await
        .map_err(|_| Refusal::not_found())?;
    let digest = HeaderValue::try_from(hex(&Sha256::digest(&bytes)))
        .map_err(|error| Refusal::internal(error.to_string()))?;
    let compiling = server.clone();
    let compile = move || Responder::new(&compiling.native, &bytes);
    let responder = tokio::task::spawn_blocking(compile)
        .await
        .map_err(|error| Refusal::internal(format!("the component is not compiled: {error}")))??;
    Ok(Loaded { responder, digest })
}
