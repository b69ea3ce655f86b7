//! Futures that are polled for a while and then given up.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

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
