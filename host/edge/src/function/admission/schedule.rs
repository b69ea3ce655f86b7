//! Which calls run, which are queued, and which is next: the rules, without any waiting.
//!
//! - A client may take a free slot, but the last quarter of all slots (rounded down: none of
//!   three) is for clients that hold less than a quarter (at least one). So no client holds all,
//!   and a new client is admitted however long the calls of another take. [`Client::UNKNOWN`] is
//!   exempt: it stands for the program that embeds Amphi.
//! - Queued clients take turns (round robin). A slot goes to the next client that may have it, to
//!   its oldest queued call, and that client's next turn is after all others'.
//! - When the queue is full, a new call replaces the newest call of the client with most queued
//!   calls, if its own client would still have fewer. Two clients with equally many never replace
//!   each other's calls.

use amphi_edge_listen::Client;
use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU32;

/// The running and queued calls of one function. `W` is what notifies a queued call.
#[derive(Debug)]
pub(super) struct Schedule<W> {
    all: usize,
    /// How many slots are for clients that hold few.
    reserved: usize,
    /// From how many slots on a client does not hold few.
    few: usize,
    queue: usize,
    running: usize,
    queued: usize,
    /// How many calls have been queued so far.
    numbers: u64,
    /// Clients with running or queued calls.
    pub(super) clients: BTreeMap<Client, Present<W>>,
    /// Clients with queued calls, in the order of their turns.
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

/// What becomes of a new call.
#[derive(Debug)]
pub(super) enum Asked<W> {
    /// It runs.
    Runs,
    /// It is queued under this number.
    Waits {
        number: u64,
        /// The call that was removed from the queue for it.
        instead: Option<W>,
    },
    /// It is rejected.
    Full,
}

impl<W> Schedule<W> {
    /// No running and no queued calls.
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

    /// Admits, queues or rejects a call of `client`; `caller` is called if it is queued.
    pub(super) fn ask(&mut self, client: Client, caller: impl FnOnce() -> W) -> Asked<W> {
        // No queued call may have what is free, so this overtakes none.
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

    /// A call of `client` has ended. Returns the calls that run now, with their clients.
    pub(super) fn free(&mut self, client: Client) -> Vec<(Client, W)> {
        self.running -= 1;
        if let Some(present) = self.clients.get_mut(&client) {
            present.running -= 1;
        }
        self.forget(client);
        // Two, if another client gets the slot and this one holds few now.
        std::iter::from_fn(|| self.next()).collect()
    }

    /// Removes the call with this number from the queue, if it is there.
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

    /// Admits the next queued call that may run.
    fn next(&mut self) -> Option<(Client, W)> {
        let nth = self.turns.iter().position(|&client| self.may_run(client))?;
        let client = self.turns.remove(nth)?;
        self.turns.push_back(client);
        let (_, caller) = self.clients.get_mut(&client)?.waiting.pop_first()?;
        self.run(client);
        self.left(client);
        Some((client, caller))
    }

    /// Removes the newest call of the client with most queued calls, if a new call of `client` may
    /// replace it.
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

    /// Forgets `client`, if it has neither running nor queued calls.
    fn forget(&mut self, client: Client) {
        let here = |of: &Present<W>| of.running > 0 || !of.waiting.is_empty();
        if !self.clients.get(&client).is_some_and(here) {
            self.clients.remove(&client);
        }
    }
}
