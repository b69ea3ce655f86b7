//! A static file server on the loopback interface, as strict as a careful site: its policy allows wasm and no `eval`.

use anyhow::{Context, Result};
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{fs, io};

/// The policy that every page is served under.
pub const CONTENT_SECURITY_POLICY: &str =
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

/// How long a client may keep its request to itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server. Dropping it closes the port.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

struct Site {
    folder: PathBuf,
    /// The lines of the head that every answer has, each with its line end.
    head: String,
}

struct Answer {
    status: &'static str,
    kind: &'static str,
    body: Vec<u8>,
}

impl Server {
    /// Serves the files of `folder` on a free port, with `headers` besides the usual ones.
    pub fn start(folder: &Path, headers: &[(&str, &str)]) -> Result<Self> {
        let folder = folder
            .canonicalize()
            .with_context(|| format!("cannot serve `{}`", folder.display()))?;
        let site = Arc::new(Site {
            folder,
            head: head(headers),
        });
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port to serve on")?;
        let address = listener.local_addr()?;
        let stopping = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stopping);
        let listening = thread::spawn(move || listen(&listener, &site, &flag));
        Ok(Self {
            address,
            stopping,
            listening: Some(listening),
        })
    }

    /// The address of `path` (without a leading slash).
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Release);
        // The listener blocks until somebody comes.
        let _ = TcpStream::connect(self.address);
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

fn listen(listener: &TcpListener, site: &Arc<Site>, stopping: &AtomicBool) {
    for stream in listener.incoming() {
        if stopping.load(Ordering::Acquire) {
            return;
        }
        let site = Arc::clone(site);
        // A client that hangs up is the client's business.
        thread::spawn(move || stream.and_then(|stream| serve(stream, &site)));
    }
}

fn serve(mut stream: TcpStream, site: &Site) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let target = read_request(&stream)?;
    let answer = target.map_or_else(
        || plain("405 Method Not Allowed", "only GET is served"),
        |target| find(site, &target),
    );
    write!(
        stream,
        "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}\r\n",
        answer.status,
        answer.kind,
        answer.body.len(),
        site.head,
    )?;
    stream.write_all(&answer.body)
}

/// The target of a `GET`; nothing for any other method. The head is read to its end, or closing would reset the connection.
fn read_request(stream: &TcpStream) -> io::Result<Option<String>> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let mut words = first.split(' ');
    let target = (words.next() == Some("GET"))
        .then(|| words.next())
        .flatten();
    Ok(target.map(str::to_string))
}

fn find(site: &Site, target: &str) -> Answer {
    let path = target
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .trim_start_matches('/');
    let path = Path::new(if path.is_empty() { "index.html" } else { path });
    let inside = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    match inside.then(|| fs::read(site.folder.join(path))) {
        Some(Ok(body)) => Answer {
            status: "200 OK",
            kind: kind(path),
            body,
        },
        // Asked for by the browser, not by the page: its absence is no line for the page's console.
        _ if path == Path::new("favicon.ico") => plain("204 No Content", ""),
        _ => plain("404 Not Found", "no such file"),
    }
}

fn plain(status: &'static str, text: &str) -> Answer {
    Answer {
        status,
        kind: "text/plain; charset=utf-8",
        body: text.as_bytes().to_vec(),
    }
}

fn head(headers: &[(&str, &str)]) -> String {
    let always = [
        ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
        ("Connection", "close"),
    ];
    always
        .iter()
        .chain(headers)
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect()
}

fn kind(path: &Path) -> &'static str {
    match path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default()
    {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" | "toml" | "wit" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
