//! The budget of each client that is here now.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::Budget;
use amphi_edge_listen::Client;

/// Below so many, nobody looks who has gone.
const FEW: usize = 64;

/// A budget for each client that somebody has an account of, so that all its connections share one.
/// A client without any is forgotten: there are never more than twice as many entries as there were
/// clients at once, or 64.
#[derive(Debug)]
pub struct ClientBudgets {
    limit: u64,
    budgets: Mutex<Budgets>,
}

#[derive(Debug)]
struct Budgets {
    of: HashMap<Client, Weak<Budget>>,
    /// With how many entries it is time to look who has gone: twice as many as were left, so a
    /// client costs the same however many there are.
    full: usize,
}

impl ClientBudgets {
    /// Nobody is here. Each client may hold `limit` bytes.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        let budgets = Budgets {
            of: HashMap::new(),
            full: FEW,
        };
        Self {
            limit,
            budgets: Mutex::new(budgets),
        }
    }

    /// The budget of `client`: the same for as long as somebody has it.
    #[must_use]
    pub fn of(&self, client: Client) -> Arc<Budget> {
        let mut budgets = self.budgets();
        if let Some(budget) = budgets.of.get(&client).and_then(Weak::upgrade) {
            return budget;
        }
        let budget = Arc::new(Budget::new(self.limit));
        budgets.of.insert(client, Arc::downgrade(&budget));
        if budgets.of.len() > budgets.full {
            budgets.of.retain(|_, budget| budget.strong_count() > 0);
            budgets.full = (2 * budgets.of.len()).max(FEW);
        }
        budget
    }

    /// How many clients somebody has the budget of.
    #[must_use]
    pub fn count(&self) -> usize {
        let here = |budget: &&Weak<Budget>| budget.strong_count() > 0;
        self.budgets().of.values().filter(here).count()
    }

    /// The map is whole whenever the lock is free, so one that another thread left in a panic
    /// serves on.
    fn budgets(&self) -> MutexGuard<'_, Budgets> {
        self.budgets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn client(nth: u32) -> Client {
        Client::at(Ipv4Addr::from_bits(nth).into())
    }

    #[test]
    fn a_client_has_one_budget_for_as_long_as_somebody_has_it() {
        let clients = ClientBudgets::new(100);
        let (first, second) = (clients.of(client(1)), clients.of(client(2)));
        assert!(Arc::ptr_eq(&first, &clients.of(client(1))));
        assert!(!Arc::ptr_eq(&first, &second));
        assert_eq!((first.limit(), clients.count()), (100, 2));
        drop(first);
        assert_eq!(clients.count(), 1);
        assert_eq!(clients.of(client(1)).held(), 0);
    }

    #[test]
    fn a_million_clients_that_have_gone_are_forgotten_and_those_that_stay_are_not() {
        let clients = ClientBudgets::new(100);
        let stay: Vec<_> = (0..100).map(|nth| clients.of(client(nth))).collect();
        for nth in 100..1_000_000 {
            drop(clients.of(client(nth)));
            // 101 are here at once.
            assert!(clients.budgets().of.len() <= 202);
        }
        assert_eq!(clients.count(), 100);
        for (nth, budget) in (0..).zip(&stay) {
            assert!(Arc::ptr_eq(budget, &clients.of(client(nth))));
        }
    }
}
