//! How many calls of a function run at a time, and how many more wait for how long.
//!
//! The order is fair: who came first is let in first. A caller that goes away (its future is dropped) leaves the queue. What a caller that is not let in
//! gets as an answer is not decided here.

use crate::config;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

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
            concurrency: NonZeroU32::new(limits.concurrency).unwrap_or(NonZeroU32::MIN),
            queue: limits.queue as usize,
            wait: limits.queue_wait,
        }
    }
}

/// The way in for the calls of one function.
#[derive(Debug)]
pub struct Admission {
    limits: AdmissionLimits,
    free: Arc<Semaphore>,
    queued: AtomicUsize,
}

/// What became of a caller.
#[derive(Debug)]
#[must_use]
pub enum Entry {
    /// It may run as long as it keeps `permit`, after having waited for `queued`: zero, when there was room at once.
    Admitted {
        /// A place, free again when this is dropped.
        permit: Permit,
        /// How long it waited.
        queued: Duration,
    },
    /// As many as may wait do so already.
    QueueFull,
    /// It waited as long as one may.
    WaitedTooLong,
}

/// A place among the calls that run. Dropping it lets the next in.
#[derive(Debug)]
pub struct Permit {
    _place: OwnedSemaphorePermit,
}

impl Admission {
    /// Nobody runs and nobody waits.
    #[must_use]
    pub fn new(limits: AdmissionLimits) -> Admission {
        let places = limits.concurrency.get() as usize;
        Admission {
            limits,
            free: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
            queued: AtomicUsize::new(0),
        }
    }

    /// Waits for a place, for as long as the limits allow.
    pub async fn enter(&self) -> Entry {
        // A place that comes free while others wait is theirs at once, so this overtakes nobody.
        if let Ok(place) = self.free.clone().try_acquire_owned() {
            let queued = Duration::ZERO;
            let permit = Permit { _place: place };
            return Entry::Admitted { permit, queued };
        }
        let Some(_waiting) = Waiting::begin(&self.queued, self.limits.queue) else {
            return Entry::QueueFull;
        };
        let since = Instant::now();
        match timeout(self.limits.wait, self.free.clone().acquire_owned()).await {
            Ok(place) => Entry::Admitted {
                permit: Permit {
                    _place: place.expect("nobody closes the semaphore"),
                },
                queued: since.elapsed(),
            },
            Err(_) => Entry::WaitedTooLong,
        }
    }

    /// How many run now.
    #[must_use]
    pub fn running(&self) -> usize {
        (self.limits.concurrency.get() as usize).saturating_sub(self.free.available_permits())
    }

    /// How many wait now.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.queued.load(Ordering::Relaxed)
    }

    /// The limits it was made with.
    #[must_use]
    pub fn limits(&self) -> &AdmissionLimits {
        &self.limits
    }
}

/// One more that waits, until this is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(queued: &'a AtomicUsize, most: usize) -> Option<Waiting<'a>> {
        let room = |queued| (queued < most).then(|| queued + 1);
        queued
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, room)
            .ok()
            .map(|_| Waiting(queued))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
