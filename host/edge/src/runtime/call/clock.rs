//! How long a call has computed, without what it has waited.
//!
//! A call's future is polled by [`Clock::run`], which takes the processor time of every poll
//! ([`Stopwatch`]): what happens there is work for the call, by its guest's code or by the host for
//! it, and between two polls the call waits. On a machine with more to compute than it has
//! processors for, a call is not charged for the time that others have. Work for it on another
//! thread is added by who has it done there ([`Charged`]). Wasmtime calls back at each tick while
//! guest code runs: the guest gives way then, so that others run and the call's wall deadline is
//! seen, or it ends.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use amphi_edge_blocking::{Charged, Polling, Stopwatch, polling};
use tokio::runtime::Handle;
use wasmtime::{Store, UpdateDeadline};

use super::{CallState, Exceeded, Failure, Files};

/// The clock of a call, which all stores of the call have in common.
#[derive(Clone, Debug)]
pub(crate) struct Clock(Arc<Times>);

#[derive(Debug)]
struct Times {
    /// The poll that runs; none between polls.
    poll: Mutex<Option<Stopwatch>>,
    /// Nanoseconds of the polls that have ended, and what was added to them.
    spent: AtomicU64,
    limit: Duration,
}

impl Charged for Times {
    fn charge(&self, computed: Duration) {
        let nanoseconds = u64::try_from(computed.as_nanos()).unwrap_or(u64::MAX);
        self.spent.fetch_add(nanoseconds, Ordering::Relaxed);
    }
}

impl Times {
    fn poll(&self) -> MutexGuard<'_, Option<Stopwatch>> {
        self.poll.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock {
    /// A clock of a call that may compute for as long as `limit`.
    pub(crate) fn new(limit: Duration) -> Self {
        Self(Arc::new(Times {
            poll: Mutex::new(None),
            spent: AtomicU64::new(0),
            limit,
        }))
    }

    /// Starts anew for another call of the same stores.
    pub(crate) fn reset(&self) {
        self.0.spent.store(0, Ordering::Relaxed);
    }

    /// How long the call has computed until now; asked on the thread of the poll that runs, if one
    /// does.
    pub(crate) fn spent(&self) -> Duration {
        let running = self.0.poll().map_or(Duration::ZERO, |poll| poll.elapsed());
        Duration::from_nanos(self.0.spent.load(Ordering::Relaxed)).saturating_add(running)
    }

    /// Does `work`, all of a call or a part of it, and takes its time. Between two polls it ends if
    /// the call has computed for too long. Blocking work that it begins is done by the threads of
    /// `files`, if there are some.
    pub(crate) async fn run<T>(
        &self,
        files: Option<&Files>,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let mut work = pin!(work);
        poll_fn(|context| {
            let polled = {
                let files = files.and_then(Files::handle);
                let _running = Running::begin(self, files.map(|_| Handle::current()));
                let _entered = files.map(Handle::enter);
                work.as_mut().poll(context)
            };
            match (polled, self.within()) {
                (Poll::Pending, Err(exceeded)) => Poll::Ready(Err(Failure::Exceeded(exceeded))),
                (polled, _) => polled,
            }
        })
        .await
    }

    fn within(&self) -> Result<(), Exceeded> {
        let limit = self.0.limit;
        match self.spent() >= limit {
            true => Err(Exceeded::Cpu { limit }),
            false => Ok(()),
        }
    }

    /// What is to happen at a tick: on with it after giving way, or the end.
    fn tick(&self) -> Result<UpdateDeadline, Exceeded> {
        self.within()?;
        let give_way = tokio::task::yield_now();
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(give_way)))
    }
}

/// A poll of a call, until this is dropped.
struct Running<'a> {
    clock: &'a Clock,
    _polling: Polling,
}

impl<'a> Running<'a> {
    fn begin(clock: &'a Clock, runtime: Option<Handle>) -> Self {
        *clock.0.poll() = Some(Stopwatch::begin());
        let charged = Arc::clone(&clock.0);
        Self {
            clock,
            _polling: polling(charged, runtime),
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let poll = self.clock.0.poll().take();
        let computed = poll.map_or(Duration::ZERO, |poll| poll.elapsed());
        self.clock.0.charge(computed);
    }
}

/// Has the store's guests run by the clock of the store's state.
pub(crate) fn install(store: &mut Store<CallState>) {
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|context| Ok(context.data().clock.tick()?));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waits for once, after having had another thread compute for it.
    async fn having_had(clock: &Clock, computed: Duration) -> Result<(), Failure> {
        clock.0.charge(computed);
        tokio::task::yield_now().await;
        Ok(())
    }

    #[tokio::test]
    async fn work_on_other_threads_is_the_calls() {
        let clock = Clock::new(Duration::from_secs(3600));
        let done = clock
            .run(None, having_had(&clock, Duration::from_secs(1800)))
            .await;
        assert!(done.is_ok(), "it is within the limit");
        assert!(clock.spent() >= Duration::from_secs(1800));
        clock.reset();
        assert!(clock.spent() < Duration::from_secs(1800));
    }

    #[tokio::test]
    async fn a_call_over_its_limit_ends_when_it_waits() {
        let limit = Duration::from_secs(3600);
        let clock = Clock::new(limit);
        let done = clock.run(None, having_had(&clock, limit)).await;
        match done {
            Err(Failure::Exceeded(found)) => assert_eq!(found, Exceeded::Cpu { limit }),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn time_that_the_thread_does_not_have_is_not_the_calls() {
        let clock = Clock::new(Duration::from_millis(100));
        // As on a machine whose processors are busy with others.
        let starved = async {
            std::thread::sleep(Duration::from_millis(150));
            tokio::task::yield_now().await;
            Ok(())
        };
        assert!(clock.run(None, starved).await.is_ok());
        assert!(clock.spent() < Duration::from_millis(100));
    }

    #[tokio::test]
    async fn the_clock_stands_still_while_a_call_waits() {
        let clock = Clock::new(Duration::from_secs(3600));
        let inside = clock.clone();
        let waiting = async move {
            assert!(inside.0.poll().is_some(), "it runs");
            std::future::pending::<Result<(), Failure>>().await
        };
        let mut waiting = pin!(clock.run(None, waiting));
        assert!(futures_util::poll!(waiting.as_mut()).is_pending());
        assert!(clock.0.poll().is_none());
        assert_eq!(clock.spent(), clock.spent());
    }
}
