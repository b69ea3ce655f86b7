//! What a call has used.

use std::time::Duration;

use wasmtime::Store;

use super::CallState;

/// What a call has used.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// How long it waited to be let in.
    pub queued: Duration,
    /// How long guest code has run, that of plugins counted.
    pub cpu: Duration,
    /// The most bytes of linear memory at one time, those of plugins counted.
    pub memory_peak: usize,
    /// Fuel, where it is counted.
    pub fuel: Option<u64>,
}

impl Usage {
    /// Takes over what the store of a call has counted.
    pub(crate) fn read(&mut self, store: &Store<CallState>, fuel: Option<u64>) {
        let state = store.data();
        self.cpu = state.clock.spent();
        self.memory_peak = state.meter.memory_peak();
        for served in state.served.stores() {
            self.cpu += served.data().clock.spent();
            self.memory_peak += served.data().meter.memory_peak();
        }
        self.fuel = fuel.and_then(|given| Some(given - store.get_fuel().ok()?));
    }
}
