//! `POST /api/run`: the native host's answer for the bytes and the readings that the page ran.
//!
//! The body is the length of the readings in bytes (32 bits, the least significant byte first), the
//! readings as JSON, and the component. The answer is JSON; in it `answer` is a text, byte for byte
//! what the host source made.

use super::{Refusal, Server};
use crate::app::LATER_RUNS;
use crate::json;
use crate::native::Run;
use axum::Json;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_LENGTH;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

/// What answers.
pub const ENGINE: &str = "Wasmtime 48";

/// Checks the request, reads it, runs it.
pub async fn run(
    State(server): State<Arc<Server>>,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    server.guard.page(request.headers())?;
    let announced = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > server.config.body) {
        return Err(Refusal::too_large(server.config.body));
    }
    let patience = server.config.patience;
    match timeout(patience, answer(server, request)).await {
        Ok(result) => result,
        Err(_) => Err(Refusal::too_slow(format!(
            "no answer within {} ms",
            patience.as_millis()
        ))),
    }
}

async fn answer(server: Arc<Server>, request: Request) -> Result<Json<Value>, Refusal> {
    // The place is taken before the body is read, so that the bodies held at a time are bounded
    // too, and is held until the run is really over, also when nobody waits for it any longer.
    let place = place(&server).await?;
    let limit = server.config.body;
    let body = to_bytes(request.into_body(), limit)
        .await
        .map_err(|error| unread(&error, limit))?;
    let run = tokio::task::spawn_blocking(move || {
        let _place = place;
        answer_now(&server, &body)
    });
    run.await
        .map_err(|error| Refusal::internal(format!("the run did not end well: {error}")))?
        .map(Json)
}

/// Waits for a place among those that run, for half of what a request may take.
pub async fn place(server: &Server) -> Result<OwnedSemaphorePermit, Refusal> {
    let waiting = server.places.clone().acquire_owned();
    match timeout(server.config.patience / 2, waiting).await {
        Ok(Ok(place)) => Ok(place),
        _ => Err(Refusal::busy()),
    }
}

fn answer_now(server: &Server, body: &Bytes) -> Result<Value, Refusal> {
    let (readings, component) = split(body)?;
    let readings = json::readings(readings)
        .map_err(|error| Refusal::malformed(format!("the readings: {error}")))?;
    let Run {
        answer,
        compile,
        instantiate,
        first,
        later,
    } = server.native.run(component, &readings, LATER_RUNS)?;
    Ok(json!({
        "engine": ENGINE,
        "sha256": hex(&Sha256::digest(component)),
        "size": component.len(),
        "answer": answer,
        "milliseconds": {
            "compile": milliseconds(compile),
            "instantiate": milliseconds(instantiate),
            "first": milliseconds(first),
            "later": later.into_iter().map(milliseconds).collect::<Vec<_>>(),
        },
    }))
}

/// The readings and the component in a body.
fn split(body: &[u8]) -> Result<(&str, &[u8]), Refusal> {
    let short = || {
        Refusal::malformed("the body is too short: expected a length, the readings, the component")
    };
    let (length, rest) = body.split_first_chunk::<4>().ok_or_else(short)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| short())?;
    let (readings, component) = rest.split_at_checked(length).ok_or_else(short)?;
    let readings =
        str::from_utf8(readings).map_err(|_| Refusal::malformed("the readings are not UTF-8"))?;
    Ok((readings, component))
}

fn unread(error: &axum::Error, limit: usize) -> Refusal {
    let too_large =
        std::error::Error::source(error).is_some_and(|source| source.to_string().contains("limit"));
    if too_large {
        Refusal::too_large(limit)
    } else {
        Refusal::malformed(format!("the body broke off: {error}"))
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes any text");
        text
    })
}
