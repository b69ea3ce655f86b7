//! What a host has for its clients: bytes that it holds in memory for them, and places of its
//! pools.

use std::sync::Arc;

use crate::function::budget::{Account, Budget, CLIENT, CONNECTION, ClientBudgets};
use crate::function::exchange::Exchange;
use amphi_edge_config as config;
use amphi_edge_listen::Client;

/// The budgets of a host.
pub(crate) struct Buffers {
    all: Arc<Budget>,
    clients: ClientBudgets,
    /// How much one function has.
    pub(crate) function: u64,
    /// How many places of the pools the calls of one client have.
    pub(crate) places: Arc<ClientBudgets>,
}

impl Buffers {
    /// With these limits, and with pools of so many places, of which no client has the last
    /// quarter.
    pub(crate) fn new(limits: config::Buffers, places: u32) -> Self {
        Self {
            all: Arc::new(Budget::new(limits.all)),
            clients: ClientBudgets::new(limits.client),
            function: limits.function,
            places: Arc::new(ClientBudgets::new((u64::from(places) * 3).div_ceil(4))),
        }
    }

    /// How many bytes are held.
    pub(crate) fn held(&self) -> u64 {
        self.all.held()
    }

    /// Where what is held for a call counts, of a function that has this budget.
    pub(crate) fn account(&self, function: &Arc<Budget>, exchange: &Exchange) -> Account {
        let client = exchange.client();
        let wider = || {
            [
                (CLIENT, self.clients.of(client)),
                ("the function", Arc::clone(function)),
                ("the host", Arc::clone(&self.all)),
            ]
        };
        let Some((connection, kept)) = exchange.of_connection() else {
            return Account::new(wider());
        };
        let fits = |(of, account): &(Client, Account)| {
            *of == client && account.has(function) && account.has(&self.all)
        };
        kept.bytes
            .or_make(fits, || {
                let levels = [(CONNECTION, Arc::clone(connection))].into_iter();
                (client, Account::new(levels.chain(wider())))
            })
            .1
    }
}

/// Where the places of the pools count that a call has, among those of `clients`.
pub(crate) fn account_of_places(clients: &Arc<ClientBudgets>, exchange: &Exchange) -> Account {
    let client = exchange.client();
    let account = || Account::new([(CLIENT, clients.of(client))]);
    let Some((_, kept)) = exchange.of_connection() else {
        return account();
    };
    let fits = |(of, among, _): &(Client, Arc<ClientBudgets>, Account)| {
        *of == client && Arc::ptr_eq(among, clients)
    };
    let made = kept
        .places
        .or_make(fits, || (client, Arc::clone(clients), account()));
    made.2
}
