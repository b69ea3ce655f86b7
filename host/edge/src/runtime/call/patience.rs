//! How long a guest has waited for its client: that time is the client's, and counts neither
//! against the guest's `wall` nor as its latency.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How often it is looked whether a time is over that stands still now and then.
const LOOK: Duration = Duration::from_millis(10);

/// How long a client may make its guest wait for one part of a body, where the listener has not
/// said it.
const USUAL: Duration = Duration::from_secs(30);

/// A clock of what a guest waits for its client. It runs while at least one of them is waited for:
/// the next part of the request's body, or that the last part of the answer's is taken. Of one wait
/// no more is counted than a client may take for a part of a body: who is waited for longer is not
/// waited for.
#[derive(Debug)]
pub(crate) struct Patience {
    part: Duration,
    state: Mutex<WaitState>,
}

#[derive(Debug, Default)]
struct WaitState {
    waits: u32,
    since: Option<Instant>,
    waited: Duration,
}

impl Patience {
    /// That of a client who may take so long.
    pub(crate) fn new(part: Option<Duration>) -> Self {
        Self {
            part: part.unwrap_or(USUAL),
            state: Mutex::default(),
        }
    }

    /// The client is waited for.
    pub(crate) fn begin(&self) {
        self.state().begin(Instant::now());
    }

    /// It has come.
    pub(crate) fn end(&self) {
        self.state().end(Instant::now(), self.part);
    }

    /// How long the client was waited for until now.
    pub(crate) fn waited(&self) -> Duration {
        let state = self.state();
        match state.since {
            None => state.waited,
            Some(_) => state.waited(Instant::now(), self.part),
        }
    }

    /// Ends when `limit` has gone by without what the client was waited for meanwhile.
    pub(crate) async fn exceeds(&self, limit: Duration) {
        let (begun, before) = (Instant::now(), self.waited());
        loop {
            let own = begun.elapsed().saturating_sub(self.waited() - before);
            match limit.checked_sub(own) {
                None | Some(Duration::ZERO) => return,
                Some(left) => sleep(left.max(LOOK.min(limit))).await,
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, WaitState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What comes of `work` within `limit`, without what the client was waited for; none, if it takes
/// longer.
pub(crate) async fn within<T>(
    patience: Option<&Patience>,
    limit: Duration,
    work: impl Future<Output = T>,
) -> Option<T> {
    let exceeded = async {
        match patience {
            Some(patience) => patience.exceeds(limit).await,
            None => sleep(limit).await,
        }
    };
    tokio::select! {
        biased;
        done = work => Some(done),
        () = exceeded => None,
    }
}

impl WaitState {
    fn begin(&mut self, now: Instant) {
        self.waits += 1;
        self.since.get_or_insert(now);
    }

    fn end(&mut self, now: Instant, part: Duration) {
        self.waits = self.waits.saturating_sub(1);
        if self.waits == 0 {
            self.waited = self.waited(now, part);
            self.since = None;
        }
    }

    fn waited(&self, now: Instant, part: Duration) -> Duration {
        let since = self.since.map(|since| now.duration_since(since).min(part));
        self.waited + since.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_client_was_waited_for_is_counted_once_and_not_without_end() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let part = Duration::from_secs(30);
        let mut state = WaitState::default();
        let waited = |state: &WaitState, seconds| state.waited(at(seconds), part).as_secs();
        assert_eq!(waited(&state, 5), 0);
        state.begin(at(5));
        assert_eq!(waited(&state, 7), 2);
        // Both ways at once are one wait.
        state.begin(at(8));
        state.end(at(9), part);
        assert_eq!(waited(&state, 10), 5);
        state.end(at(11), part);
        assert_eq!(waited(&state, 100), 6);
        state.begin(at(100));
        assert_eq!(
            waited(&state, 1000),
            36,
            "who is waited for too long is not waited for"
        );
        state.end(at(1000), part);
        assert_eq!(waited(&state, 2000), 36);
    }

    #[tokio::test]
    async fn a_limit_that_is_over_ends_and_one_that_stands_still_does_not() {
        let patience = Patience::new(None);
        patience.exceeds(Duration::from_millis(1)).await;
        patience.begin();
        let exceeded = patience.exceeds(Duration::from_millis(1));
        let long = Duration::from_millis(100);
        assert!(tokio::time::timeout(long, exceeded).await.is_err());
    }
}
