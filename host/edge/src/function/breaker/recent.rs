//! What was within the window, in a memory of fixed size.
//!
//! Time is counted in ticks of a sixty-fourth of the window, so that however many traps there are,
//! a client's need no more than so many numbers.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use amphi_edge_listen::Client;

/// How many ticks a window has.
const WINDOW: u64 = 64;

/// In how many parts clients are sampled.
const SLOTS: usize = 256;

/// A clock that counts ticks.
#[derive(Debug)]
pub(super) struct Ticks {
    origin: Instant,
    nanos: u64,
}

impl Ticks {
    /// The ticks of `window` since `origin`.
    pub(super) fn new(window: Duration, origin: Instant) -> Self {
        let nanos = whole_nanos(window) / WINDOW;
        Self {
            origin,
            nanos: nanos.max(1),
        }
    }

    /// How many have passed at `now`.
    pub(super) fn at(&self, now: Instant) -> u64 {
        whole_nanos(now.saturating_duration_since(self.origin)) / self.nanos
    }
}

fn whole_nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Whether what was at the tick `then` is within the window at `now`.
fn is_recent(then: u64, now: u64) -> bool {
    now.saturating_sub(then) <= WINDOW
}

/// How many traps there were within the window.
#[derive(Debug, Default)]
pub(super) struct Recent {
    /// Ticks, in order, with how many were in each.
    ticks: VecDeque<(u64, u64)>,
}

impl Recent {
    /// Adds so many at `now`.
    pub(super) fn add(&mut self, count: u64, now: u64) {
        self.ticks.retain(|&(tick, _)| is_recent(tick, now));
        match self.ticks.back_mut() {
            // Of two threads, the later may come first.
            Some((tick, counted)) if *tick >= now => *counted = counted.saturating_add(count),
            _ => self.ticks.push_back((now, count)),
        }
    }

    /// How many there were within the window at `now`.
    pub(super) fn count(&self, now: u64) -> u64 {
        let recent = self.ticks.iter().filter(|&&(tick, _)| is_recent(tick, now));
        recent.fold(0, |all, &(_, counted)| all.saturating_add(counted))
    }

    /// When the last were.
    pub(super) fn last(&self) -> Option<u64> {
        self.ticks.back().map(|&(tick, _)| tick)
    }

    /// How many numbers it needs.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.ticks.len()
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.ticks.clear();
    }
}

/// How the last calls of clients have ended: a sample, in which each client has one of 256 slots,
/// which says how the last call of a client in it has ended.
///
/// Where there are many clients, each slot is a client's picked by how often it calls; which slot
/// that is, a client cannot know. To note what is noted already costs one load.
#[derive(Debug)]
pub(super) struct Heard {
    secret: u64,
    /// One more than the tick, doubled, and one more for a trap; 0 where nobody was heard.
    slots: Box<[AtomicU64]>,
    /// One more than the tick of the last call that returned; 0 where none did.
    returned: Box<[AtomicU64]>,
}

impl Heard {
    /// Nobody was heard. Slots go by the `secret`.
    pub(super) fn new(secret: u64) -> Self {
        let slots = || (0..SLOTS).map(|_| AtomicU64::new(0)).collect();
        Self {
            secret,
            slots: slots(),
            returned: slots(),
        }
    }

    /// Takes in that a call of `client` has ended at `now`.
    pub(super) fn note(&self, client: Client, trapped: bool, now: u64) {
        let note = |slots: &[AtomicU64], noted| {
            if let Some(slot) = slots.get(self.slot(client))
                && slot.load(Ordering::Relaxed) != noted
            {
                slot.store(noted, Ordering::Relaxed);
            }
        };
        note(&self.slots, (now + 1) << 1 | u64::from(trapped));
        if !trapped {
            note(&self.returned, now + 1);
        }
    }

    /// Whether a call of `client`, or of another one in its slot, has returned within the window.
    pub(super) fn has_returned(&self, client: Client, now: u64) -> bool {
        let returned = self.returned.get(self.slot(client));
        let returned = returned.map_or(0, |slot| slot.load(Ordering::Relaxed));
        returned > 0 && is_recent(returned - 1, now)
    }

    /// Whether of the clients that were heard within the window, half or more have trapped.
    pub(super) fn half_trapped(&self, now: u64) -> bool {
        let noted = self.slots.iter().map(|slot| slot.load(Ordering::Relaxed));
        let recent = noted.filter(|&noted| noted > 0 && is_recent((noted >> 1) - 1, now));
        let (mut trapped, mut all) = (0, 0);
        for noted in recent {
            trapped += noted & 1;
            all += 1;
        }
        2 * trapped >= all
    }

    /// The number of a client's slot.
    pub(super) fn slot(&self, client: Client) -> usize {
        let mut hasher = DefaultHasher::new();
        (self.secret, client).hash(&mut hasher);
        (hasher.finish() % SLOTS as u64) as usize
    }
}
