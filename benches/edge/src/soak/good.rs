//! Good clients: each calls at a rate of its own, whatever others do, and takes what it gets.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use http::StatusCode;
use tokio::task::JoinSet;

use crate::client::{Client, Ending, full};
use crate::crowd::OF_CANARY;
use crate::pace::Pace;

/// How many clients there are, each with an address of its own, and callers of every kind at each.
pub const CLIENTS: u8 = 4;

/// How many errors are said.
const SAID: usize = 10;

/// What a caller does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Calls `add-with-log`.
    Add,
    /// Has pieces given back.
    Stream,
    /// Calls a function that takes its time.
    Wait,
    /// Calls over a connection of its own each time.
    Anew,
    /// Calls the functions with a version on trial that is well.
    Judged,
    Eager,
    /// Calls the one whose version on trial fails.
    Failing,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Add,
        Self::Stream,
        Self::Wait,
        Self::Anew,
        Self::Judged,
        Self::Eager,
        Self::Failing,
    ];

    fn every(self) -> Duration {
        Duration::from_millis(match self {
            Self::Add | Self::Judged | Self::Eager | Self::Failing => 50,
            Self::Anew => 250,
            Self::Stream | Self::Wait => 500,
        })
    }

    /// What its calls are measured with. Calls that fail by right are not measured.
    fn group(self) -> Option<&'static str> {
        match self {
            Self::Add | Self::Anew | Self::Judged | Self::Eager => Some("calls"),
            Self::Stream => Some("streams"),
            Self::Wait => Some("waits"),
            Self::Failing => None,
        }
    }
}

/// What happened since it was last asked.
#[derive(Default)]
pub struct Counts {
    /// How long good calls took, by group.
    pub took: BTreeMap<&'static str, Vec<Duration>>,
    /// Calls without a right answer.
    pub lost: usize,
    /// Calls to the function with the failing version, and those that it failed.
    pub failing: usize,
    pub failed: usize,
    /// Calls that a healthy version on trial has answered, by function.
    pub on_trial: BTreeMap<&'static str, usize>,
}

/// The clients.
pub struct Good {
    end: Arc<AtomicBool>,
    counts: Arc<Mutex<Counts>>,
    callers: JoinSet<()>,
}

impl Good {
    pub fn begin(address: SocketAddr, pace: Pace) -> Self {
        let end = Arc::new(AtomicBool::new(false));
        let counts = Arc::<Mutex<Counts>>::default();
        let mut callers = JoinSet::new();
        for client in 1..=CLIENTS {
            for kind in Kind::ALL {
                let caller = Caller {
                    local: Ipv4Addr::new(127, 0, 1, client),
                    address,
                    second: client % 2 == 0,
                    kind,
                    every: pace.pause(kind.every()),
                    counts: Arc::clone(&counts),
                    number: 0,
                };
                callers.spawn(caller.run(Arc::clone(&end)));
            }
        }
        Self {
            end,
            counts,
            callers,
        }
    }

    /// What happened since the last time.
    pub fn take(&self) -> Counts {
        std::mem::take(&mut *lock(&self.counts))
    }

    pub async fn end(mut self) -> Result<()> {
        self.end.store(true, Ordering::SeqCst);
        while let Some(ended) = self.callers.join_next().await {
            ended?;
        }
        Ok(())
    }
}

/// One that calls.
struct Caller {
    local: Ipv4Addr,
    address: SocketAddr,
    second: bool,
    kind: Kind,
    every: Duration,
    counts: Arc<Mutex<Counts>>,
    /// What is asked next.
    number: u32,
}

impl Caller {
    async fn run(mut self, end: Arc<AtomicBool>) {
        // Not all at the same moment.
        tokio::time::sleep(self.every.mul_f64(fastrand::f64())).await;
        let mut ticks = tokio::time::interval(self.every);
        let mut kept = None;
        while !end.load(Ordering::SeqCst) {
            // A call that is late counts from when it was due.
            let due = ticks.tick().await;
            match self.turn(&mut kept).await {
                Ok(()) => {
                    if let Some(group) = self.kind.group() {
                        let took = due.elapsed();
                        lock(&self.counts).took.entry(group).or_default().push(took);
                    }
                }
                Err(why) => {
                    kept = None;
                    let mut counts = lock(&self.counts);
                    counts.lost += 1;
                    if counts.lost <= SAID {
                        eprintln!("lost by {:?} at {}: {why}", self.kind, self.local);
                    }
                }
            }
        }
    }

    /// One call, over the connection that is `kept` if there is one.
    async fn turn(&mut self, kept: &mut Option<Client>) -> Result<(), Ending> {
        if self.kind == Kind::Anew {
            *kept = None;
        }
        let client = match kept {
            Some(client) => client,
            None => {
                let client = Client::connect_from(self.local, self.address, self.second);
                let client = client
                    .await
                    .map_err(|error| Ending::Lost(error.to_string()));
                kept.insert(client?)
            }
        };
        let leaves = match self.kind {
            Kind::Add | Kind::Anew => client.add().await?,
            Kind::Stream => client.stream().await?,
            Kind::Wait => {
                return ask(client, "wait", "")
                    .await
                    .and_then(|(status, answer)| right(status, &answer, 1));
            }
            Kind::Judged => return self.number("judged", client).await,
            Kind::Eager => return self.number("eager", client).await,
            Kind::Failing => return self.number("failing", client).await,
        };
        match leaves {
            true => Err(Ending::Lost(
                "the server wants a client to leave".to_owned(),
            )),
            false => Ok(()),
        }
    }

    /// Has a number given back.
    async fn number(&mut self, function: &'static str, client: &mut Client) -> Result<(), Ending> {
        self.number = self.number % 100 + 2;
        let number = self.number;
        let (status, answer) = ask(client, function, &format!("[{number}]")).await?;
        let mut counts = lock(&self.counts);
        if self.kind == Kind::Failing {
            counts.failing += 1;
            if status == StatusCode::INTERNAL_SERVER_ERROR {
                counts.failed += 1;
                return Ok(());
            }
        }
        if answer == (number + OF_CANARY).to_string() && status == StatusCode::OK {
            *counts.on_trial.entry(function).or_default() += 1;
            return Ok(());
        }
        right(status, &answer, number)
    }
}

/// Calls a function that exports `run`.
async fn ask(
    client: &mut Client,
    function: &str,
    arguments: &str,
) -> Result<(StatusCode, String), Ending> {
    let path = format!("/v1/fn/{function}/run");
    let (head, answer) = client.post(&path, &[], full(arguments.to_owned())).await?;
    Ok((head.status, String::from_utf8_lossy(&answer).into_owned()))
}

fn right(status: StatusCode, answer: &str, expected: u32) -> Result<(), Ending> {
    if status == StatusCode::OK && answer == expected.to_string() {
        return Ok(());
    }
    Err(Ending::Lost(format!("{status}: {answer}")))
}

fn lock(counts: &Mutex<Counts>) -> MutexGuard<'_, Counts> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}
