//! What is granted to the calls of a function, prepared once.

use amphi::wasi::WasiCtxBuilder;

use crate::call::CallState;
use crate::config::Limits;
use crate::plugin::Configured;

/// What is granted to the calls of a function, prepared once.
pub(crate) struct Template {
    plugins: Configured,
}

impl Template {
    /// What is granted to the calls of a function.
    pub(crate) fn new(plugins: Configured) -> Self {
        Self { plugins }
    }

    /// The state of one call.
    pub(crate) fn state(&self, limits: &Limits) -> CallState {
        let mut state = CallState::new(limits, WasiCtxBuilder::new().build());
        self.plugins.prepare(&mut state);
        state
    }
}
