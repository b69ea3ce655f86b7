//! Guests on a stack that can be suspended.

use crate::handles::Mark;
use crate::page::{FRAME_SLOTS, SuspendableCall};
use crate::raw::ValRaw;
use crate::store::{InstanceData, StoreOpaque};
use wasmtime_environ::error::Result;

impl StoreOpaque {
    /// Runs a guest on a stack that can be suspended: its arguments' slots afterwards.
    ///
    /// Dropping the future before it is done ends the guest, and no guest of the store can be
    /// entered again.
    pub(super) async fn run(&mut self, mut call: SuspendableCall) -> Result<[ValRaw; FRAME_SLOTS]> {
        let running = Running(&raw mut self.trapped);
        let ended = (&mut call).await;
        std::mem::forget(running);
        match ended {
            Ok(()) => Ok(call.args()),
            Err(caught) => Err(self.throw_to_error(&caught)),
        }
    }
}

/// Dropped, a guest has not ended by itself, which is what its store has to know.
struct Running(*mut bool);

// SAFETY: the page has one thread; `page::local` refuses to compile otherwise.
unsafe impl Send for Running {}

impl Drop for Running {
    fn drop(&mut self) {
        // SAFETY: whoever runs the guest borrows the store meanwhile.
        unsafe { *self.0 = true };
    }
}

/// The scope of a call, ended when the call is done or dropped.
pub struct Scope {
    store: *mut StoreOpaque,
    instance: *const InstanceData,
    mark: Mark,
    /// Whether the call has ended well.
    pub well: bool,
}

// SAFETY: the page has one thread; `page::local` refuses to compile otherwise.
unsafe impl Send for Scope {}

impl Scope {
    /// The scope of a call into `instance` that begins, and ends before the borrow of the store
    /// does.
    pub fn enter(store: &mut StoreOpaque, instance: &InstanceData) -> Result<Scope> {
        Ok(Scope {
            mark: store.enter_call(instance)?,
            store: &raw mut *store,
            instance,
            well: false,
        })
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        // SAFETY: the call borrows the store, which owns the instance, for longer than its scope.
        let (store, instance) = unsafe { (&mut *self.store, &*self.instance) };
        store.leave_call(instance, self.mark, self.well);
    }
}
