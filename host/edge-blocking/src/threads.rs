//! Work that takes long, or hangs, on threads that serve no calls.
//!
//! A file on a disk that no longer responds, or a name whose server is slow, may block a thread
//! forever. So each purpose has a limited number of threads ([`Threads`]), and work that finds none
//! free waits for one without occupying a thread: what hangs for one purpose does not affect the
//! others. All purposes of a process together should have fewer than the 512 threads that tokio
//! has.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

use crate::polled::{charge, runtime};
use crate::stopwatch::processor_time;

/// The number of jobs that have started and not ended.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// How many jobs have started and not ended: at the end of a process, those that hang.
#[must_use]
pub fn running() -> usize {
    RUNNING.load(Ordering::Relaxed)
}

/// A job did not complete: the process ends, the job has panicked, or it exceeded its time limit
/// and continues in the background.
#[derive(Debug)]
pub struct Stopped(pub String);

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Stopped {}

impl From<Stopped> for std::io::Error {
    fn from(Stopped(why): Stopped) -> Self {
        Self::other(why)
    }
}

impl From<AcquireError> for Stopped {
    fn from(error: AcquireError) -> Self {
        Self(error.to_string())
    }
}

/// The threads for one purpose.
#[derive(Clone, Debug)]
pub struct Threads {
    places: Arc<Semaphore>,
    /// Of whose threads they are, if of another use's.
    all: Option<Arc<Semaphore>>,
    limit: Option<Duration>,
    /// Whether they are of the runtime that is entered, not of the one that polls: see
    /// [`of_files`](Self::of_files).
    of_files: bool,
}

/// A thread, until its work has ended.
struct ThreadPermit {
    _own: OwnedSemaphorePermit,
    _of_all: Option<OwnedSemaphorePermit>,
}

impl Threads {
    /// This many threads, without a time limit for jobs.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(most)),
            all: None,
            limit: None,
            of_files: false,
        }
    }

    /// This many threads of the runtime that is entered when a job starts, whichever runtime polls:
    /// for example of one for files that may hang.
    #[must_use]
    pub fn of_files(most: usize) -> Self {
        Self {
            of_files: true,
            ..Self::new(most)
        }
    }

    /// The same with a time limit: a job is not waited for any longer.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use amphi_edge_blocking::{Stopped, Threads};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let threads = Threads::new(2).within(Duration::from_secs(60));
    /// let sum = threads.run(|| Ok::<_, Stopped>(1 + 2)).await;
    /// assert_eq!(sum.expect("it does not hang"), 3);
    /// # }
    /// ```
    #[must_use]
    pub fn within(self, limit: Duration) -> Self {
        Self {
            limit: Some(limit),
            ..self
        }
    }

    /// A share of these threads: at most this many.
    #[must_use]
    pub fn share(&self, most: usize) -> Self {
        Self {
            all: Some(Arc::clone(&self.places)),
            limit: self.limit,
            ..Self::new(most)
        }
    }

    /// Runs `work` on a thread that serves no calls, as soon as one is free. Its processor time is
    /// charged to the call that waits for it, if any. Work that has started runs to its end, even
    /// if nothing waits for it any more.
    ///
    /// # Errors
    ///
    /// Those of the work, or that it was [`Stopped`].
    pub async fn run<T, E>(
        &self,
        work: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Stopped> + Send + 'static,
    {
        let Some(limit) = self.limit else {
            return self.done(work).await;
        };
        let done = tokio::time::timeout(limit, self.done(work)).await;
        done.unwrap_or_else(|_| {
            let why = format!("expected it to finish within {limit:?}, found it still running");
            Err(Stopped(why).into())
        })
    }

    async fn done<T, E>(&self, work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Stopped> + Send + 'static,
    {
        let place = self.place().await.map_err(Stopped::from)?;
        let runtime = match self.of_files {
            true => Handle::current(),
            false => runtime(),
        };
        let done = runtime.spawn_blocking(move || {
            let _place = place;
            let _running = Running::begin();
            let begun = processor_time();
            (work(), processor_time().saturating_sub(begun))
        });
        match done.await {
            Ok((result, computed)) => {
                charge(computed);
                result
            }
            Err(error) => Err(Stopped(error.to_string()).into()),
        }
    }

    async fn place(&self) -> Result<ThreadPermit, AcquireError> {
        let own = Arc::clone(&self.places).acquire_owned().await?;
        let of_all = match &self.all {
            Some(all) => Some(Arc::clone(all).acquire_owned().await?),
            None => None,
        };
        Ok(ThreadPermit {
            _own: own,
            _of_all: of_all,
        })
    }
}

/// One of the works that have begun.
struct Running;

impl Running {
    fn begin() -> Self {
        RUNNING.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use futures_util::poll;
    use std::pin::pin;

    use super::*;

    fn hang(until: Receiver<()>) -> impl FnOnce() -> Result<(), Stopped> {
        move || {
            let _ = until.recv();
            Ok(())
        }
    }

    #[tokio::test]
    async fn what_hangs_in_one_share_is_not_in_the_way_of_another() {
        let all = Threads::new(3);
        let (hung, other) = (all.share(2), all.share(2));
        let mut hangs = Vec::new();
        for _ in 0..2 {
            let (end, until) = channel();
            let share = hung.clone();
            let work = tokio::spawn(async move { share.run(hang(until)).await.is_ok() });
            hangs.push((end, work));
        }
        while hung.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let mut waits = pin!(hung.run(|| Ok::<_, Stopped>(1)));
        assert!(poll!(waits.as_mut()).is_pending(), "its share is used up");
        assert!(matches!(other.run(|| Ok::<_, Stopped>(2)).await, Ok(2)));
        for (end, work) in hangs {
            drop(end);
            assert!(work.await.expect("it does not panic"));
        }
        assert!(matches!(waits.await, Ok(1)));
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let (_end, until) = channel();
        let threads = Threads::new(1).within(Duration::from_millis(10));
        match threads.run(hang(until)).await {
            Err(Stopped(why)) => assert_eq!(
                why,
                "expected it to finish within 10ms, found it still running"
            ),
            Ok(()) => panic!("it hangs"),
        }
        // Nor for a thread.
        assert!(threads.run(|| Ok::<_, Stopped>(())).await.is_err());
    }
}
