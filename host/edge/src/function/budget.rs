//! Bytes that are held for clients, limited at several levels at once: per connection, per client,
//! per function, and in total.
//!
//! A [`Budget`] is one level, an [`Account`] the levels at which some bytes count, and [`Held`] is
//! bytes that count there until it is dropped. A hold is taken at all levels or at none: a waiting
//! request holds no more than before. Bytes that fit are granted immediately, and of the waiting
//! requests the smallest is next (the first, if two are equal): so none waits although it would
//! fit, and a large one only delays itself. It may be overtaken for as long as it waits.
//!
//! # How much can be held
//!
//! One hold counts at a level for no more than the level's limit, so it fits anywhere once nothing
//! else is held there, however large it is. At any moment, a level holds
//!
//! > at most its limit, or one hold alone, which is larger.
//!
//! So where a single hold is never more than `most` bytes (the largest body that a request or an
//! answer may have), a level holds at most `max(limit, most)` bytes, and a host at most `max(limit
//! of all, most)`. With several levels, all of it is also at most the sum over those who hold:
//! clients × `max(limit of a client, most)`.
//!
//! A holder that asks for more ([`Held::grow`]) keeps what it has while it waits. If all do so,
//! none releases anything, and each ends at its timeout: no wait is unlimited.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use smallvec::SmallVec;
use tokio::sync::Notify;
use tokio::time::sleep;

mod client_budgets;
pub use client_budgets::ClientBudgets;

/// One level: how many bytes are held there, and how many may be.
#[derive(Debug)]
pub struct Budget {
    limit: u64,
    state: Mutex<BudgetState>,
}

#[derive(Debug, Default)]
struct BudgetState {
    /// All bytes.
    held: u64,
    /// The bytes of each hold as far as the limit goes, so never more than the limit.
    counted: u64,
    /// Waiting requests. The first is the smallest: if it does not fit, none does.
    waiting: BTreeMap<QueuePosition, Arc<Notify>>,
}

/// A place in a queue: how many bytes would count here, and how many came before.
type QueuePosition = (u64, u64);

impl Budget {
    /// A level that holds nothing, and at most `limit` bytes, from 1, but for the one hold that is
    /// larger.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        Self {
            limit: limit.max(1),
            state: Mutex::default(),
        }
    }

    /// How many bytes are held.
    #[must_use]
    pub fn held(&self) -> u64 {
        self.state().held
    }

    /// How many bytes may be.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// How many of the next `more` bytes count for a hold that has `own` of them.
    fn counts(&self, own: u64, more: u64) -> u64 {
        own.saturating_add(more).min(self.limit) - own.min(self.limit)
    }

    fn fits(&self, state: &BudgetState, bytes: u64) -> bool {
        state.counted.saturating_add(bytes) <= self.limit
    }

    /// Who is to look again after something has changed here: the first in the queue, if it fits.
    fn next(&self, state: &BudgetState) -> Option<Arc<Notify>> {
        let (place, waiter) = state.waiting.first_key_value()?;
        self.fits(state, place.0).then(|| Arc::clone(waiter))
    }

    /// A state is whole whenever the lock is free, so one that another thread left in a panic
    /// serves on.
    fn state(&self) -> MutexGuard<'_, BudgetState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many levels an account has at most without a place of its own for them.
const LEVELS: usize = 5;

/// The name of the level of a connection.
pub(crate) const CONNECTION: &str = "the connection";

/// The name of the level of a client.
pub(crate) const CLIENT: &str = "the client";

/// The levels that some bytes count at, the narrowest first, each with a name for errors.
#[derive(Clone, Debug)]
pub struct Account {
    levels: Arc<[Level]>,
}

#[derive(Clone, Debug)]
struct Level {
    name: &'static str,
    budget: Arc<Budget>,
    /// Its number in the order in which they were named.
    nth: usize,
}

impl Account {
    /// An account of these levels. Of a level that is named twice, the first name counts.
    #[must_use]
    pub fn new(levels: impl IntoIterator<Item = (&'static str, Arc<Budget>)>) -> Self {
        let levels = levels.into_iter().enumerate();
        let mut levels: SmallVec<[_; LEVELS]> = levels
            .map(|(nth, (name, budget))| Level { name, budget, nth })
            .collect();
        // All accounts lock their levels in the same order, so no two wait for each other.
        levels.sort_by_key(|level| (Arc::as_ptr(&level.budget), level.nth));
        levels.dedup_by_key(|level| Arc::as_ptr(&level.budget));
        Self {
            levels: levels.into_iter().collect(),
        }
    }

    /// An account of the same levels and one more, the widest.
    #[must_use]
    pub fn and(&self, name: &'static str, budget: Arc<Budget>) -> Self {
        let mut levels: Vec<_> = self.levels.iter().collect();
        levels.sort_by_key(|level| level.nth);
        let levels = levels
            .into_iter()
            .map(|level| (level.name, Arc::clone(&level.budget)));
        Self::new(levels.chain([(name, budget)]))
    }

    /// Whether what counts here counts at `budget` too.
    pub(crate) fn has(&self, budget: &Arc<Budget>) -> bool {
        let mut levels = self.levels.iter();
        levels.any(|level| Arc::ptr_eq(&level.budget, budget))
    }

    /// Holds `bytes` at every level, waiting for at most `wait` until they fit; with none, they fit
    /// now or not.
    ///
    /// Whoever drops the future leaves the queue.
    ///
    /// # Errors
    ///
    /// The level where they did not fit, when the time was over.
    pub async fn hold(&self, bytes: u64, wait: Duration) -> Result<Held, Full> {
        let mut held = Held {
            account: self.clone(),
            bytes: 0,
        };
        held.grow(bytes, wait).await?;
        Ok(held)
    }
}

/// Bytes that count at every level of an account until this is dropped.
#[derive(Debug)]
#[must_use = "what is dropped is not held"]
pub struct Held {
    account: Account,
    bytes: u64,
}

impl Held {
    /// How many bytes it is.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Holds `more` bytes, waiting for at most `wait` until they fit. Without them, it holds what
    /// it did.
    ///
    /// # Errors
    ///
    /// The level where they did not fit, when the time was over.
    pub async fn grow(&mut self, more: u64, wait: Duration) -> Result<(), Full> {
        let mut asked = Asking::new(&self.account.levels, self.bytes, more).ask(false);
        if asked.is_err() && !wait.is_zero() {
            // Seldom, so it should not make the futures of those large who need not wait.
            asked = Box::pin(self.wait(more, wait)).await;
        }
        asked?;
        self.bytes = self.bytes.saturating_add(more);
        Ok(())
    }

    /// Waits until `more` bytes are taken at every level.
    async fn wait(&self, more: u64, wait: Duration) -> Result<(), Full> {
        let mut asking = Asking::new(&self.account.levels, self.bytes, more);
        let mut asked = asking.ask(true);
        let called = Arc::clone(asking.called.get_or_insert_default());
        let mut over = pin!(sleep(wait));
        while asked.is_err() {
            tokio::select! {
                biased;
                () = called.notified() => asked = asking.ask(true),
                () = &mut over => break,
            }
        }
        asked
    }

    /// Gives `bytes` back, all if there are not so many.
    pub fn shrink(&mut self, bytes: u64) {
        let less = bytes.min(self.bytes);
        if less == 0 {
            return;
        }
        self.bytes -= less;
        for Level { budget, .. } in self.account.levels.iter() {
            let mut state = budget.state();
            state.held -= less;
            state.counted -= budget.counts(self.bytes, less);
            let next = budget.next(&state);
            drop(state);
            call(next);
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.shrink(self.bytes);
    }
}

/// A level is full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Full {
    /// The name of the level.
    pub level: &'static str,
    /// How many bytes are held there at most.
    pub limit: u64,
}

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { level, limit } = self;
        write!(f, "{level}: expected at most {limit} bytes to be buffered")
    }
}

impl std::error::Error for Full {}

/// Somebody who holds `own` bytes and asks for `more`. It stands in one queue at most: of a level
/// where they do not fit.
struct Asking<'a> {
    levels: &'a [Level],
    own: u64,
    more: u64,
    ticket: u64,
    /// What it is woken by, once it waits.
    called: Option<Arc<Notify>>,
    /// The index of the level in whose queue it stands.
    at: Option<usize>,
}

impl<'a> Asking<'a> {
    fn new(levels: &'a [Level], own: u64, more: u64) -> Self {
        static TICKETS: AtomicU64 = AtomicU64::new(0);
        Self {
            levels,
            own,
            more,
            ticket: TICKETS.fetch_add(1, Ordering::Relaxed),
            called: None,
            at: None,
        }
    }

    fn place(&self, budget: &Budget) -> QueuePosition {
        (budget.counts(self.own, self.more), self.ticket)
    }

    /// Takes the bytes at every level if they fit at every level. If not, it stands in the queue of
    /// the first where they do not, should it `wait`.
    fn ask(&mut self, wait: bool) -> Result<(), Full> {
        let levels = self.levels;
        let mut states: SmallVec<[_; LEVELS]> =
            levels.iter().map(|level| level.budget.state()).collect();
        let left = self.leave(&mut states);
        let refusing = |&at: &usize| {
            let budget = &levels[at].budget;
            !budget.fits(&states[at], self.place(budget).0)
        };
        let refusing = (0..levels.len())
            .filter(refusing)
            .min_by_key(|&at| levels[at].nth);
        match refusing {
            None => {
                for (Level { budget, .. }, state) in levels.iter().zip(&mut states) {
                    state.held = state.held.saturating_add(self.more);
                    state.counted += self.place(budget).0;
                }
            }
            Some(at) if wait => {
                let place = self.place(&levels[at].budget);
                let called = Arc::clone(self.called.get_or_insert_default());
                states[at].waiting.insert(place, called);
                self.at = Some(at);
            }
            Some(_) => {}
        }
        // Who stood behind it is first now, unless it has stayed.
        let next = left
            .filter(|_| left != self.at)
            .and_then(|at| levels[at].budget.next(&states[at]));
        drop(states);
        call(next);
        refusing.map_or(Ok(()), |at| {
            let Level { name, budget, .. } = &levels[at];
            Err(Full {
                level: name,
                limit: budget.limit,
            })
        })
    }

    /// Leaves the queue that it stands in, if it does; which level's that was.
    fn leave(&mut self, states: &mut [MutexGuard<'_, BudgetState>]) -> Option<usize> {
        let at = self.at.take()?;
        let place = self.place(&self.levels[at].budget);
        states[at].waiting.remove(&place);
        Some(at)
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        let Some(at) = self.at else {
            return;
        };
        let budget = &self.levels[at].budget;
        let mut state = budget.state();
        state.waiting.remove(&self.place(budget));
        let next = budget.next(&state);
        drop(state);
        call(next);
    }
}

/// Has somebody ask again. It is done without a lock, since whoever is woken may run at once.
fn call(next: Option<Arc<Notify>>) {
    if let Some(next) = next {
        next.notify_one();
    }
}

#[cfg(test)]
mod tests;
