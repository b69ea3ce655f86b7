//! A circuit breaker: a function that traps again and again is not called for a while, then one call tries it.
//!
//! [`Circuit`] is the state and its rules, [`Breaker`] what calls on many threads share. Time comes in as an argument; what a trap is, the caller knows.

use crate::config;
use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// When a breaker opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerLimits {
    /// It opens on this many traps ...
    pub traps: NonZeroU32,
    /// ... of which the first is no older than this at the last.
    pub window: Duration,
    /// How long it refuses every call before it lets one try.
    pub open: Duration,
}

impl From<&config::Breaker> for BreakerLimits {
    fn from(breaker: &config::Breaker) -> BreakerLimits {
        BreakerLimits {
            traps: NonZeroU32::new(breaker.traps).unwrap_or(NonZeroU32::MIN),
            window: breaker.within,
            open: breaker.open,
        }
    }
}

/// How a call ended, as far as a breaker cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The function returned, be it an error of its own.
    Returned,
    /// The guest trapped.
    Trapped,
    /// The call was given up from outside (the client left, the host drains), which tells nothing of the function.
    GivenUp,
}

/// What a breaker does with calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// All calls pass.
    Closed,
    /// No call passes.
    Open,
    /// One call tries, the others are refused.
    HalfOpen,
}

/// An answer to the question whether a call may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It may.
    Pass,
    /// It may, and decides whether others may.
    Try,
    /// It may not. A next one may in this time, which is what `Retry-After` is for; zero while a call tries.
    Refuse(Duration),
}

/// The state of a breaker. It is not shared: see [`Breaker`].
#[derive(Debug)]
pub struct Circuit {
    limits: BreakerLimits,
    position: Position,
    /// Of the last traps while closed, no more than open it.
    traps: VecDeque<Instant>,
    opened: u64,
}

#[derive(Clone, Copy, Debug)]
enum Position {
    Closed,
    Open { until: Instant },
    HalfOpen { trying: bool },
}

impl Circuit {
    /// A closed circuit.
    #[must_use]
    pub fn new(limits: BreakerLimits) -> Circuit {
        Circuit {
            limits,
            position: Position::Closed,
            traps: VecDeque::new(),
            opened: 0,
        }
    }

    /// Whether a call may begin at `now`.
    pub fn ask(&mut self, now: Instant) -> Answer {
        match self.position {
            Position::Closed => Answer::Pass,
            Position::Open { until } if now < until => {
                Answer::Refuse(until.saturating_duration_since(now))
            }
            Position::HalfOpen { trying: true } => Answer::Refuse(Duration::ZERO),
            Position::Open { .. } | Position::HalfOpen { trying: false } => {
                self.position = Position::HalfOpen { trying: true };
                Answer::Try
            }
        }
    }

    /// Takes in that a call which began with [`Answer::Pass`] has ended. Those that end after the circuit has opened say nothing new.
    pub fn passed(&mut self, ending: Ending, now: Instant) {
        if ending != Ending::Trapped || !matches!(self.position, Position::Closed) {
            return;
        }
        let window = self.limits.window;
        self.traps
            .retain(|trap| now.saturating_duration_since(*trap) <= window);
        self.traps.push_back(now);
        if self.traps.len() >= self.limits.traps.get() as usize {
            self.open(now);
        }
    }

    /// Takes in that the call which began with [`Answer::Try`] has ended.
    pub fn tried(&mut self, ending: Ending, now: Instant) {
        match ending {
            Ending::Returned => self.position = Position::Closed,
            Ending::Trapped => self.open(now),
            Ending::GivenUp => self.position = Position::HalfOpen { trying: false },
        }
    }

    /// What it does with calls, were one to ask now.
    #[must_use]
    pub fn state(&self) -> BreakerState {
        match self.position {
            Position::Closed => BreakerState::Closed,
            Position::Open { .. } => BreakerState::Open,
            Position::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    /// How often it has opened.
    #[must_use]
    pub fn opened(&self) -> u64 {
        self.opened
    }

    fn open(&mut self, now: Instant) {
        self.traps.clear();
        self.opened += 1;
        // A time that no clock reaches is as good as a year.
        let until = now.checked_add(self.limits.open);
        let until = until.unwrap_or(now + YEAR);
        self.position = Position::Open { until };
    }
}

/// A breaker that calls on many threads share. A call through a closed one costs two loads; only traps, and calls while it is not closed, take a lock.
#[derive(Debug)]
pub struct Breaker {
    limits: BreakerLimits,
    closed: AtomicBool,
    circuit: Mutex<Circuit>,
}

impl Breaker {
    /// A closed breaker.
    #[must_use]
    pub fn new(limits: BreakerLimits) -> Breaker {
        Breaker {
            limits,
            closed: AtomicBool::new(true),
            circuit: Mutex::new(Circuit::new(limits)),
        }
    }

    /// Lets a call begin, or says how long callers should stay away.
    ///
    /// # Errors
    ///
    /// How long until a next call may pass, when this one may not.
    pub fn enter(self: &Arc<Self>, now: Instant) -> Result<Pass, Duration> {
        if self.closed.load(Ordering::Acquire) {
            return Ok(Pass::new(self, false));
        }
        match self.circuit().ask(now) {
            Answer::Pass => Ok(Pass::new(self, false)),
            Answer::Try => Ok(Pass::new(self, true)),
            Answer::Refuse(time) => Err(time),
        }
    }

    /// The limits it was made with.
    #[must_use]
    pub fn limits(&self) -> &BreakerLimits {
        &self.limits
    }

    /// What it does with calls.
    #[must_use]
    pub fn state(&self) -> BreakerState {
        if self.closed.load(Ordering::Acquire) {
            return BreakerState::Closed;
        }
        self.circuit().state()
    }

    /// How often it has opened.
    #[must_use]
    pub fn opened(&self) -> u64 {
        self.circuit().opened()
    }

    fn change(&self, change: impl FnOnce(&mut Circuit)) {
        let mut circuit = self.circuit();
        change(&mut circuit);
        let closed = circuit.state() == BreakerState::Closed;
        self.closed.store(closed, Ordering::Release);
    }

    /// A circuit is whole at every moment, so one that another thread left in a panic serves on.
    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that a breaker let begin. Dropped without an ending, it counts as given up.
#[derive(Debug)]
#[must_use = "how the call ended is what the breaker goes by"]
pub struct Pass {
    breaker: Arc<Breaker>,
    tries: bool,
}

impl Pass {
    fn new(breaker: &Arc<Breaker>, tries: bool) -> Pass {
        let breaker = Arc::clone(breaker);
        Pass { breaker, tries }
    }

    /// Whether this call decides if others may pass.
    #[must_use]
    pub fn tries(&self) -> bool {
        self.tries
    }

    /// Tells how the call ended.
    pub fn end(mut self, ending: Ending, now: Instant) {
        if self.tries {
            self.tries = false;
            self.breaker.change(|circuit| circuit.tried(ending, now));
        } else if ending == Ending::Trapped {
            self.breaker.change(|circuit| circuit.passed(ending, now));
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if self.tries {
            // A try that is given up looks at no clock.
            let now = Instant::now();
            self.breaker
                .change(|circuit| circuit.tried(Ending::GivenUp, now));
        }
    }
}

#[cfg(test)]
mod tests;
