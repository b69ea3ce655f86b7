//! Clients that steer a trial: with keys of which they know which version they get.

use std::time::Duration;

use anyhow::{Result, bail};
use http::StatusCode;

use crate::bad::Bad;
use crate::client::{Client, full};
use crate::crowd::OF_CANARY;

/// How long a client waits between two calls.
const PAUSE: Duration = Duration::from_millis(6);
/// How many keys it wants for each version.
const KEYS: usize = 5;
/// How many calls it makes with them.
const CALLS: usize = 500;

/// What a client is after.
#[derive(Clone, Copy)]
pub enum Aim {
    /// That a healthy version goes back: it sends to it what traps, and to the other what is good.
    Back,
    /// That a version is promoted which nobody else has called enough: it sends to it what is good,
    /// and to the other what traps.
    Forward,
    /// That a version which fails stays: the same.
    Hide,
}

impl Aim {
    /// What it is called, and which function it calls.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Back => ("steers back", "/v1/fn/judged/run"),
            Self::Forward => ("steers forward", "/v1/fn/eager/run"),
            Self::Hide => ("hides failures", "/v1/fn/failing/run"),
        }
    }
}

/// The keys that a client has found.
#[derive(Default)]
struct Keys {
    stable: Vec<String>,
    canary: Vec<String>,
}

/// Finds keys, and calls by them.
pub async fn steer(bad: Bad, aim: Aim) -> Result<()> {
    let (name, path) = aim.names();
    let mut client = bad.connect(false).await?;
    let keys = find(&bad, &mut client, path).await?;
    for number in 0..CALLS {
        let of_canary = keys.canary[number % KEYS].as_str();
        let of_stable = keys.stable[number % KEYS].as_str();
        // Not so often that its own breaker is open all the time.
        let (key, traps) = match (aim, number % 4) {
            (Aim::Back, 0..3) => (of_canary, true),
            (Aim::Back, _) => (of_stable, false),
            (Aim::Forward | Aim::Hide, 0..3) => (of_canary, false),
            (Aim::Forward | Aim::Hide, _) => (of_stable, true),
        };
        let arguments = if traps { "[0]" } else { "[7]" };
        let headers = [("amphi-key", key)];
        let answered = client.post(path, &headers, full(arguments)).await;
        let Ok((head, answer)) = answered else {
            bail!("it was sent away");
        };
        let what = match head.status {
            StatusCode::OK if answer == (7 + OF_CANARY).to_string() => "answers of the canary",
            StatusCode::OK => "answers of the other version",
            StatusCode::INTERNAL_SERVER_ERROR if key == of_canary => "traps of the canary",
            StatusCode::INTERNAL_SERVER_ERROR => "traps of the other version",
            _ => "refused",
        };
        bad.met.count(name, what);
        bad.pause(PAUSE).await;
    }
    Ok(())
}

/// Looks which version keys get, by what it answers.
async fn find(bad: &Bad, client: &mut Client, path: &str) -> Result<Keys> {
    let mut keys = Keys::default();
    for _ in 0..1000 {
        let key = format!("{:016x}", fastrand::u64(..));
        let headers = [("amphi-key", key.as_str())];
        let Ok((_, answer)) = client.post(path, &headers, full("[7]")).await else {
            bail!("it was sent away");
        };
        let of_canary = answer == (7 + OF_CANARY).to_string();
        let found = match of_canary {
            true => &mut keys.canary,
            false if answer == "7" => &mut keys.stable,
            false => continue,
        };
        if found.len() < KEYS {
            found.push(key);
        }
        if keys.stable.len() == KEYS && keys.canary.len() == KEYS {
            return Ok(keys);
        }
        bad.pause(PAUSE).await;
    }
    bail!("no version is on trial")
}
