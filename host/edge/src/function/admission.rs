//! How many calls of a function run at a time, and how many more are queued for how long.
//!
//! The order is fair between clients: queued calls are admitted in turns, one per client, oldest
//! first within a client. So a client that fills the queue delays another by one call per turn.
//! When the queue is full, the client with most queued calls makes room, and no client can hold all
//! slots of running calls ([`schedule`] has the rules). A call whose future is dropped leaves the
//! queue. The response to a rejected call is not decided here.

use amphi_edge_config as config;
use amphi_edge_listen::Client;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

mod schedule;
use schedule::{Asked, Schedule};

/// How many calls of a function there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdmissionLimits {
    /// How many run at a time.
    pub concurrency: NonZeroU32,
    /// How many more are queued; 0 means that calls are rejected while that many run.
    pub queue: usize,
    /// How long each is queued at most.
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

/// Admission of the calls of one function.
#[derive(Debug)]
pub struct Admission {
    limits: AdmissionLimits,
    places: Mutex<Schedule<oneshot::Sender<Permit>>>,
}

/// Whether a call is admitted.
#[derive(Debug)]
#[must_use]
pub enum AdmissionDecision {
    /// It runs as long as it keeps `permit`, after it was queued for `queued`: zero, if it was
    /// admitted immediately.
    Admitted {
        /// Dropping it admits the next call.
        permit: Permit,
        /// How long it was queued.
        queued: Duration,
    },
    /// The queue is full, or the call was replaced by one of a client with fewer queued calls.
    QueueFull,
    /// It was queued for as long as allowed.
    WaitedTooLong,
}

/// Allows a call to run. Dropping it admits the next one.
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
        let places = Schedule::new(limits.concurrency, limits.queue);
        Admission {
            limits,
            places: Mutex::new(places),
        }
    }

    /// Waits for a place for a call of `client`, for as long as the limits allow.
    pub async fn enter(self: &Arc<Self>, client: Client) -> AdmissionDecision {
        let mut place = None;
        let asked = self.places().ask(client, || {
            let (caller, called) = oneshot::channel();
            place = Some(called);
            caller
        });
        let number = match asked {
            Asked::Runs => {
                return AdmissionDecision::Admitted {
                    permit: Permit::new(self, client),
                    queued: Duration::ZERO,
                };
            }
            Asked::Full => return AdmissionDecision::QueueFull,
            Asked::Waits { number, instead } => {
                // Whoever had to leave hears of it by this being dropped, without the lock.
                drop(instead);
                number
            }
        };
        let since = Instant::now();
        let _waiting = QueuedCall {
            admission: self,
            client,
            number,
        };
        let called = async { place?.await.ok() };
        match timeout(self.limits.wait, called).await {
            Ok(Some(permit)) => AdmissionDecision::Admitted {
                permit,
                queued: since.elapsed(),
            },
            Ok(None) => AdmissionDecision::QueueFull,
            Err(_) => AdmissionDecision::WaitedTooLong,
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

    /// The schedule is consistent whenever the lock is free, so a poisoned lock does not matter.
    fn places(&self) -> MutexGuard<'_, Schedule<oneshot::Sender<Permit>>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One that waits, until this is dropped.
struct QueuedCall<'a> {
    admission: &'a Admission,
    client: Client,
    number: u64,
}

impl Drop for QueuedCall<'_> {
    fn drop(&mut self) {
        self.admission.places().leave(self.client, self.number);
    }
}

#[cfg(test)]
mod tests;
