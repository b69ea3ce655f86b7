//! Requests in flight, and what of their answers is under way to clients.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::time::Instant;

use super::activity::Activity;
use super::context::Follower;

/// How many requests came in, and how many of them were answered to the end or given up.
#[derive(Debug, Default)]
pub struct Flights {
    begun: AtomicUsize,
    ended: AtomicUsize,
}

impl Flights {
    pub fn begun(&self) -> usize {
        self.begun.load(Ordering::Relaxed)
    }

    /// How many are in flight.
    pub fn count(&self) -> usize {
        let ended = self.ended.load(Ordering::Acquire);
        self.begun() - ended
    }
}

/// A request in flight, from its headers until the connection has taken the last byte of its
/// answer.
pub struct Flight {
    flights: Arc<Flights>,
    activity: Arc<Activity>,
    pub taking: Arc<Taking>,
    pub multiplexed: bool,
    /// What is told of what the client does not take, and is not over before that is known.
    pub follower: Option<Arc<dyn Follower>>,
}

impl Flight {
    pub fn begin(
        flights: &Arc<Flights>,
        activity: Arc<Activity>,
        taking: Arc<Taking>,
        multiplexed: bool,
    ) -> Self {
        flights.begun.fetch_add(1, Ordering::Relaxed);
        activity.begin(multiplexed);
        Self {
            flights: Arc::clone(flights),
            activity,
            taking,
            multiplexed,
            follower: None,
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.flights.ended.fetch_add(1, Ordering::Release);
        self.activity.end();
    }
}

/// What a client has yet to take: parts of answers that were handed to a stream of HTTP/2 or to a
/// connection of HTTP/1.
#[derive(Debug)]
pub struct Taking(Mutex<Handed>);

#[derive(Debug)]
struct Handed {
    handed: usize,
    /// When the last part was taken, or the first one handed over.
    since: Instant,
    /// Of who waits until all are taken.
    waker: Option<Waker>,
}

impl Taking {
    pub fn new() -> Self {
        Self(Mutex::new(Handed {
            handed: 0,
            since: Instant::now(),
            waker: None,
        }))
    }

    /// A part was handed over.
    pub fn hand(&self) {
        let mut parts = self.parts();
        if parts.handed == 0 {
            parts.since = Instant::now();
        }
        parts.handed += 1;
    }

    /// A part was taken, or will never be.
    pub fn taken(&self) {
        let mut parts = self.parts();
        parts.handed -= 1;
        parts.since = Instant::now();
        let waker = match parts.handed {
            0 => parts.waker.take(),
            _ => None,
        };
        drop(parts);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Waits until all parts are taken.
    pub fn poll_taken(&self, context: &Context<'_>) -> Poll<()> {
        let mut parts = self.parts();
        if parts.handed == 0 {
            return Poll::Ready(());
        }
        parts.waker = Some(context.waker().clone());
        Poll::Pending
    }

    /// Since when the client takes no part to its end; nothing if there is none.
    pub fn since(&self) -> Option<Instant> {
        let parts = self.parts();
        (parts.handed > 0).then_some(parts.since)
    }

    fn parts(&self) -> MutexGuard<'_, Handed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
