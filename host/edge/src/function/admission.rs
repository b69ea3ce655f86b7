//! How many calls of a function run at a time, and how many more wait for how long.
//!
//! The order is fair between clients: who waits is let in by turns, one of each client, and who
//! came first within a client. So a client that fills the queue delays another by one call a turn.
//! Where the queue is full, room is made at the cost of the client that has most in it, and no
//! client can hold all places that run ([`places`] has the rules). A caller that goes away (its
//! future is dropped) leaves the queue. What a caller that is not let in gets as an answer is not
//! decided here.

use amphi_edge_config as config;
use amphi_edge_listen::Client;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

mod places;
use places::{Asked, Places};

/// How many calls of a function there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdmissionLimits {
    /// How many run at a time.
    pub concurrency: NonZeroU32,
    /// How many more wait; none means that a busy function refuses at once.
    pub queue: usize,
    /// How long each waits at most.
    pub wait: Duration,
}

impl From<&config::Limits> for AdmissionLimits {
    fn from(limits: &config::Limits) -> AdmissionLimits {
        AdmissionLimits {
            concurrency: limits.concurrency,
            queue: limits.queue as usize,
            wait: limits.queue_wait,
        }
    }
}

/// The way in for the calls of one function.
#[derive(Debug)]
pub struct Admission {
    limits: AdmissionLimits,
    places: Mutex<Places<oneshot::Sender<Permit>>>,
}

/// What became of a caller.
#[derive(Debug)]
#[must_use]
pub enum Entry {
    /// It may run as long as it keeps `permit`, after having waited for `queued`: zero, when there
    /// was room at once.
    Admitted {
        /// A place, free again when this is dropped.
        permit: Permit,
        /// How long it waited.
        queued: Duration,
    },
    /// As many as may wait do so already, or one of a client that had fewer took its place.
    QueueFull,
    /// It waited as long as one may.
    WaitedTooLong,
}

/// A place among the calls that run. Dropping it lets the next in.
#[derive(Debug)]
pub struct Permit {
    admission: Arc<Admission>,
    client: Client,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let next = self.admission.places().free(self.client);
        for (client, caller) in next {
            // One that has gone meanwhile drops its place, which then is the next one's.
            let _ = caller.send(Permit::new(&self.admission, client));
        }
    }
}

impl Permit {
    fn new(admission: &Arc<Admission>, client: Client) -> Permit {
        let admission = Arc::clone(admission);
        Permit { admission, client }
    }
}

impl Admission {
    /// Nobody runs and nobody waits.
    #[must_use]
    pub fn new(limits: AdmissionLimits) -> Admission {
        let places = Places::new(limits.concurrency, limits.queue);
        Admission {
            limits,
            places: Mutex::new(places),
        }
    }

    /// Waits for a place for a call of `client`, for as long as the limits allow.
    pub async fn enter(self: &Arc<Self>, client: Client) -> Entry {
        let mut place = None;
        let asked = self.places().ask(client, || {
            let (caller, called) = oneshot::channel();
            place = Some(called);
            caller
        });
        let number = match asked {
            Asked::Runs => {
                return Entry::Admitted {
                    permit: Permit::new(self, client),
                    queued: Duration::ZERO,
                };
            }
            Asked::Full => return Entry::QueueFull,
            Asked::Waits { number, instead } => {
                // Whoever had to leave hears of it by this being dropped, without the lock.
                drop(instead);
                number
            }
        };
        let since = Instant::now();
        let _waiting = Waiting {
            admission: self,
            client,
            number,
        };
        let called = async { place?.await.ok() };
        match timeout(self.limits.wait, called).await {
            Ok(Some(permit)) => Entry::Admitted {
                permit,
                queued: since.elapsed(),
            },
            Ok(None) => Entry::QueueFull,
            Err(_) => Entry::WaitedTooLong,
        }
    }

    /// How many run now.
    #[must_use]
    pub fn running(&self) -> usize {
        self.places().running()
    }

    /// How many wait now.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.places().queued()
    }

    /// The limits it was made with.
    #[must_use]
    pub fn limits(&self) -> &AdmissionLimits {
        &self.limits
    }

    /// Places are whole whenever the lock is free, so those that another thread left in a panic
    /// serve on.
    fn places(&self) -> MutexGuard<'_, Places<oneshot::Sender<Permit>>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One that waits, until this is dropped.
struct Waiting<'a> {
    admission: &'a Admission,
    client: Client,
    number: u64,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.admission.places().leave(self.client, self.number);
    }
}

#[cfg(test)]
mod tests;
