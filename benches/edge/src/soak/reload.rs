//! A component is replaced a thousand times while clients call it: none of them notices, and
//! nothing stays in memory.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::client::{self, Client};
use crate::progress;
use crate::server::Site;

/// How many clients there are, and how often each calls.
const CLIENTS: usize = 8;
const EVERY: Duration = Duration::from_millis(10);
/// How long is measured without a reload.
const BEFORE: Duration = Duration::from_secs(30);
/// What p99 is taken over.
const WINDOW: Duration = Duration::from_secs(1);
/// After this many reloads memory is as large as it gets.
const SETTLED: usize = 100;

pub async fn run(site: &Site, rounds: usize) -> Result<Value> {
    let server = site.start()?;
    let load = Load::begin(server.address);
    // Caches, pools and the connections themselves.
    tokio::time::sleep(Duration::from_secs(2)).await;
    load.take();
    tokio::time::sleep(BEFORE).await;
    let quiet = windows(load.take());
    let mut memory = Vec::new();
    let begin = Instant::now();
    for round in 1..=rounds {
        progress("reload", round, rounds);
        site.replace(round)?;
        client::reload(server.admin).await?;
        if round % SETTLED == 0 {
            memory.push(server.resident()?);
        }
    }
    let took = begin.elapsed();
    let busy = windows(load.take());
    let calls = load.end().await?;
    let p99 = |windows: &[u64]| -> Result<Value> {
        let middle = middle(windows).context("no window is full")?;
        Ok(json!({ "median": middle, "worst": windows.last(), "windows": windows.len() }))
    };
    Ok(json!({
        "reloads": rounds,
        "seconds": took.as_secs(),
        "calls": calls,
        "lost": 0,
        "p99-micros": { "quiet": p99(&quiet)?, "reloading": p99(&busy)? },
        "resident": memory,
    }))
}

fn middle(windows: &[u64]) -> Option<u64> {
    windows.get(windows.len() / 2).copied()
}

/// A call: when it ended, and how long it took.
type Call = (Instant, Duration);

/// The 99th percentile of each second, in microseconds, in rising order. The last second is not
/// whole.
fn windows(calls: Vec<Call>) -> Vec<u64> {
    let Some(begin) = calls.iter().map(|(ended, _)| *ended).min() else {
        return Vec::new();
    };
    let mut seconds: Vec<Vec<Duration>> = Vec::new();
    for (ended, took) in calls {
        let number = (ended.duration_since(begin).as_nanos() / WINDOW.as_nanos()) as usize;
        if seconds.len() <= number {
            seconds.resize(number + 1, Vec::new());
        }
        seconds[number].push(took);
    }
    seconds.pop();
    let mut all: Vec<u64> = seconds
        .into_iter()
        .filter_map(|mut window| {
            window.sort();
            let place = window.len() * 99 / 100;
            window.get(place).map(|took| took.as_micros() as u64)
        })
        .collect();
    all.sort_unstable();
    all
}

/// Clients that call at a rate of their own, however long the answers take.
struct Load {
    end: Arc<AtomicBool>,
    calls: Arc<Mutex<Vec<Call>>>,
    clients: Vec<JoinHandle<Result<usize>>>,
}

impl Load {
    fn begin(address: SocketAddr) -> Self {
        let end = Arc::new(AtomicBool::new(false));
        let calls = Arc::<Mutex<Vec<Call>>>::default();
        let clients = (0..CLIENTS).map(|number| {
            let (end, calls) = (Arc::clone(&end), Arc::clone(&calls));
            tokio::spawn(caller(address, number % 2 == 1, end, calls))
        });
        Self {
            clients: clients.collect(),
            end,
            calls,
        }
    }

    /// The calls since the last time.
    fn take(&self) -> Vec<Call> {
        std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many calls there were in all; an error if one was lost, or a connection.
    async fn end(self) -> Result<usize> {
        self.end.store(true, Ordering::SeqCst);
        let mut all = 0;
        for client in self.clients {
            all += client.await??;
        }
        Ok(all)
    }
}

async fn caller(
    address: SocketAddr,
    second: bool,
    end: Arc<AtomicBool>,
    calls: Arc<Mutex<Vec<Call>>>,
) -> Result<usize> {
    let mut client = Client::connect(address, second).await?;
    let mut ticks = tokio::time::interval(EVERY);
    let mut count = 0;
    while !end.load(Ordering::SeqCst) {
        // A call that is late counts from when it was due.
        let due = ticks.tick().await;
        match client.add().await {
            Ok(false) => {}
            Ok(true) => bail!("the server wants a client to leave"),
            Err(ending) => bail!("a call was not answered: {ending}"),
        }
        let call = (Instant::now(), due.elapsed());
        calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(call);
        count += 1;
    }
    Ok(count)
}
