//! From a name to a connection, over addresses that are permitted.

use super::network::Networks;
use super::trust::Trust;
use amphi::wasi_http::Error;
use amphi_edge_blocking::Threads;
use http::uri::Scheme;
use rustls::pki_types::ServerName;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A connection, with TLS or without.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Where a request goes, and how.
#[derive(Clone, Debug)]
pub struct Target {
    pub scheme: Scheme,
    /// A name, or an address; IPv6 in brackets.
    pub host: String,
    pub port: u16,
}

/// Connects. The name is resolved once, and only to addresses that came of that, each checked, is a
/// connection tried, so that no second answer of a name server can lead elsewhere. Nothing here has
/// a clock: who waits has one.
pub async fn connect(
    target: &Target,
    networks: &Networks,
    trust: &Trust,
    names: &Threads,
) -> Result<Box<dyn Stream>, Error> {
    let host = target.host.trim_matches(['[', ']']);
    let addresses = permitted(host, target.port, networks, names).await?;
    let stream = first(&addresses).await.map_err(|error| refusal(&error))?;
    // What is sent is sent in parts that are whole.
    stream.set_nodelay(true).map_err(Error::Connect)?;
    if target.scheme != Scheme::HTTPS {
        return Ok(Box::new(stream));
    }
    let name = ServerName::try_from(host.to_owned()).map_err(|_| Error::HttpRequestUriInvalid)?;
    let connected = TlsConnector::from(trust.0.clone()).connect(name, stream);
    Ok(Box::new(connected.await.map_err(broken_tls)?))
}

async fn permitted(
    host: &str,
    port: u16,
    networks: &Networks,
    names: &Threads,
) -> Result<Vec<SocketAddr>, Error> {
    let unknown = |_| Error::DnsError {
        rcode: Some("the name cannot be resolved".to_owned()),
        info_code: None,
    };
    let found = resolve(host, port, names).await.map_err(unknown)?;
    if found.is_empty() {
        return Err(Error::DestinationNotFound);
    }
    let permitted = networks.permitted(found);
    match permitted.is_empty() {
        true => Err(Error::DestinationIpProhibited),
        false => Ok(permitted),
    }
}

/// The addresses of a name, by the system, on a thread that may hang for as long as a name server
/// does.
async fn resolve(host: &str, port: u16, names: &Threads) -> io::Result<Vec<SocketAddr>> {
    if let Ok(address) = host.parse() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let host = host.to_owned();
    let found = names.run(move || Ok((host.as_str(), port).to_socket_addrs()?.collect()));
    found.await
}

/// A connection to the first address that takes one.
async fn first(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn refusal(error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::TimedOut => Error::ConnectionTimeout,
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            Error::DestinationIpUnroutable
        }
        io::ErrorKind::ConnectionRefused => Error::ConnectionRefused,
        _ => Error::DestinationUnavailable,
    }
}

fn broken_tls(error: io::Error) -> Error {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    match cause {
        Some(rustls::Error::InvalidCertificate(_)) => Error::TlsCertificateError,
        Some(rustls::Error::AlertReceived(alert)) => Error::TlsAlertReceived {
            alert_id: Some(u8::from(*alert)),
            alert_message: alert.as_str().map(str::to_owned),
        },
        Some(_) => Error::TlsProtocolError,
        None => Error::ConnectionTerminated,
    }
}
