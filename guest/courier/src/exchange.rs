//! One request and its response, waited for.

use crate::bindings::wasi::http::outgoing_handler::handle;
use crate::bindings::wasi::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingBody, IncomingResponse, Method,
    OutgoingBody, OutgoingRequest, RequestOptions, Scheme,
};
use crate::bindings::wasi::io::streams::{InputStream, StreamError};

/// A request to `path` of a server, which is `https://` and its authority, or the authority alone.
pub fn request(authority: &str, method: Method, path: &str) -> Result<OutgoingRequest, String> {
    let headers = Fields::from_list(&[("x-courier".to_owned(), b"here".to_vec())])
        .map_err(|error| format!("{error:?}"))?;
    let request = OutgoingRequest::new(headers);
    let (scheme, authority) = match authority.strip_prefix("https://") {
        Some(authority) => (Scheme::Https, authority),
        None => (Scheme::Http, authority),
    };
    request
        .set_method(&method)
        .and_then(|()| request.set_scheme(Some(&scheme)))
        .and_then(|()| request.set_authority(Some(authority)))
        .and_then(|()| request.set_path_with_query(Some(path)))
        .map_err(|()| format!("`{authority}{path}` is no address"))?;
    Ok(request)
}

/// Sends a request with no body.
pub fn get(authority: &str, path: &str) -> Result<IncomingResponse, String> {
    let request = request(authority, Method::Get, path)?;
    let sent = handle(request, None).map_err(|code| code.to_string())?;
    response(&sent).map_err(|code| code.to_string())
}

/// Sends a request whose body is `pieces`, written one by one.
pub fn post<'a>(
    authority: &str,
    path: &str,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Result<IncomingResponse, String> {
    let request = request(authority, Method::Post, path)?;
    let body = request.body().map_err(|()| "no body")?;
    let sent = handle(request, None).map_err(|code| code.to_string())?;
    {
        let stream = body.write().map_err(|()| "no stream")?;
        for piece in pieces {
            for part in piece.chunks(4096) {
                stream
                    .blocking_write_and_flush(part)
                    .map_err(|error| format!("{error:?}"))?;
            }
        }
    }
    OutgoingBody::finish(body, None).map_err(|code| code.to_string())?;
    response(&sent).map_err(|code| code.to_string())
}

/// Sends a request that may take only so long, in nanoseconds.
pub fn within(authority: &str, path: &str, nanos: u64) -> Result<IncomingResponse, ErrorCode> {
    let request = request(authority, Method::Get, path)
        .map_err(|problem| ErrorCode::InternalError(Some(problem)))?;
    let options = RequestOptions::new();
    let refused = |()| ErrorCode::ConfigurationError;
    options.set_connect_timeout(Some(nanos)).map_err(refused)?;
    options
        .set_first_byte_timeout(Some(nanos))
        .map_err(refused)?;
    options
        .set_between_bytes_timeout(Some(nanos))
        .map_err(refused)?;
    response(&handle(request, Some(options))?)
}

/// Waits for a response.
pub fn response(sent: &FutureIncomingResponse) -> Result<IncomingResponse, ErrorCode> {
    let lost = || ErrorCode::InternalError(Some("the response was not there".to_owned()));
    sent.subscribe().block();
    sent.get().ok_or_else(lost)?.map_err(|()| lost())?
}

/// What is left to read of a body.
pub struct Reading {
    // Before the body, which is its parent.
    stream: InputStream,
    body: IncomingBody,
}

impl Reading {
    /// Begins to read a body.
    pub fn of(response: &IncomingResponse) -> Result<Reading, String> {
        let body = response.consume().map_err(|()| "the body is gone")?;
        let stream = body.stream().map_err(|()| "the stream is gone")?;
        Ok(Reading { stream, body })
    }

    /// The next bytes, waited for; none at the end.
    pub fn next(&self) -> Result<Vec<u8>, StreamError> {
        match self.stream.blocking_read(100_000) {
            Err(StreamError::Closed) => Ok(Vec::new()),
            read => read,
        }
    }

    /// All bytes, and whether there are trailers.
    pub fn rest(self) -> Result<(Vec<u8>, bool), String> {
        let mut bytes = Vec::new();
        loop {
            let next = self.next().map_err(|error| format!("{error:?}"))?;
            if next.is_empty() {
                break;
            }
            bytes.extend(next);
        }
        let Reading { stream, body } = self;
        drop(stream);
        let trailers = IncomingBody::finish(body);
        trailers.subscribe().block();
        match trailers.get() {
            Some(Ok(Ok(trailers))) => Ok((bytes, trailers.is_some())),
            Some(Ok(Err(code))) => Err(code.to_string()),
            Some(Err(())) | None => Err("the trailers were not there".to_owned()),
        }
    }
}
