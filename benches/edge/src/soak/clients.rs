//! Slow, greedy and steering clients beside good ones: good ones notice nothing, memory stays
//! within the stated formula, and trials end as they should.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use amphi_bench_edge::resident;
use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::bad::{self, Met};
use crate::client;
use crate::crowd::{self, Open};
use crate::good::{CLIENTS, Counts, Good};
use crate::pace::Pace;
use crate::progress;
use crate::server::{Server, Site};

/// How often the server's memory is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// How long clients have to begin, and what others leave to be over.
const SETTLES: Duration = Duration::from_secs(3);
/// How much slower good calls may be at their 99th percentile beside bad clients.
const SLOWER: u32 = 2;
/// How many calls a canary must have had to be promoted, those of the busiest client left out
/// (`docs/edge/canaries.md`).
const TO_BE_PROMOTED: usize = 1500;
/// What each of two functions' versions on trial that are well may have come to.
const WELL: [&str; 2] = ["judged", "eager"];

/// Good clients alone for `rounds` seconds, bad ones beside them for as long, and good ones alone
/// again.
pub async fn run(site: &Site, rounds: usize) -> Result<Value> {
    crowd::write(site)?;
    let server = site.start()?;
    sleep(SETTLES).await;
    let idle = server.resident()?;
    let pace = Pace::of(server.address).await?;
    let good = Good::begin(server.address, pace);
    sleep(SETTLES).await;
    good.take();
    let before = phase(&good, 0, rounds).await;
    crowd::configure(site, true)?;
    client::reload(server.admin).await?;
    good.take();
    let met = Met::default();
    let bad = bad::begin(server.address, pace, &met);
    let peak = Peak::watch(&server);
    let beside = phase(&good, 1, rounds).await;
    let peak = peak.end();
    let metrics = client::ask(server.admin, "/metrics").await?;
    drop(bad);
    let trials = trials(&metrics);
    sleep(SETTLES).await;
    good.take();
    let after = phase(&good, 2, rounds).await;
    good.end().await?;
    let most = crowd::most(open());
    let found = json!({
        "seconds": rounds,
        "slower": pace.slower(),
        "calls": [count(&before), count(&beside), count(&after)],
        "lost": before.lost + beside.lost + after.lost,
        "p99-micros": p99s(&before, &beside, &after),
        "memory": { "idle": idle, "most": peak.saturating_sub(idle), "allowed": most },
        "trials": trials,
        "on-trial": beside.on_trial,
        "failing": { "calls": beside.failing, "failed": beside.failed, "after": after.failed },
        "refused-connections": refused(&metrics),
        "bad": met.all(),
    });
    eprintln!("{found:#}");
    judge(&found, &beside, &met)?;
    ended(server).await?;
    Ok(found)
}

/// What both good and bad clients have open.
fn open() -> Open {
    let bad = bad::open();
    let kinds = 7 * u64::from(CLIENTS) / 2;
    Open {
        first: bad.first + kinds,
        second: bad.second + kinds,
        requests: bad.requests + 2 * kinds,
    }
}

async fn phase(good: &Good, nth: usize, seconds: usize) -> Counts {
    for second in 0..seconds {
        progress("clients", nth * seconds + second, 3 * seconds);
        sleep(Duration::from_secs(1)).await;
    }
    good.take()
}

/// Fails where something is not as it should be.
fn judge(found: &Value, beside: &Counts, met: &Met) -> Result<()> {
    ensure!(found["lost"] == 0, "{} good calls were lost", found["lost"]);
    for (group, p99) in found["p99-micros"].as_object().into_iter().flatten() {
        let micros = |when: &str| p99[when].as_u64().unwrap_or_default();
        let (alone, beside) = (micros("alone"), micros("beside"));
        ensure!(
            beside <= alone * u64::from(SLOWER),
            "`{group}`: p99 is {beside} µs beside bad clients, and {alone} µs without them"
        );
    }
    let memory = &found["memory"];
    ensure!(
        memory["most"].as_u64() <= memory["allowed"].as_u64(),
        "memory is beyond the formula: {memory}"
    );
    let trials = &found["trials"];
    ensure!(
        trials["failing"] == "rolled-back" && found["failing"]["after"] == 0,
        "a version that fails is not back: {trials}"
    );
    for function in WELL {
        let calls = beside.on_trial.get(function).copied().unwrap_or_default();
        let promoted = trials[function] == "promoted" && calls >= TO_BE_PROMOTED;
        ensure!(
            trials[function] == "trial" || promoted,
            "`{function}`, whose version on trial is well, has come to {} after {calls} good calls",
            trials[function]
        );
    }
    // Bad clients that were not bad would show nothing.
    let was = |client: &str, what: &str| {
        ensure!(met.of(client, what) > 0, "`{client}` has not met `{what}`");
        Ok(())
    };
    was("slow uploads", "408")?;
    was("slow uploads", "200")?;
    was("slow readers", "began")?;
    was("idle connections", "refused")?;
    was("idle connections", "open")?;
    was("floods of a queue", "429")?;
    was("bodies without end", "413")?;
    was("limits on purpose", "500")?;
    was("limits on purpose", "504")?;
    was("limits on purpose", "503")?;
    was("windows of zero", "reset")?;
    was("windows without end, unread", "sent")?;
    was("steers back", "traps of the canary")?;
    was("steers forward", "answers of the canary")?;
    was("hides failures", "answers of the canary")?;
    was("wrong requests", "400")
}

async fn ended(mut server: Server) -> Result<()> {
    server.terminate()?;
    let (status, _) = server.ended()?;
    ensure!(
        status.success(),
        "the server says that it has lost something: {status}"
    );
    Ok(())
}

fn count(counts: &Counts) -> usize {
    counts.took.values().map(Vec::len).sum()
}

/// The 99th percentile of each group in microseconds: before, beside bad clients, after, and before
/// and after together.
fn p99s(before: &Counts, beside: &Counts, after: &Counts) -> Value {
    let p99 = |phases: &[&Counts], group: &str| {
        let took = phases.iter().filter_map(|counts| counts.took.get(group));
        let mut took: Vec<_> = took.flatten().collect();
        took.sort_unstable();
        let p99 = took.get(took.len() * 99 / 100);
        p99.map_or(0, |took| took.as_micros() as u64)
    };
    let groups = beside.took.keys().map(|group| {
        let p99s = json!({
            "before": p99(&[before], group),
            "beside": p99(&[beside], group),
            "after": p99(&[after], group),
            "alone": p99(&[before, after], group),
        });
        ((*group).to_owned(), p99s)
    });
    Value::Object(groups.collect())
}

/// What became of each function's version on trial.
fn trials(metrics: &str) -> Value {
    let states = metrics.lines().filter_map(|line| {
        let labels = line.strip_prefix("amphi_rollout_state{function=\"")?;
        let (function, rest) = labels.split_once("\",state=\"")?;
        let (state, value) = rest.split_once("\"} ")?;
        (value == "1").then(|| (function.to_owned(), json!(state)))
    });
    Value::Object(states.collect())
}

/// How many connections were refused since their client had too many.
fn refused(metrics: &str) -> Option<u64> {
    let value = metrics
        .lines()
        .find_map(|line| line.strip_prefix("amphi_connections_refused_total{reason=\"client\"} "));
    value?.parse().ok()
}

/// The most memory that a server takes.
struct Peak {
    most: Arc<AtomicU64>,
    task: tokio::task::JoinHandle<()>,
}

impl Peak {
    fn watch(server: &Server) -> Self {
        let most = Arc::<AtomicU64>::default();
        let process = server.process();
        let seen = Arc::clone(&most);
        let task = tokio::spawn(async move {
            while let Ok(bytes) = resident(&process) {
                seen.fetch_max(bytes, Ordering::SeqCst);
                sleep(LOOK).await;
            }
        });
        Self { most, task }
    }

    fn end(self) -> u64 {
        self.task.abort();
        self.most.load(Ordering::SeqCst)
    }
}
