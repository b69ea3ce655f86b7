//! A guest on a stack of its own, which can be suspended (JavaScript Promise Integration).
//!
//! No Rust or JavaScript frame is live on that stack while it is suspended: wrappers call the
//! application before and after.

use super::enter::{self, CallFrame, Caught, FRAME_SLOTS};
use super::glue;
use super::local::Local;
use super::waits::Waits;
use crate::raw::ValRaw;
use js_sys::Function;
use std::cell::UnsafeCell;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// What the guest's wrappers reach: it stays where it is, and outlives the guest's stack.
struct Shared {
    frame: UnsafeCell<CallFrame>,
    args: UnsafeCell<[ValRaw; FRAME_SLOTS]>,
    waits: Waits,
}

/// One call of a guest's function, which is done once this future is.
///
/// Dropped before that, what the guest waits for is dropped too, and the guest ends when it wakes
/// up, without touching anything.
pub struct SuspendableCall {
    function: Local<Function>,
    shared: Local<Rc<Shared>>,
    promise: Local<Option<JsFuture>>,
    done: bool,
}

impl SuspendableCall {
    /// A call of `function`, a promising array-call trampoline, with the arguments `args`.
    ///
    /// # Safety
    ///
    /// The function is one of a live guest, reads its arguments from `args` and writes no more than
    /// they have.
    pub unsafe fn new(function: Function, args: [ValRaw; FRAME_SLOTS]) -> SuspendableCall {
        let shared = Rc::new(Shared {
            frame: UnsafeCell::new(CallFrame::new(std::ptr::null())),
            args: UnsafeCell::new(args),
            waits: Waits::new(),
        });
        // SAFETY: nothing else knows the frame yet.
        unsafe { (*shared.frame.get()).waits = &raw const shared.waits };
        SuspendableCall {
            function: Local::new(function),
            shared: Local::new(shared),
            promise: Local::new(None),
            done: false,
        }
    }

    /// The arguments, and after the call its results.
    pub fn args(&self) -> [ValRaw; FRAME_SLOTS] {
        // SAFETY: the guest writes them while it runs, and it does not run while the application
        // does.
        unsafe { *self.shared.args.get() }
    }

    /// Whether the guest has begun and not ended.
    pub fn is_under_way(&self) -> bool {
        self.promise.is_some() && !self.done
    }

    fn frame(&self) -> *mut CallFrame {
        self.shared.frame.get()
    }

    fn promise(&mut self) -> Result<&mut JsFuture, Caught> {
        if self.promise.is_none() {
            // SAFETY: what is shared stays alive until the promise is settled: see `keep`.
            let promise = unsafe {
                enter::start(&self.function, self.frame(), self.shared.args.get().cast())
            }?;
            keep(&self.shared, JsFuture::from(promise.clone()));
            *self.promise = Some(JsFuture::from(promise));
        }
        Ok(self
            .promise
            .get_or_insert_with(|| unreachable!("it was started just now")))
    }
}

/// Keeps what is shared until the guest's stack is gone.
fn keep(shared: &Rc<Shared>, promise: JsFuture) {
    let shared = Rc::clone(shared);
    spawn_local(async move {
        let _ = promise.await;
        drop(shared);
    });
}

impl Future for SuspendableCall {
    type Output = Result<(), Caught>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Caught>> {
        self.shared.waits.set_waker(cx.waker());
        if self.shared.waits.poll(cx) {
            glue::wake(self.frame() as u32);
        }
        let settled = match self.promise() {
            Ok(promise) => Pin::new(promise).poll(cx),
            Err(caught) => {
                self.done = true;
                return Poll::Ready(Err(caught));
            }
        };
        let Poll::Ready(settled) = settled else {
            return Poll::Pending;
        };
        self.done = true;
        Poll::Ready(match settled {
            Ok(_) => {
                enter::left(self.frame());
                Ok(())
            }
            Err(thrown) => Err(enter::rejected(thrown, self.frame())),
        })
    }
}

impl Drop for SuspendableCall {
    fn drop(&mut self) {
        if !self.is_under_way() {
            return;
        }
        enter::left(self.frame());
        // SAFETY: the guest does not run while the application does.
        unsafe { (*self.frame()).cancelled.set(1) };
        if self.shared.waits.cancel() {
            glue::wake(self.frame() as u32);
        }
    }
}

impl fmt::Debug for SuspendableCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SuspendableCall")
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}
