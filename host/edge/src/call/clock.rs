//! How long a guest has computed, without what it has waited.
//!
//! Wasmtime tells when guest code is entered and left (`call_hook`), and calls back at each tick while it runs. The guest gives way at each tick, so
//! that others run and the call's wall deadline is seen; the time until it is woken again is not counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use wasmtime::{CallHook, Store, UpdateDeadline};

use super::{CallState, Exceeded};

/// The clock of a call.
#[derive(Debug)]
pub(crate) struct Clock {
    born: Instant,
    /// Nanoseconds from `born` on when guest code was last entered or woken; [`OUTSIDE`] while it does not run.
    entered: Arc<AtomicU64>,
    spent: Duration,
    limit: Duration,
}

const OUTSIDE: u64 = u64::MAX;

impl Clock {
    pub(crate) fn new(limit: Duration) -> Self {
        Self {
            born: Instant::now(),
            entered: Arc::new(AtomicU64::new(OUTSIDE)),
            spent: Duration::ZERO,
            limit,
        }
    }

    /// Starts anew for another call of the same store.
    pub(crate) fn reset(&mut self) {
        self.entered.store(OUTSIDE, Ordering::Relaxed);
        self.spent = Duration::ZERO;
    }

    /// How long guest code has run.
    pub(crate) fn spent(&self) -> Duration {
        self.spent
    }

    fn now(&self) -> u64 {
        nanoseconds_since(self.born)
    }

    fn enter(&self) {
        self.entered.store(self.now(), Ordering::Relaxed);
    }

    fn leave(&mut self) {
        let entered = self.entered.swap(OUTSIDE, Ordering::Relaxed);
        if entered != OUTSIDE {
            self.spent += Duration::from_nanos(self.now().saturating_sub(entered));
        }
    }

    /// What is to happen at a tick: on with it after giving way, or the end.
    fn tick(&mut self) -> Result<UpdateDeadline, Exceeded> {
        self.leave();
        if self.spent >= self.limit {
            return Err(Exceeded::Cpu { limit: self.limit });
        }
        let (born, entered) = (self.born, Arc::clone(&self.entered));
        let give_way = async move {
            tokio::task::yield_now().await;
            entered.store(nanoseconds_since(born), Ordering::Relaxed);
        };
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(give_way)))
    }
}

fn nanoseconds_since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_nanos()).unwrap_or(OUTSIDE - 1)
}

/// Has the store's guests run by the clock of the store's state.
pub(crate) fn install(store: &mut Store<CallState>) {
    store.call_hook(|mut context, hook| {
        let clock = &mut context.data_mut().clock;
        match hook {
            CallHook::CallingWasm | CallHook::ReturningFromHost => clock.enter(),
            CallHook::ReturningFromWasm | CallHook::CallingHost => clock.leave(),
        }
        Ok(())
    });
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|mut context| Ok(context.data_mut().clock.tick()?));
}
