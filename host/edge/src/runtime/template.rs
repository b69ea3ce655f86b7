//! What is granted to the calls of a function, prepared once.

use std::sync::Arc;

use crate::runtime::call::{AT_A_TIME, CallState, Clock, Wasi};
use crate::runtime::plugin::Configured;
use crate::telemetry::log::GuestLog;
use amphi_edge_blocking::Threads;
use amphi_edge_capabilities::Prepared;
use amphi_edge_capabilities::logging::{LogLine, LogSink};
use amphi_edge_config::Limits;

/// What is granted to the calls of a function, prepared once.
pub(crate) struct Template {
    granted: Arc<Prepared>,
    /// Where its output goes, if anywhere.
    log: Option<Arc<GuestLog>>,
    sink: Arc<dyn LogSink>,
    plugins: Configured,
    /// What opens folders, of the threads that the version has for its files: where all of them
    /// hang, no more is begun.
    opening: Threads,
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
            opening: Threads::of_files(AT_A_TIME),
        }
    }

    /// The state of one instance, whose calls `clock` times.
    ///
    /// # Errors
    ///
    /// A directory is gone.
    pub(crate) async fn state(&self, limits: &Limits, clock: Clock) -> amphi::Result<CallState> {
        let wasi = match self.granted.has_directories() {
            true => self.opened().await?,
            false => Wasi::new(self.log.clone()),
        };
        let (granted, sink) = (Arc::clone(&self.granted), Arc::clone(&self.sink));
        let mut state = CallState::new(limits, clock, wasi, granted, sink);
        self.plugins.prepare(&mut state);
        Ok(state)
    }

    /// Whether there are folders to open, and files in them.
    pub(crate) fn has_files(&self) -> bool {
        self.granted.has_directories()
    }

    /// The state of WASI with folders that are open, which a disk may take long for.
    async fn opened(&self) -> amphi::Result<Wasi> {
        let (granted, log) = (Arc::clone(&self.granted), self.log.clone());
        self.opening.run(move || Wasi::opened(&granted, log)).await
    }
}

/// Where lines of a function go that may not write any.
struct Nowhere;

impl LogSink for Nowhere {
    fn line(&self, _: LogLine<'_>) {}
}
