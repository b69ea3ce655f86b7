//! The server is told to end (SIGTERM) while clients call it, again and again: nothing that was
//! sent may be lost.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::client::{Client, Ending};
use crate::progress;
use crate::server::Site;

/// How many clients of each kind there are.
const OF_EACH: usize = 4;

/// What a client does, and over what.
#[derive(Clone, Copy, Debug)]
struct Kind {
    second: bool,
    streams: bool,
}

const KINDS: [Kind; 4] = [
    Kind {
        second: false,
        streams: false,
    },
    Kind {
        second: true,
        streams: false,
    },
    Kind {
        second: false,
        streams: true,
    },
    Kind {
        second: true,
        streams: true,
    },
];

/// What clients count.
#[derive(Default)]
struct Counts {
    answered: AtomicUsize,
    streamed: AtomicUsize,
    left: AtomicUsize,
    turned_away: AtomicUsize,
    lost: AtomicUsize,
    ending: AtomicBool,
}

pub async fn run(site: &Site, rounds: usize) -> Result<Value> {
    let counts = Arc::new(Counts::default());
    let mut begun = 0;
    for round in 0..rounds {
        progress("drain", round, rounds);
        let mut server = site.start()?;
        counts.ending.store(false, Ordering::SeqCst);
        let mut clients = JoinSet::new();
        for kind in KINDS {
            for _ in 0..OF_EACH {
                clients.spawn(client(server.address, kind, Arc::clone(&counts)));
            }
        }
        tokio::time::sleep(Duration::from_millis(fastrand::u64(200..700))).await;
        counts.ending.store(true, Ordering::SeqCst);
        server.terminate()?;
        while let Some(ended) = clients.join_next().await {
            ended??;
        }
        let (status, requests) = server.ended()?;
        ensure!(
            status.success(),
            "the server says that it has lost something: {status}"
        );
        begun += requests.context("the server does not say how many requests came in")?;
    }
    let count = |count: &AtomicUsize| count.load(Ordering::SeqCst);
    let lost = count(&counts.lost);
    ensure!(lost == 0, "{lost} requests were lost");
    // What was turned away must not have been begun.
    let answered = count(&counts.answered) + count(&counts.streamed);
    ensure!(
        answered == begun,
        "{answered} requests were answered, and {begun} came in"
    );
    Ok(json!({
        "rounds": rounds,
        "answered": count(&counts.answered),
        "streamed": count(&counts.streamed),
        "left": count(&counts.left),
        "turned-away": count(&counts.turned_away),
        "lost": lost,
    }))
}

/// Calls until nobody listens any more.
async fn client(address: SocketAddr, kind: Kind, counts: Arc<Counts>) -> Result<()> {
    loop {
        let mut client = match Client::connect(address, kind.second).await {
            Ok(client) => client,
            Err(_) if counts.ending.load(Ordering::SeqCst) => return Ok(()),
            Err(error) => return Err(error),
        };
        loop {
            let called = match kind.streams {
                true => client.stream().await,
                false => client.add().await,
            };
            match called {
                Ok(leave) => {
                    let done = if kind.streams {
                        &counts.streamed
                    } else {
                        &counts.answered
                    };
                    done.fetch_add(1, Ordering::SeqCst);
                    if leave {
                        counts.left.fetch_add(1, Ordering::SeqCst);
                        break;
                    }
                }
                Err(Ending::NotSent) => break,
                Err(Ending::TurnedAway) => {
                    counts.turned_away.fetch_add(1, Ordering::SeqCst);
                    break;
                }
                Err(Ending::Lost(why)) => {
                    eprintln!("lost by {kind:?}: {why}");
                    counts.lost.fetch_add(1, Ordering::SeqCst);
                    break;
                }
            }
        }
    }
}
