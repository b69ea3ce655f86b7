//! A future that the page runs by itself, until it is done or nobody wants its result any more.

use tokio::sync::oneshot;

/// The result of a future that runs by itself. Dropped before it is there, the future is dropped,
/// too.
pub struct Task<T> {
    result: oneshot::Receiver<T>,
    /// The future runs while this is kept.
    _wanted: oneshot::Sender<()>,
}

/// Runs `future` beside everything else.
#[cfg(target_arch = "wasm32")]
pub fn spawn<T: 'static>(future: impl Future<Output = T> + 'static) -> Task<T> {
    use std::future::poll_fn;
    use std::pin::{Pin, pin};
    use std::task::Poll;

    let (sender, result) = oneshot::channel();
    let (wanted, mut unwanted) = oneshot::channel::<()>();
    wasm_bindgen_futures::spawn_local(async move {
        let mut future = pin!(future);
        let result = poll_fn(|cx| match Pin::new(&mut unwanted).poll(cx) {
            Poll::Ready(_) => Poll::Ready(None),
            Poll::Pending => future.as_mut().poll(cx).map(Some),
        });
        if let Some(result) = result.await {
            // Whoever waited may be gone.
            let _ = sender.send(result);
        }
    });
    Task {
        result,
        _wanted: wanted,
    }
}

impl<T> Task<T> {
    /// The result; none if the future ended without one.
    pub async fn result(&mut self) -> Option<T> {
        (&mut self.result).await.ok()
    }
}
