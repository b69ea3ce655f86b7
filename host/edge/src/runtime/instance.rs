//! Instances of a version: made for a call, or kept warm from the one before.
//!
//! A call gets a fresh instance unless its function asks for reuse. A kept instance serves one call
//! at a time; it is dropped after as many calls as the function allows, after having been idle for
//! too long, after any trap, after any call that did not end by itself, and when another function
//! needs its place in the pool.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use amphi::component::{Instance, InstancePre};
use wasmtime::Store;

use crate::runtime::call::{CallState, Clock, begin};
use crate::runtime::engine::SlotPermit;
use crate::telemetry::metrics::{FunctionMetrics, InstanceState};
use amphi_edge_config::{Limits, Reuse};

/// A fresh instance for each call.
pub(crate) const FRESH: Reuse = Reuse {
    calls: 1,
    idle: Duration::ZERO,
};

/// An instance with its store and its place in the pool.
pub(crate) struct LiveInstance {
    // In this order they are dropped: the place is free when the instance is gone.
    pub(crate) store: Store<CallState>,
    pub(crate) instance: Instance,
    calls: u32,
    since: Instant,
    counted: Counted,
    _place: SlotPermit,
}

impl LiveInstance {
    /// Makes an instance in `place`.
    pub(crate) async fn make(
        pre: &InstancePre<CallState>,
        mut store: Store<CallState>,
        place: SlotPermit,
        metrics: &Arc<FunctionMetrics>,
    ) -> Result<Self, (wasmtime::Error, Store<CallState>)> {
        match pre.instantiate_async(&mut store).await {
            Ok(instance) => Ok(Self {
                store,
                instance,
                calls: 0,
                since: Instant::now(),
                counted: Counted::new(metrics),
                _place: place,
            }),
            Err(error) => Err((error, store)),
        }
    }

    /// The clock of its calls.
    pub(crate) fn clock(&self) -> &Clock {
        &self.store.data().clock
    }

    /// Counts nothing of the call before.
    pub(crate) fn begin(&mut self, limits: &Limits) -> wasmtime::Result<()> {
        self.counted.set(InstanceState::Live);
        begin(&mut self.store, limits)?;
        self.store.data_mut().plugins.begin(limits)
    }
}

/// An instance in the metrics.
struct Counted {
    metrics: Arc<FunctionMetrics>,
    state: InstanceState,
}

impl Counted {
    fn new(metrics: &Arc<FunctionMetrics>) -> Self {
        let state = InstanceState::Live;
        metrics.instances(state, 1);
        let metrics = Arc::clone(metrics);
        Self { metrics, state }
    }

    fn set(&mut self, state: InstanceState) {
        self.metrics.instances(self.state, -1);
        self.metrics.instances(state, 1);
        self.state = state;
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.metrics.instances(self.state, -1);
    }
}

/// The instances that wait for a call.
#[derive(Default)]
pub(crate) struct Idle(Mutex<Vec<LiveInstance>>);

impl Idle {
    /// The instance that was used last, if one is fresh enough.
    pub(crate) fn take(&self, reuse: &Reuse) -> Option<LiveInstance> {
        let mut idle = self.lock();
        loop {
            let live = idle.pop()?;
            // One that has served nothing was made in advance and does not grow old.
            if live.calls == 0 || live.since.elapsed() < reuse.idle {
                return Some(live);
            }
        }
    }

    /// Keeps an instance whose call has ended well, if it may serve another.
    pub(crate) fn give_back(&self, mut live: LiveInstance, reuse: &Reuse) {
        live.calls += 1;
        if live.calls < reuse.calls {
            live.since = Instant::now();
            self.put(live);
        }
    }

    /// Keeps an instance that was made in advance.
    pub(crate) fn put(&self, mut live: LiveInstance) {
        live.counted.set(InstanceState::Idle);
        self.lock().push(live);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.lock().len()
    }

    /// Drops those that have waited for too long, or all.
    pub(crate) fn clear(&self, reuse: Option<&Reuse>) -> usize {
        let mut idle = self.lock();
        let gone: Vec<LiveInstance> = idle
            .extract_if(.., |live| match reuse {
                Some(reuse) => live.calls > 0 && live.since.elapsed() >= reuse.idle,
                None => true,
            })
            .collect();
        drop(idle);
        gone.len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<LiveInstance>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
