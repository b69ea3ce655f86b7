//! A circuit breaker: it rejects calls for a while after repeated traps, then lets some calls try;
//! a single client whose calls trap is rejected individually.
//!
//! It judges the function by the calls of many clients, and a client by its own. Time is an
//! argument; the caller determines what a trap is. With `traps`, `window` and `open` of its
//! [`BreakerLimits`]:
//!
//! - **A client's own circuit** opens when `traps` calls of that client have trapped within
//!   `window` and none has returned, and rejects that client for `open`. Then one call tries. All
//!   who share an address are one client: one of them that traps on purpose does not cause the
//!   others to be rejected, as long as their calls succeed.
//! - **The function's circuit** opens when, within `window`, there were `traps` traps (and two at
//!   least), of which at most half (rounded down, at least one) count for one client, *and* of the
//!   clients that called at least half trapped in their last call. It rejects every client for
//!   `open`. Then, in a round that lasts as long as `open`, up to three clients may try, with
//!   one try each: the first try that returns closes it, also when its round is over; when three
//!   have trapped, it is open again; and when the round is over, the next begins. So neither one
//!   client alone opens it, whatever it sends, nor does one that is quick to try keep it open; and
//!   where one client is all there is, it has a try in each round.
//! - A call whose end says nothing about the function ([`Ending::GivenUp`]) does not count, and its
//!   try is free again. Calls that began before a circuit opened neither close it nor open it
//!   again.
//!
//! All clients that call are counted, not only those whose calls trap: so a few that trap in one
//! moment do not decide while the others happen to be silent. The price: the circuit of a function
//! that breaks with many clients opens when half of them have met the trap, and at the latest
//! `window` after the last call that returned.
//!
//! What is remembered has a fixed size: 256 clients that have trapped (of more, the one whose last
//! trap is the oldest is forgotten, with its circuit; its traps still count for the function), and
//! a sample of all that call in 256 slots. `window` is taken in sixty-four parts: a trap counts
//! until it is older than that by one part at most.

use amphi_edge_config as config;
use amphi_edge_listen::Client;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

mod circuit;
mod client_circuits;
mod recent;
use circuit::{Circuit, CircuitDecision};
use client_circuits::ClientCircuits;
use recent::{Heard, Ticks};

/// How many clients try a function in one round.
const TRIES: usize = 3;

/// When a breaker opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerLimits {
    /// It opens on this many traps ...
    pub traps: NonZeroU32,
    /// ... of which the first is no older than this at the last.
    pub window: Duration,
    /// How long it rejects calls before it lets some try, and how long a round of tries lasts.
    pub open: Duration,
}

impl BreakerLimits {
    /// How many traps open the function's circuit. One is never enough, or it would be one
    /// client's.
    fn of_function(&self) -> u64 {
        u64::from(self.traps.get()).max(2)
    }

    /// How many of these may be one client's.
    fn most_of_one(&self) -> u64 {
        u64::from(self.traps.get() / 2).max(1)
    }
}

impl From<&config::Breaker> for BreakerLimits {
    fn from(breaker: &config::Breaker) -> BreakerLimits {
        BreakerLimits {
            traps: breaker.traps,
            window: breaker.within,
            open: breaker.open,
        }
    }
}

/// How a call ended, as far as a breaker cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The function returned, possibly with an error of its own.
    Returned,
    /// The guest trapped.
    Trapped,
    /// The call was aborted from outside (the client disconnected, the host drains), which says
    /// nothing about the function.
    GivenUp,
}

/// What a breaker does with calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// All calls pass, except those of clients that are rejected individually.
    Closed,
    /// No call passes.
    Open,
    /// Some calls try, the others are rejected.
    HalfOpen,
}

/// Whose calls are rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerScope {
    /// Those of all clients.
    Function,
    /// Those of one client.
    Client,
}

/// A call that is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// How long calls are rejected, for `Retry-After`; zero while calls try.
    pub wait: Duration,
    /// Whether the calls of all clients are rejected.
    pub scope: BreakerScope,
}

/// A breaker that calls on many threads share. While no client is rejected, a call costs two loads
/// and a hash; only traps, and calls while a client is rejected, take a lock.
#[derive(Debug)]
pub struct Breaker {
    limits: BreakerLimits,
    ticks: Ticks,
    heard: Heard,
    /// Whether all circuits are closed.
    closed: AtomicBool,
    state: Mutex<Circuits>,
}

#[derive(Debug)]
struct Circuits {
    function: Circuit,
    clients: ClientCircuits,
    /// The tick when it is time to forget who has gone.
    forget: u64,
}

/// How many ticks there are between two looks who has gone.
const LOOK: u64 = 8;

impl Circuits {
    /// Whether it was time to look who has gone.
    fn look_who_has_gone(&mut self, now: Instant, tick: u64) -> bool {
        let look = tick >= self.forget;
        if look {
            self.clients.forget_gone(now, tick);
            self.forget = tick.saturating_add(LOOK);
        }
        look
    }

    fn is_closed(&self, now: Instant) -> bool {
        self.function.is_closed() && self.clients.refused(now) == 0
    }
}

impl Breaker {
    /// A closed breaker.
    #[must_use]
    pub fn new(limits: BreakerLimits) -> Breaker {
        Breaker::with(limits, Instant::now(), fastrand::u64(..))
    }

    /// A closed breaker whose time begins at `origin`, and which picks clients for its sample by
    /// `secret`.
    fn with(limits: BreakerLimits, origin: Instant, secret: u64) -> Breaker {
        let state = Circuits {
            function: Circuit::new(limits.open, TRIES),
            clients: ClientCircuits::new(limits),
            forget: 0,
        };
        Breaker {
            limits,
            ticks: Ticks::new(limits.window, origin),
            heard: Heard::new(secret),
            closed: AtomicBool::new(true),
            state: Mutex::new(state),
        }
    }

    /// Lets a call of `client` begin, or says how long it should stay away.
    ///
    /// # Errors
    ///
    /// How long until a next call may pass, when this one may not, and whose calls may not: of the
    /// circuits that refuse it, the one's that does so for longer.
    pub fn enter(self: &Arc<Self>, client: Client, now: Instant) -> Result<Pass, Refused> {
        let pass = |of_function, of_client| Pass {
            breaker: Arc::clone(self),
            client,
            began: now,
            of_function,
            of_client,
        };
        if self.closed.load(Ordering::Acquire) {
            return Ok(pass(false, false));
        }
        let mut state = self.lock();
        // A client that is refused and stays away is forgotten at some time.
        if state.look_who_has_gone(now, self.ticks.at(now)) {
            self.closed.store(state.is_closed(now), Ordering::Release);
        }
        let of_function = state.function.ask(client, now);
        let of_client = state.clients.ask(client, now);
        if let Some(refused) = refused(of_function, of_client) {
            return Err(refused);
        }
        if of_function == CircuitDecision::Try {
            state.function.begin_try(client, now);
        }
        if of_client == CircuitDecision::Try {
            state.clients.begin_try(client, now);
        }
        Ok(pass(
            of_function == CircuitDecision::Try,
            of_client == CircuitDecision::Try,
        ))
    }

    /// The limits it was made with.
    #[must_use]
    pub fn limits(&self) -> &BreakerLimits {
        &self.limits
    }

    /// What it does with the calls of all clients.
    #[must_use]
    pub fn state(&self) -> BreakerState {
        self.lock().function.state()
    }

    /// How often it has opened for all clients.
    #[must_use]
    pub fn opened(&self) -> u64 {
        self.lock().function.opened()
    }

    /// How many clients are refused alone at `now`, or one of whose calls tries whether they still
    /// are.
    #[must_use]
    pub fn refused(&self, now: Instant) -> usize {
        self.lock().clients.refused(now)
    }

    /// Takes in how a call has ended that was let in by `pass`.
    fn ended(&self, pass: &Pass, ending: Ending, now: Instant) {
        let client = pass.client;
        if ending != Ending::GivenUp {
            let trapped = ending == Ending::Trapped;
            self.heard.note(client, trapped, self.ticks.at(now));
        }
        if ending != Ending::Trapped && !pass.tries() {
            return;
        }
        let mut state = self.lock();
        let state = &mut *state;
        let tick = self.ticks.at(now);
        state.look_who_has_gone(now, tick);
        let this = (client, pass.began);
        if pass.of_client {
            state.clients.end_try(this, ending, now);
        }
        if pass.of_function && !state.function.is_closed() {
            state.function.end_try(this, ending, now);
            if state.function.is_closed() {
                state.clients.clear();
            }
        }
        if ending == Ending::Trapped {
            let has_returned = self.heard.has_returned(client, tick);
            state.clients.trapped(client, now, tick, has_returned);
            if state.function.is_closed()
                && state.clients.counted(tick) >= self.limits.of_function()
                && self.heard.half_trapped(tick)
            {
                state.function.open(now);
            }
        }
        self.closed.store(state.is_closed(now), Ordering::Release);
    }

    /// A state is whole whenever the lock is free, so one that another thread left in a panic
    /// serves on.
    fn lock(&self) -> MutexGuard<'_, Circuits> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is said to a call that the circuit of the function or that of its client refuses, by what
/// they answer.
fn refused(of_function: CircuitDecision, of_client: CircuitDecision) -> Option<Refused> {
    let (wait, scope) = match (of_function, of_client) {
        (CircuitDecision::Refuse(all), CircuitDecision::Refuse(own)) if all < own => {
            (own, BreakerScope::Client)
        }
        (CircuitDecision::Refuse(wait), _) => (wait, BreakerScope::Function),
        (_, CircuitDecision::Refuse(wait)) => (wait, BreakerScope::Client),
        _ => return None,
    };
    Some(Refused { wait, scope })
}

/// A call that a breaker let begin. Dropped without an ending, it counts as given up.
#[derive(Debug)]
#[must_use = "how the call ended is what the breaker goes by"]
pub struct Pass {
    breaker: Arc<Breaker>,
    client: Client,
    began: Instant,
    /// Whose circuits it tries.
    of_function: bool,
    of_client: bool,
}

impl Pass {
    /// Whether this call decides if others may pass.
    #[must_use]
    pub fn tries(&self) -> bool {
        self.of_function || self.of_client
    }

    /// Tells how the call ended.
    pub fn end(mut self, ending: Ending, now: Instant) {
        self.breaker.ended(&self, ending, now);
        (self.of_function, self.of_client) = (false, false);
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if self.tries() {
            self.breaker.ended(self, Ending::GivenUp, Instant::now());
        }
    }
}

#[cfg(test)]
mod tests;
