//! Destructors of resources: what is run when a guest or the host drops the handle that owns one.
//!
//! A guest's own destructor is called by the wrapper of `resource.drop`, with nothing between, so
//! that it may wait; the host's is called here.

use super::host::now_or_never;
use super::suspending::Scope;
use crate::handles::Destructor;
use crate::page::{self, CallFrame, FRAME_SLOTS, Finish, SuspendableCall, Waiting};
use crate::raw::ValRaw;
use crate::store::{AsContextMut, Destroy, Destroying, HostDestructor, InstanceData, StoreOpaque};
use crate::values::resource::ResourceAny;
use amphi_translate::codegen::{DESTROYS, SUSPENDS};
use wasmtime_environ::component::ResourceIndex;
use wasmtime_environ::error::Result;

/// What a wrapper is told when there is nothing left to do.
const DONE: u32 = 0;

/// A destructor has no scope of its own.
const NO_SCOPE: usize = 0;

impl InstanceData {
    /// Runs the destructor of a resource, if it has one, where nothing can be waited for.
    pub fn destroy(&self, resource: ResourceIndex, rep: u32) -> Result<()> {
        match self.destructor(resource) {
            None => Ok(()),
            Some(Destroy::Host(dtor)) => match &**dtor {
                HostDestructor::Sync(dtor) => dtor(self.store, rep),
                HostDestructor::Async(dtor) => now_or_never(dtor(self.store, rep)),
            },
            Some(Destroy::Guest(slot)) => {
                let mut args = [ValRaw::u32(rep)];
                // SAFETY: a destructor's trampoline takes one slot and writes none.
                unsafe { page::enter(slot.index(), args.as_mut_ptr()) }.map_err(|caught| {
                    // SAFETY: the store outlives its instances, and whoever borrows it sleeps while
                    // the guest runs.
                    unsafe { (*self.store).throw_to_error(&caught) }
                })
            }
        }
    }

    /// Destroys a resource that a guest has dropped, or begins to: what the guest's wrapper is to
    /// do.
    pub(super) fn destroy_for_guest(
        &self,
        resource: ResourceIndex,
        rep: u32,
        frame: &mut CallFrame,
    ) -> Result<u32> {
        match self.destructor(resource) {
            None => Ok(DONE),
            Some(Destroy::Host(dtor)) => match &**dtor {
                HostDestructor::Sync(dtor) => dtor(self.store, rep).map(|()| DONE),
                HostDestructor::Async(dtor) => begin(dtor(self.store, rep), frame),
            },
            Some(Destroy::Guest(slot)) => {
                frame.slots[0].write(ValRaw::u32(rep));
                frame.slots[1].write(ValRaw::u32(slot.index()));
                Ok(DESTROYS)
            }
        }
    }
}

/// Begins the host's destructor, for which the guest in `frame` may have to be suspended.
fn begin(destroying: Destroying, frame: &CallFrame) -> Result<u32> {
    // SAFETY: who entered the guest keeps what its frame points to.
    let Some(waits) = (unsafe { frame.waits.as_ref() }) else {
        return now_or_never(destroying).map(|()| DONE);
    };
    let waiting: Waiting = Box::pin(async move {
        destroying.await?;
        let nothing: Finish = Box::new(|_| Ok(()));
        Ok(nothing)
    });
    match waits.begin(NO_SCOPE, waiting) {
        None => Ok(SUSPENDS),
        Some(result) => result.map(|_| DONE),
    }
}

/// What has become of the host's destructor that the guest in `frame` was suspended for.
pub fn finish(frame: &CallFrame) -> Result<u32> {
    // SAFETY: a guest was suspended, so its frame has what it waited for.
    let waits = unsafe { &*frame.waits };
    let (_, result) = waits.finish();
    result.map(|_| DONE)
}

impl StoreOpaque {
    /// Runs a destructor because the host drops the last handle to a resource.
    pub(super) fn run_destructor_from_host(&mut self, dtor: Destructor, rep: u32) -> Result<()> {
        let instance = self.instance_of(dtor);
        if instance.owners[dtor.resource].is_none() {
            return instance.destroy(dtor.resource, rep);
        }
        let mark = self.enter_call(instance)?;
        let result = instance.destroy(dtor.resource, rep);
        self.leave_call(instance, mark, result.is_ok());
        result
    }

    /// As [`run_destructor_from_host`](StoreOpaque::run_destructor_from_host), where the destructor
    /// may have to wait, or to be waited for.
    pub(super) async fn run_destructor_from_host_async(
        &mut self,
        dtor: Destructor,
        rep: u32,
    ) -> Result<()> {
        let instance = self.instance_of(dtor);
        match instance.destructor(dtor.resource) {
            Some(Destroy::Host(_)) => self.destroy_async(dtor, rep).await,
            Some(Destroy::Guest(_)) if self.async_required && page::can_suspend() => {
                let mut scope = Scope::enter(self, instance)?;
                let ended = self.destroy_async(dtor, rep).await;
                scope.well = ended.is_ok();
                ended
            }
            Some(Destroy::Guest(_)) | None => self.run_destructor_from_host(dtor, rep),
        }
    }

    /// Runs a destructor, on a stack that can be suspended where the browser can. The caller has
    /// entered the instance if it has to be.
    pub async fn destroy_async(&mut self, dtor: Destructor, rep: u32) -> Result<()> {
        let instance = self.instance_of(dtor);
        match instance.destructor(dtor.resource) {
            Some(Destroy::Host(host)) => {
                let destroying = match &**host {
                    HostDestructor::Sync(host) => return host(instance.store, rep),
                    HostDestructor::Async(host) => host(instance.store, rep),
                };
                destroying.await
            }
            Some(Destroy::Guest(slot)) if page::can_suspend() => {
                let call = {
                    let mut args = [ValRaw::ZERO; FRAME_SLOTS];
                    args[0] = ValRaw::u32(rep);
                    // SAFETY: a destructor's trampoline takes one slot and writes none.
                    unsafe { SuspendableCall::new(slot.promising()?, args) }
                };
                self.run(call).await.map(drop)
            }
            Some(Destroy::Guest(_)) | None => instance.destroy(dtor.resource, rep),
        }
    }

    /// The instance that defines a resource, beside the store.
    fn instance_of<'a>(&self, dtor: Destructor) -> &'a InstanceData {
        let instance: *const InstanceData = &raw const *self.instances[dtor.instance.index()];
        // SAFETY: instances are boxed and live as long as their store, which whoever asks borrows.
        unsafe { &*instance }
    }
}

impl ResourceAny {
    /// Drops the handle, and runs the resource's destructor if the handle owned it.
    ///
    /// # Errors
    ///
    /// The handle was dropped before, the resource's instance cannot be entered, or the destructor
    /// trapped; or something may have to be waited for in this store.
    pub fn resource_drop(self, mut store: impl AsContextMut) -> Result<()> {
        let mut store = store.as_context_mut();
        let store = store.opaque();
        store.validate_sync_call()?;
        match store.handles.host_remove(self.handle)? {
            Some((rep, Some(dtor))) => store.run_destructor_from_host(dtor, rep),
            Some((_, None)) | None => Ok(()),
        }
    }

    /// As [`resource_drop`](ResourceAny::resource_drop), for destructors that may have to wait for
    /// asynchronous host functions, or are asynchronous themselves.
    ///
    /// # Errors
    ///
    /// The handle was dropped before, the resource's instance cannot be entered, or the destructor
    /// trapped.
    pub async fn resource_drop_async(self, mut store: impl AsContextMut<Data: Send>) -> Result<()> {
        let mut store = store.as_context_mut();
        let store = store.opaque();
        match store.handles.host_remove(self.handle)? {
            Some((rep, Some(dtor))) => store.run_destructor_from_host_async(dtor, rep).await,
            Some((_, None)) | None => Ok(()),
        }
    }
}
