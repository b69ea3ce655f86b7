//! What a suspendable call of a guest waits for: one host function at a time.

use super::enter::Frame;
use std::cell::RefCell;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use wasmtime_environ::error::{Result, format_err};

/// Puts the result of a host function where the guest expects it, once that is running again.
pub type Finish = Box<dyn FnOnce(&mut Frame) -> Result<()>>;

/// A host function under way.
pub type Waiting = Pin<Box<dyn Future<Output = Result<Finish>>>>;

/// The state of one suspendable call.
///
/// A host function is begun on the guest's stack, waited for by whoever polls the call, and
/// finished on the guest's stack again.
pub struct Waits {
    waker: RefCell<Waker>,
    state: RefCell<WaitState>,
}

enum WaitState {
    Running,
    Waiting {
        depth: usize,
        future: Waiting,
    },
    Done {
        depth: usize,
        result: Result<Finish>,
    },
}

impl Waits {
    /// A call that waits for nothing yet.
    pub fn new() -> Waits {
        Waits {
            waker: RefCell::new(Waker::noop().clone()),
            state: RefCell::new(WaitState::Running),
        }
    }

    /// Remembers whom to wake for what the guest begins to wait for.
    pub fn set_waker(&self, waker: &Waker) {
        self.waker.borrow_mut().clone_from(waker);
    }

    /// Polls a host function for the first time, on the guest's stack. `None`: the guest has to be
    /// suspended; `depth` is what the call's scopes go back to in the end.
    pub fn begin(&self, depth: usize, mut future: Waiting) -> Option<Result<Finish>> {
        let waker = self.waker.borrow().clone();
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(result) => Some(result),
            Poll::Pending => {
                self.state.replace(WaitState::Waiting { depth, future });
                None
            }
        }
    }

    /// Polls what the guest waits for; true once it is done and the guest is to be woken.
    pub fn poll(&self, cx: &mut Context<'_>) -> bool {
        // Not borrowed meanwhile: a host function may call guests of its own.
        match self.state.replace(WaitState::Running) {
            WaitState::Waiting { depth, mut future } => match future.as_mut().poll(cx) {
                Poll::Ready(result) => {
                    self.state.replace(WaitState::Done { depth, result });
                    true
                }
                Poll::Pending => {
                    self.state.replace(WaitState::Waiting { depth, future });
                    false
                }
            },
            other => {
                self.state.replace(other);
                false
            }
        }
    }

    /// What has become of the host function that the guest was suspended for, and the depth of its
    /// scopes.
    pub fn finish(&self) -> (Option<usize>, Result<Finish>) {
        match self.state.replace(WaitState::Running) {
            WaitState::Done { depth, result } => (Some(depth), result),
            WaitState::Running | WaitState::Waiting { .. } => (
                None,
                Err(format_err!(
                    "a guest was woken before its host function was done"
                )),
            ),
        }
    }

    /// Drops what is waited for; true if the guest is suspended.
    pub fn cancel(&self) -> bool {
        !matches!(self.state.replace(WaitState::Running), WaitState::Running)
    }
}

impl fmt::Debug for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waits").finish_non_exhaustive()
    }
}
