//! Sending a request by HTTP/1.1, over a connection of its own.

use super::paced::Paced;
use http::uri::{PathAndQuery, Scheme};
use http_body_util::BodyExt as _;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wasmtime_wasi::runtime::spawn;
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::{Error, RequestOptions, Result, WasiBody};

/// What goes on beside a response, until it is done.
pub type Beside = Box<dyn Future<Output = Result<(), Error>> + Send>;

/// Sends a request, and waits until the response begins.
pub async fn send(
    request: http::Request<WasiBody>,
    options: RequestOptions,
) -> Result<(http::Response<WasiBody>, Beside)> {
    let uri = request.uri();
    if uri.scheme() != Some(&Scheme::HTTP) {
        return Err(Error::ConfigurationError);
    }
    let host = uri.host().ok_or(Error::HttpRequestUriInvalid)?;
    let host = host.trim_matches(['[', ']']).to_owned();
    let connect = TcpStream::connect((host, uri.port_u16().unwrap_or(80)));
    let stream = within(options.connect_timeout, Error::ConnectionTimeout, connect).await?;
    exchange(stream.map_err(Error::Connect)?, request, options).await
}

/// Sends a request by HTTP/1.1 over `stream`, which is a connection to where the request is for and
/// serves no other, and waits until the response begins.
///
/// For hooks that connect in their own way. What is returned beside the response must be polled
/// until the response's body has ended, which `wasmtime-wasi-http` does.
///
/// # Errors
///
/// When what is at the other end does not speak HTTP, goes away, or takes longer than the options
/// allow.
pub async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    mut request: http::Request<WasiBody>,
    options: RequestOptions,
) -> Result<(http::Response<WasiBody>, Beside)> {
    let stream = TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
    let connection = spawn(connection);

    let path = request.uri().path_and_query().cloned();
    *request.uri_mut() = path
        .unwrap_or_else(|| PathAndQuery::from_static("/"))
        .into();
    let sent = sender.send_request(request);
    let late = Error::ConnectionReadTimeout;
    let response = within(options.first_byte_timeout, late, sent).await??;
    let paced = |body| Paced::new(body, options.between_bytes_timeout).boxed_unsync();
    let beside = async move { Ok(connection.await?) };
    Ok((response.map(paced), Box::new(beside)))
}

/// The result of `future`.
///
/// # Errors
///
/// `late`, when that takes longer than `limit`.
pub async fn within<T>(
    limit: Option<Duration>,
    late: Error,
    future: impl Future<Output = T>,
) -> Result<T> {
    match limit {
        Some(limit) => timeout(limit, future).await.map_err(|_| late),
        None => Ok(future.await),
    }
}
