//! Who has a place, who waits for one, and who is next: the rules, without waiting.
//!
//! - A client may have a free place, but the last quarter of all places (rounded down: none of
//!   three) is for clients that hold less than a quarter (at least one). So no client holds all,
//!   and a newcomer finds room however long the calls of another take. [`Client::UNKNOWN`] is
//!   exempt: it stands for the program that Amphi is part of.
//! - Clients that wait have turns. A place goes to the client whose turn it is among those that may
//!   have it, to the call of it that came first, and its next turn is after all others'.
//! - Where as many wait as may, a newcomer whose client would still have fewer waiting than the one
//!   that has most takes the place of that one's newest call. Two clients with as many never push
//!   each other out.

use amphi_edge_listen::Client;
use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU32;

/// The places of one function. `W` is how a waiting call is told of its own.
#[derive(Debug)]
pub(super) struct Places<W> {
    all: usize,
    /// How many of them are for clients that hold few.
    reserved: usize,
    /// How many are no longer few.
    few: usize,
    queue: usize,
    running: usize,
    queued: usize,
    /// How many have come to wait.
    numbers: u64,
    /// Clients that hold or want a place.
    pub(super) clients: BTreeMap<Client, Present<W>>,
    /// Clients that wait, whose turn is first first.
    turns: VecDeque<Client>,
}

#[derive(Debug)]
pub(super) struct Present<W> {
    running: usize,
    /// By number, so that the oldest is first.
    waiting: BTreeMap<u64, W>,
}

impl<W> Default for Present<W> {
    fn default() -> Self {
        Self {
            running: 0,
            waiting: BTreeMap::new(),
        }
    }
}

/// What became of a call that wants a place.
#[derive(Debug)]
pub(super) enum Asked<W> {
    /// It has one.
    Runs,
    /// It waits under this number.
    Waits {
        number: u64,
        /// Who had to leave the queue for it.
        instead: Option<W>,
    },
    /// It has none, and may not wait.
    Full,
}

impl<W> Places<W> {
    /// Nobody runs and nobody waits.
    pub(super) fn new(concurrency: NonZeroU32, queue: usize) -> Self {
        let all = concurrency.get() as usize;
        let quarter = all / 4;
        Self {
            all,
            reserved: quarter,
            few: quarter.max(1),
            queue,
            running: 0,
            queued: 0,
            numbers: 0,
            clients: BTreeMap::new(),
            turns: VecDeque::new(),
        }
    }

    pub(super) fn running(&self) -> usize {
        self.running
    }

    pub(super) fn queued(&self) -> usize {
        self.queued
    }

    /// A call of `client` wants a place; `caller` is asked for if it has to wait.
    pub(super) fn ask(&mut self, client: Client, caller: impl FnOnce() -> W) -> Asked<W> {
        // Whoever waits may not have what is free, so this overtakes nobody.
        if self.may_run(client) {
            self.run(client);
            return Asked::Runs;
        }
        let instead = match self.queued < self.queue {
            true => None,
            false => match self.make_room(client) {
                Some(caller) => Some(caller),
                None => return Asked::Full,
            },
        };
        let number = self.numbers;
        self.numbers += 1;
        self.queued += 1;
        let present = self.clients.entry(client).or_default();
        if present.waiting.is_empty() {
            self.turns.push_back(client);
        }
        present.waiting.insert(number, caller());
        Asked::Waits { number, instead }
    }

    /// A call of `client` has ended. Who has a place now, with its client.
    pub(super) fn free(&mut self, client: Client) -> Vec<(Client, W)> {
        self.running -= 1;
        if let Some(present) = self.clients.get_mut(&client) {
            present.running -= 1;
        }
        self.forget(client);
        // Two, if another client gets the place and this one holds few now.
        std::iter::from_fn(|| self.next()).collect()
    }

    /// The call with this number waits no more, if it still did.
    pub(super) fn leave(&mut self, client: Client, number: u64) {
        let Some(present) = self.clients.get_mut(&client) else {
            return;
        };
        if present.waiting.remove(&number).is_some() {
            self.left(client);
        }
    }

    fn may_run(&self, client: Client) -> bool {
        let free = self.all - self.running;
        let holds_few = || self.clients.get(&client).map_or(0, |of| of.running) < self.few;
        free > self.reserved || free > 0 && (client == Client::UNKNOWN || holds_few())
    }

    fn run(&mut self, client: Client) {
        self.running += 1;
        self.clients.entry(client).or_default().running += 1;
    }

    /// Gives a place to the next that waits and may have it.
    fn next(&mut self) -> Option<(Client, W)> {
        let nth = self.turns.iter().position(|&client| self.may_run(client))?;
        let client = self.turns.remove(nth)?;
        self.turns.push_back(client);
        let (_, caller) = self.clients.get_mut(&client)?.waiting.pop_first()?;
        self.run(client);
        self.left(client);
        Some((client, caller))
    }

    /// Takes the newest call out of the queue that the client has which has most there, if a
    /// newcomer of `client` may have its place.
    fn make_room(&mut self, client: Client) -> Option<W> {
        let waiting = self.clients.get(&client).map_or(0, |of| of.waiting.len());
        let most = |(_, of): &(&Client, &mut Present<W>)| {
            let newest = of.waiting.last_key_value().map(|(&number, _)| number);
            (of.waiting.len(), newest)
        };
        let (&greediest, of) = self.clients.iter_mut().max_by_key(most)?;
        if waiting + 1 >= of.waiting.len() {
            return None;
        }
        let (_, caller) = of.waiting.pop_last()?;
        self.left(greediest);
        Some(caller)
    }

    /// A call of `client` has left the queue.
    fn left(&mut self, client: Client) {
        self.queued -= 1;
        let waits = |of: &Present<W>| !of.waiting.is_empty();
        if !self.clients.get(&client).is_some_and(waits) {
            self.turns.retain(|&other| other != client);
            self.forget(client);
        }
    }

    /// Forgets `client`, if it neither runs nor waits.
    fn forget(&mut self, client: Client) {
        let here = |of: &Present<W>| of.running > 0 || !of.waiting.is_empty();
        if !self.clients.get(&client).is_some_and(here) {
            self.clients.remove(&client);
        }
    }
}
