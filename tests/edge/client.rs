//! A host behind a socket, and clients that write what they like.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use amphi_edge::Host;
use amphi_edge::config::{Server, Timeouts};
use amphi_edge::listen::{self, Drained};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A host that listens.
pub struct Listening {
    pub host: Arc<Host>,
    address: SocketAddr,
    serving: JoinHandle<Drained>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Listening {
    pub async fn start(host: Host) -> Self {
        let host = Arc::new(host);
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let config = Server {
            timeouts: Timeouts {
                body: Duration::from_secs(3),
                ..Timeouts::default()
            },
            ..Server::default()
        };
        let settings = listen::settings(&config, Arc::default());
        let end = std::future::pending();
        let serving = listen::serve(listener, Arc::clone(&host), settings, end);
        Self {
            host,
            address,
            serving: tokio::spawn(serving),
        }
    }

    pub async fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).await;
        stream.expect("it listens")
    }

    /// The answer to a call by JSON.
    pub async fn call(&self, path: &str, body: &str) -> (u16, Value) {
        self.post(&format!("/v1/fn/{path}"), "", body).await
    }

    /// The answer to a request with more header fields.
    pub async fn post(&self, path: &str, headers: &str, body: &str) -> (u16, Value) {
        let mut stream = self.connect().await;
        let head = head(path, headers, body.len());
        let sent = async {
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(body.as_bytes()).await
        };
        // Who refuses a request need not read it to the end.
        let _ = sent.await;
        read(&mut stream).await
    }
}

/// The line and the header fields of a request.
pub fn head(path: &str, headers: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n"
    )
}

/// The status and the document of what comes before the connection ends.
pub async fn read(stream: &mut (impl AsyncRead + Unpin)) -> (u16, Value) {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    while let Ok(length @ 1..) = stream.read(&mut part).await {
        bytes.extend_from_slice(&part[..length]);
    }
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    let document = serde_json::from_str(body).unwrap_or_else(|_| body.into());
    (status.unwrap_or_default(), document)
}
