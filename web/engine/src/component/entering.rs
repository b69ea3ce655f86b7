//! Which instances a call from the host may enter.
//!
//! As Wasmtime has it with support for concurrency: none of a store in which a guest has trapped, and none that a call is inside of already,
//! whichever of its component instances that call has entered. A call that fails without a trap (an argument that has another type, a string that
//! is none) is not taken back: its instance stays entered until the host function that made the call returns, or for good if there is none.
//! Each call counts as a live handle of the store, as the thread of its guest is one in Wasmtime.

use super::instance::{InstanceData, InstanceId};
use super::resource::Destructor;
use crate::page;
use crate::store::StoreOpaque;
use wasmtime_environ::Trap;
use wasmtime_environ::error::{Result, bail};

/// An instance that a call has failed in, and the depth of the scopes where it began.
pub type LeftInside = (usize, InstanceId);

impl StoreOpaque {
    /// A call from the host into `instance` begins; returns the depth to go back to at its end.
    ///
    /// # Errors
    ///
    /// A guest has trapped in this store, a call is inside of the instance, or the store has as many handles as it may have.
    #[inline]
    pub(super) fn enter_call(&mut self, instance: &InstanceData) -> Result<usize> {
        if self.trapped | instance.entered.get() {
            bail!(Trap::CannotEnterComponent);
        }
        check_not_poisoned()?;
        self.live_handles.one_more("allocate another handle")?;
        instance.entered.set(true);
        Ok(self.scopes.enter())
    }

    /// A call into `instance` that began at `depth` has ended, well or not.
    #[inline]
    pub(super) fn leave_call(&mut self, instance: &InstanceData, depth: usize, well: bool) {
        self.scopes.unwind(depth);
        if !well {
            return self.stay_inside(instance, depth);
        }
        self.live_handles.one_less();
        instance.entered.set(false);
    }

    #[cold]
    fn stay_inside(&mut self, instance: &InstanceData, depth: usize) {
        // No host function is outside of the outermost call.
        if depth > 0 {
            self.left_inside.push((depth, instance.id));
        }
    }

    /// A call of the host that began at `depth` has ended, and with it those that failed inside of it.
    #[inline]
    pub(super) fn leave_host(&mut self, depth: usize) {
        self.scopes.unwind(depth);
        if !self.left_inside.is_empty() {
            self.forget_inside(depth);
        }
    }

    #[cold]
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

    /// A call of JavaScript begins, which tells by itself whether it may enter; returns the depth to go back to at its end.
    ///
    /// # Errors
    ///
    /// A guest has trapped in this store.
    pub(super) fn enter_script(&mut self) -> Result<usize> {
        if self.trapped {
            bail!(Trap::CannotEnterComponent);
        }
        check_not_poisoned()?;
        Ok(self.scopes.enter())
    }

    /// Runs a destructor because the host drops the last handle to a resource.
    pub(super) fn run_destructor_from_host(&mut self, dtor: Destructor, rep: u32) -> Result<()> {
        let instance: *const InstanceData = &raw const *self.instances[dtor.instance.index()];
        // SAFETY: instances are boxed and live as long as their store.
        let instance = unsafe { &*instance };
        if instance.owners[dtor.resource].is_none() {
            return instance.destroy(dtor.resource, rep);
        }
        let depth = self.enter_call(instance)?;
        let result = instance.destroy(dtor.resource, rep);
        self.leave_call(instance, depth, result.is_ok());
        result
    }
}

#[inline]
fn check_not_poisoned() -> Result<()> {
    if page::is_poisoned() {
        bail!(
            "the application panicked while a guest was calling it: this page runs no guest any more"
        );
    }
    Ok(())
}
