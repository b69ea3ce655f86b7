//! Which instances a call from the host may enter.
//!
//! As Wasmtime has it with support for concurrency: none of a store in which a guest has trapped,
//! and none that a call is inside of already, whichever of its component instances that call has
//! entered. A call that fails without a trap (an argument that has another type, a string that is
//! none) is not taken back: its instance stays entered until the host function that made the call
//! returns, or for good if there is none. Each call counts as a live handle of the store, as the
//! thread of its guest is one in Wasmtime.

use crate::handles::Mark;
use crate::page;
use crate::store::{InstanceData, StoreOpaque};
use wasmtime_environ::Trap;
use wasmtime_environ::error::{Error, Result, bail, format_err};

impl StoreOpaque {
    /// A call from the host into `instance` begins; returns what to go back to at its end.
    ///
    /// # Errors
    ///
    /// A guest has trapped in this store, a call is inside of the instance, or the store has as
    /// many handles as it may have.
    #[inline]
    pub(super) fn enter_call(&mut self, instance: &InstanceData) -> Result<Mark> {
        let full = self.handles.are_full();
        if self.trapped | instance.entered.get() | page::is_poisoned() | full {
            return Err(self.refusal(instance));
        }
        instance.entered.set(true);
        Ok(self.handles.scopes.enter_guest())
    }

    /// Why no call may enter `instance`. Out of the way of those that may.
    #[cold]
    #[inline(never)]
    fn refusal(&self, instance: &InstanceData) -> Error {
        if self.trapped || instance.entered.get() {
            return Trap::CannotEnterComponent.into();
        }
        match check_not_poisoned() {
            Err(error) => error,
            Ok(()) => format_err!("cannot allocate another handle: store handle limit exceeded"),
        }
    }

    /// A call into `instance` that began at `mark` has ended, well or not.
    #[inline]
    pub(super) fn leave_call(&mut self, instance: &InstanceData, mark: Mark, well: bool) {
        self.handles.scopes.leave_guest(mark);
        if well {
            instance.entered.set(false);
        } else {
            self.stay_inside(instance, mark.depth);
        }
    }

    #[cold]
    #[inline(never)]
    fn stay_inside(&mut self, instance: &InstanceData, depth: usize) {
        self.handles.live.one_for_good();
        // No host function is outside of the outermost call.
        if depth > 0 {
            self.left_inside.push((depth, instance.id));
        }
    }

    /// A call of the host that began at `depth` has ended, and with it those that failed inside of
    /// it.
    #[inline]
    pub(super) fn leave_host(&mut self, depth: usize) {
        self.handles.scopes.unwind(depth);
        if !self.left_inside.is_empty() {
            self.forget_inside(depth);
        }
    }

    #[cold]
    #[inline(never)]
    fn forget_inside(&mut self, depth: usize) {
        let instances = &self.instances;
        self.left_inside.retain(|(began, instance)| {
            let is_outside = *began <= depth;
            if !is_outside {
                instances[instance.index()].entered.set(false);
            }
            is_outside
        });
    }

    /// A call of JavaScript begins, which may enter an instance that one is inside of; returns the
    /// depth to go back to at its end.
    ///
    /// # Errors
    ///
    /// A guest has trapped in this store.
    pub fn enter_script(&mut self) -> Result<usize> {
        if self.trapped {
            bail!(Trap::CannotEnterComponent);
        }
        check_not_poisoned()?;
        Ok(self.handles.scopes.enter())
    }
}

fn check_not_poisoned() -> Result<()> {
    if page::is_poisoned() {
        bail!(
            "the application panicked while a guest was calling it: this page runs no guest any more"
        );
    }
    Ok(())
}
