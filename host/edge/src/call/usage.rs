//! What a call has used.

use std::time::Duration;

use wasmtime::Store;

use super::{CallState, Clock};

/// What a call has used.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// How long it waited to be let in.
    pub queued: Duration,
    /// How long was computed for it: by its guest and by plugins, and by the host at their bidding. An instance that was made for the call counts.
    pub cpu: Duration,
    /// The most bytes of linear memory at one time, those of plugins counted.
    pub memory_peak: usize,
    /// Fuel, where it is counted.
    pub fuel: Option<u64>,
}

impl Usage {
    /// Takes over what the clock of a call and its store, if it came to one, have counted.
    pub(crate) fn read(
        &mut self,
        clock: &Clock,
        store: Option<&Store<CallState>>,
        fuel: Option<u64>,
    ) {
        self.cpu = clock.spent();
        let Some(store) = store else { return };
        let state = store.data();
        let served = state.served.stores();
        let served = served.map(|served| served.data().meter.memory_peak());
        self.memory_peak = state.meter.memory_peak() + served.sum::<usize>();
        self.fuel = fuel.and_then(|given| Some(given - store.get_fuel().ok()?));
    }
}
