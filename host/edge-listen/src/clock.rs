//! A timer for a deadline that moves all the time.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::time::{Instant, Sleep, sleep_until};

/// Tells when a deadline has passed. It is made when there is a first one.
#[derive(Debug, Default)]
pub struct Clock(Option<Pin<Box<Sleep>>>);

impl Clock {
    /// Waits for `deadline`, whatever it was before. The timer is set again only for a deadline
    /// that is before the one it has, so that what is busy leaves it alone.
    pub fn poll(&mut self, deadline: Instant, context: &mut Context<'_>) -> Poll<()> {
        let timer = self
            .0
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        while deadline > Instant::now() {
            if deadline < timer.deadline() {
                timer.as_mut().reset(deadline);
            }
            ready!(timer.as_mut().poll(context));
            timer.as_mut().reset(deadline);
        }
        Poll::Ready(())
    }
}
