//! A site under TLS, with a certificate of its own making, by one version of HTTP.

use anyhow::{Context, Result};
use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;

/// A running server. Dropping it closes the port and every connection.
pub struct Secure {
    address: SocketAddr,
    /// What it runs on.
    _runtime: Runtime,
}

impl Secure {
    /// Serves `site` on a free port, to clients that speak `protocol`: `h2` or `http/1.1`.
    pub fn start(site: Router, protocol: &str) -> Result<Secure> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let acceptor = TlsAcceptor::from(Arc::new(config(protocol)?));
        let listener = runtime
            .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
            .context("no free port to serve on")?;
        let address = listener.local_addr()?;
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(connection(stream, acceptor.clone(), site.clone()));
            }
        });
        Ok(Secure {
            address,
            _runtime: runtime,
        })
    }

    /// The address of `path` (without a leading slash).
    pub fn url(&self, path: &str) -> String {
        format!("https://{}/{path}", self.address)
    }
}

fn config(protocol: &str) -> Result<ServerConfig> {
    let made = rcgen::generate_simple_self_signed([Ipv4Addr::LOCALHOST.to_string()])?;
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der());
    let key = key.map_err(|error| anyhow::anyhow!("no key: {error}"))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)?;
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    Ok(config)
}

async fn connection(stream: TcpStream, acceptor: TlsAcceptor, site: Router) {
    // A browser also makes connections that it does not use after all.
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let http = auto::Builder::new(TokioExecutor::new());
    let served = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(site));
    let _ = served.await;
}
