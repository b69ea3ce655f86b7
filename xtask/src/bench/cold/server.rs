//! Serves the pages from memory, each file as it was compressed beforehand, over a link that may be
//! slow, and counts what that takes.

use super::line::{Coding, Line};
use super::link::Link;
use super::relay::Relay;
use super::site::{File, Site};
use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

/// Where a page says that its answer is there.
const ANSWERED: &str = "/answered";
/// How much of an answer waits in the server for the link.
const BUFFER: usize = 1 << 16;

/// What a visit has taken so far.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    /// Bytes that have arrived in the browser, heads included.
    pub bytes: u64,
    /// Requests that it has sent.
    pub requests: u64,
    /// The compressions that it says it takes.
    pub accepts: String,
}

/// A running server. Dropping it closes the port and every connection.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    _runtime: Runtime,
}

#[derive(Debug)]
struct Shared {
    site: Arc<Site>,
    coding: Coding,
    relay: Relay,
    traffic: Mutex<Traffic>,
    /// What there was when the page said that its answer is there.
    answered: Mutex<Option<Traffic>>,
}

impl Server {
    /// Serves `site` on a free port, as `line` says.
    pub fn start(site: &Arc<Site>, line: &Line) -> Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let shared = Arc::new(Shared {
            site: Arc::clone(site),
            coding: line.coding,
            relay: Relay::new(Link::new(line.speed), line.speed.is_some()),
            traffic: Mutex::default(),
            answered: Mutex::default(),
        });
        let listener = runtime
            .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
            .context("no free port to serve on")?;
        let address = listener.local_addr()?;
        runtime.spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self {
            address,
            shared,
            _runtime: runtime,
        })
    }

    /// The address of `path` (without a leading slash). A visit begins here: nothing is counted
    /// yet.
    pub fn begin(&self, path: &str) -> String {
        self.shared.relay.arrived.store(0, Ordering::Relaxed);
        *locked(&self.shared.traffic) = Traffic::default();
        *locked(&self.shared.answered) = None;
        format!("http://{}/{path}", self.address)
    }

    /// What the visit took until the page had its answer.
    pub fn end(&self) -> Result<Traffic> {
        let answered = locked(&self.shared.answered).take();
        answered.with_context(|| format!("expected the page to ask for `{ANSWERED}`"))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Counts are whole at any time.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // A connection that cannot be had is the browser's to miss.
    while let Ok((browser, _)) = listener.accept().await {
        tokio::spawn(connection(browser, Arc::clone(&shared)));
    }
}

async fn connection(browser: TcpStream, shared: Arc<Shared>) {
    let (near, far) = tokio::io::duplex(BUFFER);
    let answer = service_fn(|request| {
        let response = shared.answer(&request);
        async { Ok::<_, Infallible>(response) }
    });
    let served = http1::Builder::new().serve_connection(TokioIo::new(far), answer);
    // A browser that goes away is the end of its connection and of nothing else.
    let _ = browser.set_nodelay(true);
    let _ = tokio::join!(served, shared.relay.join(browser, near));
}

impl Shared {
    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let mut traffic = locked(&self.traffic);
        let path = request.uri().path();
        if path == ANSWERED {
            let bytes = self.relay.arrived.load(Ordering::Relaxed);
            let traffic = traffic.clone();
            *locked(&self.answered) = Some(Traffic { bytes, ..traffic });
            return empty(StatusCode::NO_CONTENT);
        }
        traffic.requests += 1;
        let accepts = request.headers().get(ACCEPT_ENCODING);
        traffic.accepts = accepts
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        match self.site.file(path) {
            Some(file) => whole(file, self.coding),
            None => empty(StatusCode::NOT_FOUND),
        }
    }
}

fn empty(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

/// A file, which a browser keeps, but for documents: they are asked for at each visit.
fn whole(file: &File, coding: Coding) -> Response<Full<Bytes>> {
    let (bytes, name) = match coding {
        Coding::Gzip => (&file.gzip, "gzip"),
        Coding::Brotli => (&file.brotli, "br"),
    };
    let cache = match file.is_document {
        true => "no-cache",
        false => "max-age=31536000, immutable",
    };
    let mut response = Response::new(Full::new(bytes.clone()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.kind));
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}
