//! Clients of HTTP/2 that ask for large answers and take none: with windows of zero, and with the
//! largest windows over sockets that they do not read.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use h2::client::{Builder, SendRequest};
use http::Request;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::bad::{Bad, many};
use crate::client;

/// Connections of both kinds, and streams of each.
const ZERO: u64 = 3;
const STREAMS_OF_ZERO: u64 = 64;
const DEAF: u64 = 8;
const STREAMS_OF_DEAF: u64 = 240;

pub const CONNECTIONS: u64 = ZERO + DEAF;
pub const STREAMS: u64 = ZERO * STREAMS_OF_ZERO + DEAF * STREAMS_OF_DEAF;

/// The pause between two requests over a connection.
const PAUSE: Duration = Duration::from_millis(80);
/// For how long a client is there at most.
const STAYS: Duration = Duration::from_secs(20);

/// Begins them.
pub fn begin(all: &mut JoinSet<()>, next: &mut impl FnMut() -> Bad) {
    many(all, ZERO, next(), |bad, _| zero(bad));
    many(all, DEAF, next(), |bad, _| deaf(bad));
}

/// Has a window of zero, and waits until its streams are ended.
async fn zero(bad: Bad) -> Result<()> {
    let stream = client::socket(bad.local, bad.address, None).await?;
    let (sender, connection) = Builder::new()
        .initial_window_size(0)
        .handshake(stream)
        .await?;
    let connection = tokio::spawn(connection);
    let mut streams = JoinSet::new();
    for number in 0..STREAMS_OF_ZERO {
        let (path, body) = match number % 2 {
            0 => ("/v1/fn/large/run", "[100000]"),
            _ => ("/twice", ""),
        };
        let answer = send(sender.clone(), path, body).await?;
        let met = bad.met.clone();
        streams.spawn(async move {
            let Ok(answer) = answer.await else {
                return met.count("windows of zero", "reset");
            };
            met.count("windows of zero", answer.status().as_u16());
            // There is none, and the stream ends when it was long enough.
            let ended = answer.into_body().data().await;
            if ended.is_some_and(|ended| ended.is_err()) {
                met.count("windows of zero", "reset");
            }
        });
        bad.pause(PAUSE * 2).await;
    }
    let _ = timeout(STAYS, async {
        while streams.join_next().await.is_some() {}
    })
    .await;
    connection.abort();
    Ok(())
}

/// Has windows without end, and stops to read.
async fn deaf(bad: Bad) -> Result<()> {
    let is_deaf = Arc::new(AtomicBool::new(false));
    let stream = Deaf {
        stream: client::socket(bad.local, bad.address, Some(4096)).await?,
        is_deaf: Arc::clone(&is_deaf),
    };
    let mut builder = Builder::new();
    builder
        .initial_window_size((1 << 31) - 1)
        .initial_connection_window_size((1 << 31) - 1);
    let (sender, connection) = builder.handshake(stream).await?;
    let connection = tokio::spawn(connection);
    // One answer, so that the server's settings have come.
    let first = send(sender.clone(), "/seen?x=1", "").await?;
    let _ = timeout(STAYS, first).await;
    is_deaf.store(true, Ordering::SeqCst);
    let mut answers = Vec::new();
    for _ in 1..STREAMS_OF_DEAF {
        let Ok(answer) = send(sender.clone(), "/twice", "").await else {
            break;
        };
        answers.push(answer);
        bad.met.count("windows without end, unread", "sent");
        bad.pause(PAUSE).await;
    }
    sleep(STAYS / 2).await;
    connection.abort();
    Ok(())
}

async fn send(
    sender: SendRequest<Bytes>,
    path: &str,
    body: &'static str,
) -> Result<h2::client::ResponseFuture> {
    let mut sender = sender.ready().await?;
    let request = Request::post(format!("http://soak{path}")).body(())?;
    let (answer, mut stream) = sender.send_request(request, body.is_empty())?;
    if !body.is_empty() {
        stream.send_data(Bytes::from_static(body.as_bytes()), true)?;
    }
    Ok(answer)
}

/// A socket that may stop to read.
struct Deaf {
    stream: TcpStream,
    is_deaf: Arc<AtomicBool>,
}

impl AsyncRead for Deaf {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.is_deaf.load(Ordering::SeqCst) {
            true => Poll::Pending,
            false => Pin::new(&mut self.stream).poll_read(context, into),
        }
    }
}

impl AsyncWrite for Deaf {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
