//! The bytes that a host holds in memory for clients.

use std::sync::Arc;

use crate::budget::{Account, Budget, CLIENT, CONNECTION, Clients};
use crate::config;
use crate::exchange::Exchange;
use crate::function::Function;

/// The budgets of a host.
pub(super) struct Buffers {
    all: Arc<Budget>,
    clients: Clients,
    /// How much one function has.
    pub(super) function: u64,
}

impl Buffers {
    pub(super) fn new(limits: config::Buffers) -> Self {
        Self {
            all: Arc::new(Budget::new(limits.all)),
            clients: Clients::new(limits.client),
            function: limits.function,
        }
    }

    /// How many bytes are held.
    pub(super) fn held(&self) -> u64 {
        self.all.held()
    }

    /// Where what is held for a call counts.
    pub(super) fn account(&self, function: &Function, exchange: &Exchange) -> Account {
        let connection = exchange.of_connection();
        let connection = connection.map(|budget| (CONNECTION, budget));
        let client = self.clients.of(exchange.client());
        let wider = [
            (CLIENT, client),
            ("the function", Arc::clone(&function.held)),
            ("the host", Arc::clone(&self.all)),
        ];
        Account::new(connection.into_iter().chain(wider))
    }
}
