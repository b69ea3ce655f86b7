//! Futures that take their turns, and those that are polled for a while and then given up.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

/// Polls a future `turns` times at the most; whether it is done by then.
pub(super) async fn polled(mut future: Pin<&mut impl Future>, turns: u32) -> bool {
    let mut left = turns;
    poll_fn(|cx| {
        if future.as_mut().poll(cx).is_ready() {
            return Poll::Ready(true);
        }
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

/// Lets everything else go on, `turns` times.
pub(super) async fn give_way(turns: u32) {
    let mut left = turns;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Something that happens once. Clones are the same.
#[derive(Clone, Default)]
pub(super) struct Signal(Arc<Mutex<(bool, Option<Waker>)>>);

impl Signal {
    /// It happens.
    pub(super) fn set(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 = true;
        if let Some(waker) = state.1.take() {
            waker.wake();
        }
    }

    /// Waits until it has happened.
    pub(super) async fn wait(&self) {
        poll_fn(|cx| self.poll(cx)).await;
    }

    /// Whether it has happened; who asks last is woken when it does.
    pub(super) fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.0 {
            return Poll::Ready(());
        }
        state.1 = Some(cx.waker().clone());
        Poll::Pending
    }
}
