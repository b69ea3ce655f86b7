//! Bad clients: slow ones, greedy ones, and ones that are wrong or fail on purpose. Each has an
//! address of its own, and goes on until it is ended.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::{Future, pending};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::client::{self, Body, Client, full};
use crate::crowd::{CONNECTIONS_OF_CLIENT, Open};
use crate::pace::Pace;
use crate::steering::{self, Aim};
use crate::windows;

/// How many of each kind there are.
const UPLOADS: u64 = 16;
const READERS: u64 = 8;
const IDLE: u64 = CONNECTIONS_OF_CLIENT as u64 + 16;
const FLOODS: u64 = 2;
const FLOOD: u64 = 60;
const ENDLESS: u64 = 4;
const STEERING: u64 = 3;

/// How long a client waits before it tries again.
const AGAIN: Duration = Duration::from_millis(200);

/// What all of them have open at most.
pub fn open() -> Open {
    Open {
        first: UPLOADS / 2 + READERS + IDLE + ENDLESS / 2 + STEERING + 2,
        second: UPLOADS / 2 + ENDLESS / 2 + FLOODS + windows::CONNECTIONS,
        requests: UPLOADS + READERS + ENDLESS + FLOODS * FLOOD + STEERING + windows::STREAMS + 2,
    }
}

/// What bad clients met: how often what, by client.
#[derive(Clone, Default)]
pub struct Met(Arc<Mutex<BTreeMap<&'static str, BTreeMap<String, u64>>>>);

impl Met {
    pub fn count(&self, client: &'static str, what: impl ToString) {
        let mut met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *met.entry(client)
            .or_default()
            .entry(what.to_string())
            .or_default() += 1;
    }

    pub fn of(&self, client: &str, what: &str) -> u64 {
        let met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of = met.get(client).and_then(|of| of.get(what));
        of.copied().unwrap_or_default()
    }

    pub fn all(&self) -> Value {
        json!(*self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Begins all of them. They end when the set is dropped.
pub fn begin(address: SocketAddr, pace: Pace, met: &Met) -> JoinSet<()> {
    let mut all = JoinSet::new();
    let mut number = 0;
    let mut next = || {
        number += 1;
        Bad {
            local: Ipv4Addr::new(127, 0, 2, number),
            address,
            pace,
            met: met.clone(),
        }
    };
    many(&mut all, UPLOADS, next(), upload);
    many(&mut all, READERS, next(), |bad, _| read(bad));
    many(&mut all, IDLE, next(), |bad, _| idle(bad));
    many(&mut all, FLOODS, next(), |bad, _| flood(bad));
    many(&mut all, ENDLESS, next(), endless);
    all.spawn(again(next(), on_purpose));
    all.spawn(again(next(), wrong));
    windows::begin(&mut all, &mut next);
    for aim in [Aim::Back, Aim::Forward, Aim::Hide] {
        all.spawn(again(next(), move |bad| steering::steer(bad, aim)));
    }
    all
}

/// A bad client.
#[derive(Clone)]
pub struct Bad {
    pub local: Ipv4Addr,
    pub address: SocketAddr,
    pace: Pace,
    pub met: Met,
}

impl Bad {
    /// Waits, at the pace of the server.
    pub async fn pause(&self, usual: Duration) {
        sleep(self.pace.pause(usual)).await;
    }

    pub async fn connect(&self, second: bool) -> Result<Client> {
        Client::connect_from(self.local, self.address, second).await
    }

    /// Sends a request and counts what comes of it.
    async fn post(&self, name: &'static str, client: &mut Client, path: &str, body: Body) -> bool {
        let answered = client.post(path, &[], body).await;
        match &answered {
            Ok((head, _)) => self.met.count(name, head.status.as_u16()),
            Err(_) => self.met.count(name, "no answer"),
        }
        answered.is_ok()
    }
}

/// Begins so many connections of one bad client, each of which knows which it is.
pub fn many<F>(
    all: &mut JoinSet<()>,
    count: u64,
    bad: Bad,
    turn: impl Fn(Bad, u64) -> F + Copy + Send + Sync + 'static,
) where
    F: Future<Output = Result<()>> + Send + 'static,
{
    for nth in 0..count {
        all.spawn(again(bad.clone(), move |bad| turn(bad, nth)));
    }
}

/// Has a client do what it does again and again.
async fn again<F>(bad: Bad, turn: impl Fn(Bad) -> F)
where
    F: Future<Output = Result<()>>,
{
    loop {
        // What goes wrong is what it is here for.
        let _ = turn(bad.clone()).await;
        bad.pause(AGAIN).await;
    }
}

/// Bytes that come one after the other, and an end that may never come.
fn slow(bytes: usize, size: usize, pause: Duration, ends: bool) -> Body {
    let parts = stream::unfold(0, move |number| async move {
        if number == bytes && ends {
            return None;
        }
        if number == bytes {
            pending::<()>().await;
        }
        sleep(pause).await;
        let part = Bytes::from(vec![b'1'; size]);
        Some((Ok::<_, Infallible>(Frame::data(part)), number + 1))
    });
    BodyExt::boxed(StreamBody::new(Box::pin(parts)))
}

/// Sends a byte now and then: to a component, and to a function. Every fourth stops in the middle.
async fn upload(bad: Bad, nth: u64) -> Result<()> {
    let mut client = bad.connect(nth % 2 == 1).await?;
    let path = match nth % 4 {
        0 | 1 => "/echo",
        _ => "/v1/fn/judged/run",
    };
    let ends = nth % 8 < 4;
    let body = slow(20, 1, Duration::from_millis(300), ends);
    bad.post("slow uploads", &mut client, path, body).await;
    Ok(())
}

/// Asks for large answers, and takes a few bytes of them now and then.
async fn read(bad: Bad) -> Result<()> {
    let mut stream = client::socket(bad.local, bad.address, Some(4096)).await?;
    let request =
        "POST /v1/fn/large/run HTTP/1.1\r\nhost: soak\r\ncontent-length: 8\r\n\r\n[100000]";
    let mut some = [0; 512];
    bad.met.count("slow readers", "began");
    for number in 0.. {
        if number % 5 == 0 {
            stream.write_all(request.as_bytes()).await?;
        }
        if stream.read(&mut some).await? == 0 {
            break;
        }
        bad.pause(AGAIN / 2).await;
    }
    bad.met.count("slow readers", "ended");
    Ok(())
}

/// Connects, and says nothing.
async fn idle(bad: Bad) -> Result<()> {
    let mut stream = client::socket(bad.local, bad.address, None).await?;
    let mut byte = [0];
    let ended = timeout(Duration::from_secs(1), stream.read(&mut byte)).await;
    let met = if ended.is_ok() { "refused" } else { "open" };
    bad.met.count("idle connections", met);
    let _ = stream.read(&mut byte).await;
    Ok(())
}

/// Calls what takes its time, more often than may wait.
async fn flood(bad: Bad) -> Result<()> {
    let client = bad.connect(true).await?;
    let Client::Two(sender) = client else {
        unreachable!("it is a connection of HTTP/2");
    };
    let mut calls = JoinSet::new();
    for _ in 0..FLOOD {
        let (bad, mut client) = (bad.clone(), Client::Two(sender.clone()));
        calls.spawn(async move {
            bad.post(
                "floods of a queue",
                &mut client,
                "/v1/fn/wait/run",
                full(""),
            )
            .await
        });
    }
    while calls.join_next().await.is_some() {}
    Ok(())
}

/// Sends a body without end: to a function, and to a component.
async fn endless(bad: Bad, nth: u64) -> Result<()> {
    let mut client = bad.connect(nth % 2 == 1).await?;
    let path = match nth {
        0 | 1 => "/v1/fn/add/add-with-log",
        _ => "/echo",
    };
    let pause = bad.pace.pause(Duration::from_millis(20));
    let body = slow(usize::MAX, 16 << 10, pause, false);
    bad.post("bodies without end", &mut client, path, body)
        .await;
    Ok(())
}

/// Has calls trap, and compute for longer than they may.
async fn on_purpose(bad: Bad) -> Result<()> {
    let mut client = bad.connect(false).await?;
    for arguments in ["[0]", "[0]", "[1]", "[0]", "[0]"].into_iter().cycle() {
        let path = "/v1/fn/judged/run";
        if !bad
            .post("limits on purpose", &mut client, path, full(arguments))
            .await
        {
            break;
        }
        bad.pause(AGAIN * 2).await;
    }
    Ok(())
}

/// Requests that are none, or wrong.
const WRONG: [&str; 9] = [
    "this is no HTTP\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
    "POST /v1/fn/add/add-with-log HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 5\r\n\r\n[\"no\"",
    "POST /v1/fn/add/nothing HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
    "DELETE /v1/fn/add/add-with-log HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "POST /v1/fn/add/add-with-log HTTP/1.1\r\nhost: a\r\norigin: http://elsewhere\r\nconnection: close\r\ncontent-length: 2\r\n\r\n[]",
    "GET /broken HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
];

/// Sends what is wrong, each over a connection of its own.
async fn wrong(bad: Bad) -> Result<()> {
    for request in WRONG {
        let mut stream = client::socket(bad.local, bad.address, None).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        let read = timeout(Duration::from_secs(2), stream.read_to_end(&mut answer)).await;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).filter(|_| read.is_ok());
        bad.met
            .count("wrong requests", status.unwrap_or("no answer"));
        bad.pause(AGAIN / 4).await;
    }
    Ok(())
}
