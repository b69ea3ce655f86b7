//! How fast clients are, by how fast the server is: so a program that was built for debugging is
//! not overloaded by good clients alone.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::client::Client;

/// How long a call takes, about, of the server that pauses are meant for.
const USUAL: Duration = Duration::from_micros(500);
/// How many calls are made to see it.
const CALLS: usize = 101;

/// By how much pauses are longer than they are written; 1 at least.
#[derive(Clone, Copy)]
pub struct Pace(f64);

impl Pace {
    /// By how long a call takes, in the middle of some that are made one after the other.
    pub async fn of(address: SocketAddr) -> Result<Self> {
        let mut client = Client::connect(address, false).await?;
        let mut took = Vec::new();
        for _ in 0..CALLS {
            let begun = Instant::now();
            if let Err(ending) = client.add().await {
                bail!("a call was not answered: {ending}");
            }
            took.push(begun.elapsed());
        }
        took.sort_unstable();
        let slower = took[CALLS / 2].as_secs_f64() / USUAL.as_secs_f64();
        Ok(Self(slower.max(1.0)))
    }

    /// A pause of so long at the usual pace.
    pub fn pause(self, usual: Duration) -> Duration {
        usual.mul_f64(self.0)
    }

    /// By how much pauses are longer.
    pub fn slower(self) -> f64 {
        self.0
    }
}
