//! What is granted to the calls of a function, prepared once.

use std::sync::Arc;

use crate::call::{CallState, Clock, Wasi};
use crate::config::Limits;
use crate::grant::Prepared;
use crate::grant::logging::{LogLine, LogSink};
use crate::log::GuestLog;
use crate::plugin::Configured;

/// What is granted to the calls of a function, prepared once.
pub(crate) struct Template {
    granted: Arc<Prepared>,
    /// Where its output goes, if anywhere.
    log: Option<Arc<GuestLog>>,
    sink: Arc<dyn LogSink>,
    plugins: Configured,
}

impl Template {
    /// What is granted to the calls of a function whose output is `log`, if it has one.
    pub(crate) fn new(
        granted: Prepared,
        log: Arc<GuestLog>,
        stdio: bool,
        plugins: Configured,
    ) -> Self {
        let sink: Arc<dyn LogSink> = match granted.logs() {
            true => Arc::clone(&log) as _,
            false => Arc::new(Nowhere),
        };
        Self {
            granted: Arc::new(granted),
            log: stdio.then_some(log),
            sink,
            plugins,
        }
    }

    /// The state of one instance, whose calls `clock` times.
    ///
    /// # Errors
    ///
    /// A directory is gone.
    pub(crate) fn state(&self, limits: &Limits, clock: Clock) -> amphi::Result<CallState> {
        let wasi = Wasi::new(&self.granted, self.log.clone())?;
        let (granted, sink) = (Arc::clone(&self.granted), Arc::clone(&self.sink));
        let mut state = CallState::new(limits, clock, wasi, granted, sink);
        self.plugins.prepare(&mut state);
        Ok(state)
    }
}

/// Where lines of a function go that may not write any.
struct Nowhere;

impl LogSink for Nowhere {
    fn line(&self, _: LogLine<'_>) {}
}
