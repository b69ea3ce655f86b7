//! Whose work a thread does: work that it has other threads do is charged to that.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

/// What is charged for work that other threads do.
pub trait Charged: Send + Sync {
    /// Another thread has computed for this long.
    fn charge(&self, computed: Duration);
}

/// What is polled on a thread.
struct Polled {
    charged: Arc<dyn Charged>,
    /// The runtime that polls it, where another one is entered.
    runtime: Option<Handle>,
}

thread_local! {
    static POLLED: Cell<Option<Polled>> = const { Cell::new(None) };
}

/// A poll, until this is dropped; see [`polling`].
#[must_use]
pub struct Polling(Option<Polled>);

/// From now on this thread polls for `charged`, in `runtime` if another one is entered meanwhile.
pub fn polling(charged: Arc<dyn Charged>, runtime: Option<Handle>) -> Polling {
    Polling(POLLED.replace(Some(Polled { charged, runtime })))
}

impl Drop for Polling {
    fn drop(&mut self) {
        POLLED.set(self.0.take());
    }
}

/// Reads something of what is polled here, if anything is.
fn polled<T>(read: impl FnOnce(&Polled) -> T) -> Option<T> {
    POLLED.with(|cell| {
        let polled = cell.take();
        let result = polled.as_ref().map(read);
        cell.set(polled);
        result
    })
}

/// Charges the time that another thread has computed to what is polled here, if anything is.
pub(crate) fn charge(computed: Duration) {
    polled(|polled| polled.charged.charge(computed));
}

/// The runtime that polls here, whichever is entered.
pub(crate) fn runtime() -> Handle {
    let polls = polled(|polled| polled.runtime.clone()).flatten();
    polls.unwrap_or_else(Handle::current)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Sum(Mutex<Duration>);

    impl Charged for Sum {
        fn charge(&self, computed: Duration) {
            *self.0.lock().expect("nobody panics") += computed;
        }
    }

    #[test]
    fn work_is_charged_to_what_is_polled_and_to_nobody_else() {
        let second = Duration::from_secs(1);
        let (outer, inner) = (Arc::<Sum>::default(), Arc::<Sum>::default());
        charge(second);
        let polls = polling(outer.clone(), None);
        {
            let _polls = polling(inner.clone(), None);
            charge(2 * second);
        }
        charge(3 * second);
        drop(polls);
        charge(4 * second);
        assert!(POLLED.take().is_none());
        assert_eq!(*outer.0.lock().expect("nobody panics"), 3 * second);
        assert_eq!(*inner.0.lock().expect("nobody panics"), 2 * second);
    }
}
