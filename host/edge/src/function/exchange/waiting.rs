//! That a client is waited for, on the clock of its exchange.

use super::Exchange;

/// One way in which the client of an exchange is waited for, or not: not any more when this is
/// dropped.
pub(super) struct Waiting {
    exchange: Exchange,
    waits: bool,
}

impl Waiting {
    pub(super) fn new(exchange: &Exchange) -> Self {
        Self {
            exchange: exchange.clone(),
            waits: false,
        }
    }

    pub(super) fn set(&mut self, waits: bool) {
        if waits != self.waits {
            self.waits = waits;
            match waits {
                true => self.exchange.patience().begin(),
                false => self.exchange.patience().end(),
            }
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.set(false);
    }
}
