//! What a call has used, by its clock and its store.

use wasmtime::Store;

use super::{CallState, Clock, Usage};

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
        let served = state.plugins.stores();
        let served = served.map(|served| served.data().meter.memory_peak());
        self.memory_peak = state.meter.memory_peak() + served.sum::<usize>();
        self.fuel = fuel.and_then(|given| Some(given - store.get_fuel().ok()?));
    }
}
