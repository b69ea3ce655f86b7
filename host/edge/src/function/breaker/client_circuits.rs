//! Clients that have trapped lately, each with a circuit of its own.

use std::collections::HashMap;
use std::time::Instant;

use super::circuit::{Circuit, CircuitDecision};
use super::recent::Recent;
use super::{BreakerLimits, Ending};
use amphi_edge_listen::Client;

/// How many are remembered. The one whose last trap is the oldest is forgotten.
pub(super) const REMEMBERED: usize = 256;

/// Clients that have trapped within the window, or are refused.
#[derive(Debug)]
pub(super) struct ClientCircuits {
    limits: BreakerLimits,
    of: HashMap<Client, OfClient>,
    /// Traps of those that are forgotten, as far as they count for the function.
    others: Recent,
    /// How many traps there were.
    traps: u64,
}

#[derive(Debug)]
struct OfClient {
    circuit: Circuit,
    recent: Recent,
    /// The number of its last trap.
    last: u64,
}

impl OfClient {
    fn new(limits: &BreakerLimits) -> Self {
        Self {
            circuit: Circuit::new(limits.open, 1),
            recent: Recent::default(),
            last: 0,
        }
    }
}

impl ClientCircuits {
    /// Nobody has trapped.
    pub(super) fn new(limits: BreakerLimits) -> Self {
        Self {
            limits,
            of: HashMap::new(),
            others: Recent::default(),
            traps: 0,
        }
    }

    /// Whether a call of `client` may begin.
    pub(super) fn ask(&self, client: Client, now: Instant) -> CircuitDecision {
        match self.of.get(&client) {
            Some(of) if !of.circuit.is_left_alone(self.limits.window, now) => {
                of.circuit.ask(client, now)
            }
            _ => CircuitDecision::Pass,
        }
    }

    /// Takes in that a call of `client` begins which was told to try.
    pub(super) fn begin_try(&mut self, client: Client, now: Instant) {
        if let Some(of) = self.of.get_mut(&client) {
            of.circuit.begin_try(client, now);
        }
    }

    /// Takes in that the try has ended which `client` began then.
    pub(super) fn end_try(
        &mut self,
        (client, began): (Client, Instant),
        ending: Ending,
        now: Instant,
    ) {
        let refused = |of: &&mut OfClient| !of.circuit.is_left_alone(self.limits.window, now);
        if let Some(of) = self.of.get_mut(&client).filter(refused) {
            of.circuit.end_try((client, began), ending, now);
            if of.circuit.is_closed() {
                self.of.remove(&client);
            }
        }
    }

    /// Takes in that a call of `client` has trapped, be it a try. Its circuit opens with as many
    /// traps within the window as open it, if none of its calls `has_returned` there.
    pub(super) fn trapped(&mut self, client: Client, now: Instant, tick: u64, has_returned: bool) {
        if !self.of.contains_key(&client) && self.of.len() >= REMEMBERED {
            self.forget_oldest();
        }
        self.traps += 1;
        let new = || OfClient::new(&self.limits);
        let of = self.of.entry(client).or_insert_with(new);
        of.last = self.traps;
        of.recent.add(1, tick);
        if of.circuit.is_left_alone(self.limits.window, now) {
            of.circuit.close();
            if !has_returned && of.recent.count(tick) >= u64::from(self.limits.traps.get()) {
                of.circuit.open(now);
            }
        }
    }

    /// How many traps within the window count for the function.
    pub(super) fn counted(&self, tick: u64) -> u64 {
        let most = self.limits.most_of_one();
        let of = self.of.values().map(|of| of.recent.count(tick).min(most));
        of.fold(self.others.count(tick), u64::saturating_add)
    }

    /// Forgets all traps. Who is refused still is.
    pub(super) fn clear(&mut self) {
        self.others.clear();
        self.of.retain(|_, of| !of.circuit.is_closed());
        for of in self.of.values_mut() {
            of.recent.clear();
        }
    }

    /// Forgets who has neither trapped within the window nor is refused.
    pub(super) fn forget_gone(&mut self, now: Instant, tick: u64) {
        let window = self.limits.window;
        self.of
            .retain(|_, of| !of.circuit.is_left_alone(window, now) || of.recent.count(tick) > 0);
    }

    /// How many clients are refused, or try.
    pub(super) fn refused(&self, now: Instant) -> usize {
        let refused = |of: &&OfClient| !of.circuit.is_left_alone(self.limits.window, now);
        self.of.values().filter(refused).count()
    }

    /// How many clients are remembered.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.of.len()
    }

    /// How many numbers all of them need.
    #[cfg(test)]
    pub(super) fn ticks(&self) -> usize {
        let of = self.of.values().map(|of| of.recent.len());
        of.sum::<usize>() + self.others.len()
    }

    fn forget_oldest(&mut self) {
        let oldest = self.of.iter().min_by_key(|(_, of)| of.last);
        let Some(client) = oldest.map(|(&client, _)| client) else {
            return;
        };
        let Some(OfClient { recent, .. }) = self.of.remove(&client) else {
            return;
        };
        if let Some(tick) = recent.last() {
            let counted = recent.count(tick).min(self.limits.most_of_one());
            self.others.add(counted, tick);
        }
    }
}
