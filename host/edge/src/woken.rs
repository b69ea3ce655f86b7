//! Futures that tests poll by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

/// A future that is polled only when it has been woken, and how often that was. Where many are
/// polled in one task, tokio must not hold it back: `coop::unconstrained`.
pub(crate) struct Woken<T> {
    future: BoxFuture<'static, T>,
    woken: Arc<Flag>,
    pub(crate) polls: usize,
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl<T> Woken<T> {
    pub(crate) fn new(future: impl Future<Output = T> + Send + 'static) -> Self {
        Self {
            future: future.boxed(),
            woken: Arc::new(Flag(AtomicBool::new(true))),
            polls: 0,
        }
    }

    pub(crate) fn poll(&mut self) -> Poll<T> {
        if !self.woken.0.swap(false, Ordering::SeqCst) {
            return Poll::Pending;
        }
        self.polls += 1;
        let waker = Waker::from(self.woken.clone());
        self.future.as_mut().poll(&mut Context::from_waker(&waker))
    }

    /// Whether it goes on. What it has ended with is lost.
    pub(crate) fn is_waiting(&mut self) -> bool {
        self.poll().is_pending()
    }

    /// What it has ended with.
    pub(crate) fn has_ended(&mut self) -> T {
        match self.poll() {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("it is still waiting"),
        }
    }
}
