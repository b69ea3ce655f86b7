//! Passes on what a browser and a server send each other, when the link says that it arrives.

use super::link::{Link, Passage};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

/// A piece of what goes over a slow link: a packet of Ethernet, about.
const PACKET: usize = 1460;
/// A piece where nothing is slow.
const PIECE: usize = 1 << 16;
/// How much the link takes on before it has sent what it has, so that a timer that is late leaves
/// no gap: clocks of the system count milliseconds.
const QUEUE: Duration = Duration::from_millis(10);

/// The link, its clock, and what has arrived in the browser.
#[derive(Debug)]
pub struct Relay {
    link: Mutex<Link>,
    started: Instant,
    piece: usize,
    /// Bytes that have arrived in the browser.
    pub arrived: AtomicU64,
}

impl Relay {
    /// Passes on by `link`.
    pub fn new(link: Link, is_slow: bool) -> Self {
        Self {
            link: Mutex::new(link),
            started: Instant::now(),
            piece: if is_slow { PACKET } else { PIECE },
            arrived: AtomicU64::new(0),
        }
    }

    /// Joins a connection that the browser has begun just now with its end in the server, until
    /// one of them ends.
    pub async fn join(&self, browser: TcpStream, server: DuplexStream) -> io::Result<()> {
        let opened = self.by_link(|link, now| link.opened(now));
        let (from_browser, to_browser) = browser.into_split();
        let (from_server, to_server) = tokio::io::split(server);
        let up = |_| self.by_link(|link, now| link.up(now, opened));
        let down = |bytes| self.by_link(|link, now| link.down(now, bytes));
        let arrived = |bytes: usize| {
            self.arrived.fetch_add(bytes as u64, Ordering::Relaxed);
        };
        tokio::try_join!(
            self.carry(from_browser, to_server, up, |_| ()),
            self.carry(from_server, to_browser, down, arrived),
        )?;
        Ok(())
    }

    /// Passes on one way.
    async fn carry(
        &self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
        passage: impl Fn(usize) -> Passage,
        arrived: impl Fn(usize),
    ) -> io::Result<()> {
        let (sender, mut pieces) = mpsc::unbounded_channel();
        let take = async move {
            let mut buffer = vec![0; self.piece];
            loop {
                let length = from.read(&mut buffer).await?;
                let Passage { leaves, arrives } = passage(length);
                let piece = buffer[..length].to_vec();
                if length == 0 || sender.send((arrives, piece)).is_err() {
                    return io::Result::Ok(());
                }
                self.until(leaves.saturating_sub(QUEUE)).await;
            }
        };
        let give = async {
            while let Some((arrives, piece)) = pieces.recv().await {
                self.until(arrives).await;
                to.write_all(&piece).await?;
                arrived(piece.len());
            }
            to.shutdown().await
        };
        tokio::try_join!(take, give)?;
        Ok(())
    }

    fn by_link<T>(&self, ask: impl FnOnce(&mut Link, Duration) -> T) -> T {
        // It is as it was, should somebody have panicked.
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        ask(&mut link, self.started.elapsed())
    }

    async fn until(&self, time: Duration) {
        let left = time.saturating_sub(self.started.elapsed());
        if !left.is_zero() {
            tokio::time::sleep(left).await;
        }
    }
}
