//! A server on a free port, and plain HTTP to it: a browser or a library would put right what these
//! tests get wrong on purpose.

use sensor_demo::server::{self, Config};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The page's folder as it is in the repository: without the page's wasm, which the server needs
/// not.
pub fn page() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../web/demo"))
}

/// The body of a run.
pub fn body(readings: &str, component: &[u8]) -> Vec<u8> {
    let length = u32::try_from(readings.len()).expect("the readings are small");
    [&length.to_le_bytes(), readings.as_bytes(), component].concat()
}

/// A running server; dropped, it stops.
pub struct Server {
    address: SocketAddr,
    token: String,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<anyhow::Result<()>>,
}

impl Server {
    /// Starts a server and reads its token from the page, as the page does.
    pub async fn start(config: Config) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let address = listener
            .local_addr()
            .expect("a bound listener has an address");
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(server::serve(listener, config, async {
            stopped.await.ok();
        }));
        let mut server = Self {
            address,
            token: String::new(),
            stop,
            ended,
        };
        let page = server.get("/").await.text;
        let (_, rest) = page
            .split_once(r#"<meta name="amphi-token" content=""#)
            .expect("the page has a slot");
        server.token = rest
            .split('"')
            .next()
            .expect("a split has a first part")
            .to_owned();
        server
    }

    /// Tells the server to stop; what comes back is ready when it has.
    pub fn stop(self) -> JoinHandle<anyhow::Result<()>> {
        self.stop.send(()).expect("the server waits for this");
        self.ended
    }

    /// A connection on which `bytes` are sent already.
    pub async fn connect(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address)
            .await
            .expect("the server listens");
        stream
            .write_all(bytes)
            .await
            .expect("the server takes the request");
        stream
    }

    pub fn host(&self) -> String {
        self.address.to_string()
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn token(&self) -> String {
        self.token.clone()
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[("host", &self.host())], b"").await
    }

    /// A run as the page asks for it.
    pub async fn run(&self, body: &[u8]) -> Reply {
        let (host, origin) = (self.host(), self.origin());
        let headers = [
            ("host", &host[..]),
            ("origin", &origin),
            ("x-amphi-token", &self.token),
        ];
        self.send("POST", "/api/run", &headers, body).await
    }

    /// The same with a body of a length that is not announced.
    pub async fn run_chunked(&self, body: &[u8]) -> Reply {
        let head = format!(
            "POST /api/run HTTP/1.1\r\nhost: {}\r\norigin: {}\r\nx-amphi-token: {}\r\nconnection: close\r\n\
             transfer-encoding: chunked\r\n\r\n{:x}\r\n",
            self.host(),
            self.origin(),
            self.token,
            body.len()
        );
        self.exchange(&[head.as_bytes(), body, b"\r\n0\r\n\r\n"].concat())
            .await
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        self.exchange(&[head.as_bytes(), b"\r\n", body].concat())
            .await
    }

    async fn exchange(&self, request: &[u8]) -> Reply {
        let mut stream = self.connect(request).await;
        let mut bytes = Vec::new();
        stream
            .read_to_end(&mut bytes)
            .await
            .expect("the server answers");
        let text = String::from_utf8(bytes).expect("the answer is text");
        let (head, text) = text
            .split_once("\r\n\r\n")
            .expect("an answer has a head and a body");
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .expect("an answer has a status");
        Reply {
            status,
            head: head.to_owned(),
            text: text.to_owned(),
        }
    }
}

/// What the server answered.
pub struct Reply {
    pub status: u16,
    head: String,
    pub text: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("the answer is JSON")
    }
}
