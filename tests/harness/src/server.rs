//! A static file server on the loopback interface, as strict as a careful site: its policy allows
//! wasm and no `eval`.

use anyhow::{Context, Result};
use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::routing::get;
use std::future::IntoFuture as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// The header that jco needs in a page of its own: it makes modules there and a map of their names,
/// and has core modules in `data:` addresses.
pub const POLICY_FOR_JCO: (&str, &str) = (
    "Content-Security-Policy",
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'unsafe-inline' blob:; connect-src 'self' blob: data:; \
     style-src 'self'",
);

/// A running server. Dropping it closes the port and every connection.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    /// What it runs on.
    _runtime: Runtime,
}

impl Server {
    /// Serves the files of `folder` on a free port, with `headers` besides the usual ones.
    pub fn start(folder: &Path, headers: &[(&str, &str)]) -> Result<Self> {
        Self::start_beside(folder, headers, Router::new())
    }

    /// The same, with what `answers` has: paths that no file of the folder has.
    pub fn start_beside(folder: &Path, headers: &[(&str, &str)], answers: Router) -> Result<Self> {
        let site = site(folder, headers, answers)?;
        // One thread of its own: callers block elsewhere.
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let listener = runtime
            .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
            .context("no free port to serve on")?;
        let address = listener.local_addr()?;
        runtime.spawn(axum::serve(listener, site).into_future());
        Ok(Self {
            address,
            _runtime: runtime,
        })
    }

    /// Its host and port.
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// The address of `path` (without a leading slash).
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }
}

/// The files of `folder`, with `headers` besides the usual ones, and what `answers` has: paths that
/// no file of the folder has.
pub fn site(folder: &Path, headers: &[(&str, &str)], answers: Router) -> Result<Router> {
    let folder = folder
        .canonicalize()
        .with_context(|| format!("cannot serve `{}`", folder.display()))?;
    let headers = headers
        .iter()
        .map(|(name, value)| {
            let header = (name.parse()?, value.parse()?);
            anyhow::Ok::<(HeaderName, HeaderValue)>(header)
        })
        .collect::<Result<Vec<_>>>()
        .context("expected headers of HTTP")?;
    // Asked for by the browser, not by the page: its absence is no line for the page's console.
    let absent = Router::new().route("/favicon.ico", get(StatusCode::NO_CONTENT));
    let files = answers.fallback_service(amphi_site::files::<()>(&folder, absent));
    Ok(amphi_site::guarded(files, headers))
}
