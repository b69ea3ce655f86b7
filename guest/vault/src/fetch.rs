//! A try of outgoing HTTP.

use crate::Outcome;
use crate::bindings::wasi::http::outgoing_handler::handle;
use crate::bindings::wasi::http::types::{
    ErrorCode, Fields, IncomingBody, IncomingResponse, OutgoingRequest, Scheme,
};
use crate::bindings::wasi::io::streams::StreamError;

/// The status and body that are at a URL.
pub fn fetch(url: &str) -> Outcome {
    let (scheme, rest) = url.split_once("://").ok_or("no URL")?;
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let scheme = match scheme {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        other => Scheme::Other(other.to_owned()),
    };
    let request = OutgoingRequest::new(Fields::new());
    request
        .set_scheme(Some(&scheme))
        .and_then(|()| request.set_authority(Some(authority)))
        .and_then(|()| request.set_path_with_query(Some(path)))
        .map_err(|()| "no URL")?;
    let response = sent(request).map_err(|code| format!("{code:?}"))?;
    Ok(format!("{} {}", response.status(), body(&response)?))
}

fn sent(request: OutgoingRequest) -> Result<IncomingResponse, ErrorCode> {
    let lost = || ErrorCode::InternalError(Some("the response was not there".to_owned()));
    let sent = handle(request, None)?;
    sent.subscribe().block();
    sent.get().ok_or_else(lost)?.map_err(|()| lost())?
}

fn body(response: &IncomingResponse) -> Outcome {
    let body: IncomingBody = response.consume().map_err(|()| "the body is gone")?;
    let stream = body.stream().map_err(|()| "the stream is gone")?;
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(100_000) {
            Ok(more) => bytes.extend(more),
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(error)) => return Err(error.to_debug_string()),
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
