//! The streams of HTTP/2 connections, each with a clock of its own: who does not take one answer
//! loses that one.
//!
//! hyper has an executor run the future of each stream, and waits in it for the client to take what
//! was handed over; dropping it resets the stream. So it is the executor that watches.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use hyper::rt::Executor;

use super::clock::Clock;
use super::flight::Taking;

tokio::task_local! {
    /// What the client of the stream that is being answered has yet to take.
    static STREAM: Arc<Taking>;
}

/// Runs streams, and ends those of which nothing is taken.
#[derive(Clone, Copy, Debug)]
pub struct Streams {
    /// How long a client may take for a part of an answer.
    pub patience: Duration,
}

impl<F> Executor<F> for Streams
where
    F: Future + Send + 'static,
{
    fn execute(&self, stream: F) {
        tokio::spawn(watch(stream, self.patience));
    }
}

/// What the client has yet to take of the stream whose request is being answered, if it is of one.
pub fn of_stream() -> Option<Arc<Taking>> {
    STREAM.try_with(Arc::clone).ok()
}

/// Runs `stream` to its end, or until its client has taken nothing for so long.
async fn watch(stream: impl Future, patience: Duration) {
    let taking = Arc::new(Taking::new());
    let mut stream = pin!(STREAM.scope(Arc::clone(&taking), stream));
    let mut clock = Clock::default();
    poll_fn(|context| {
        if stream.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        let Some(since) = taking.since() else {
            return Poll::Pending;
        };
        let late = clock.poll(since + patience, context);
        late.map(|()| tracing::debug!("reset a stream whose client stopped reading"))
    })
    .await;
}
