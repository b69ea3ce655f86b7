//! `StoreOpaque`: the part of a store that does not depend on its data's type.

use super::InstanceData;
use crate::engine::Engine;
use crate::exception::ThrownException;
use crate::handles::{GuestTable, Handles, InstanceId};
use crate::limits::Taken;
use crate::page::{self, Caught, Local};
use amphi_translate::codegen::THROWS;
use std::marker::PhantomPinned;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use wasm_bindgen::JsValue;
use wasmtime_environ::component::TypeResourceTableIndex;
use wasmtime_environ::error::{Error, Result, bail};

/// The part of a store that does not depend on its data's type.
#[derive(Debug)]
pub(crate) struct StoreOpaque {
    pub id: u32,
    pub engine: Engine,
    #[expect(
        clippy::vec_box,
        reason = "wrappers know an instance's address, so it must not move"
    )]
    pub instances: Vec<Box<InstanceData>>,
    /// Instances that calls have failed in, below a host function that has not returned yet: each
    /// with the depth of the scopes where its call began.
    pub left_inside: Vec<(usize, InstanceId)>,
    pub handles: Handles,
    /// What instances there are, with their memories and tables.
    pub taken: Taken,
    /// How much one call may make of what a guest gives.
    pub hostcall_fuel: usize,
    /// Set by the first trap: no instance may be entered again.
    pub trapped: bool,
    /// Whether an import of an instance may have to wait for the host, so that guests must be
    /// called by `*_async` functions.
    pub async_required: bool,
    /// The error of a host function, on its way through a guest's `unreachable`.
    pub pending_error: Option<Error>,
    /// What a guest has thrown and nobody caught: a host function that fails with it throws it to
    /// its own caller.
    pub pending_exception: Option<Local<JsValue>>,
    _pinned: PhantomPinned,
}

/// What a wrapper is told when the application fails.
const FAILED: u32 = 1;

/// Wasmtime's own.
const DEFAULT_HOSTCALL_FUEL: usize = 128 << 20;

impl StoreOpaque {
    pub fn new(engine: &Engine) -> StoreOpaque {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        StoreOpaque {
            id: NEXT.fetch_add(1, Relaxed),
            engine: engine.clone(),
            instances: Vec::new(),
            left_inside: Vec::new(),
            handles: Handles::default(),
            taken: Taken::default(),
            hostcall_fuel: DEFAULT_HOSTCALL_FUEL,
            trapped: false,
            async_required: false,
            pending_error: None,
            pending_exception: None,
            _pinned: PhantomPinned,
        }
    }

    /// Takes over what is kept for the next instance.
    pub fn add(&mut self, instance: Box<InstanceData>) {
        self.handles.add_instance(instance.flags.len());
        self.instances.push(instance);
    }

    /// The handles of the resource type `ty` in the table of the component instance that has them.
    #[inline]
    pub fn guest_table(
        &mut self,
        instance: InstanceId,
        ty: TypeResourceTableIndex,
    ) -> GuestTable<'_> {
        let types = self.instances[instance.index()].component.types();
        let table = types[ty].unwrap_concrete_instance();
        self.handles.guest(instance, table, ty)
    }

    /// Fails if guests must be called by `*_async` functions.
    #[inline]
    pub fn validate_sync_call(&self) -> Result<()> {
        if self.async_required {
            bail!("store configuration requires that `*_async` functions are used instead");
        }
        Ok(())
    }

    /// What a wrapper is told when the application fails with `error`: the guest is to throw what
    /// another has thrown, if that is what it is, or ends.
    #[cold]
    pub fn fail(&mut self, error: Error) -> u32 {
        if error.is::<ThrownException>()
            && let Some(exception) = self.pending_exception.take()
        {
            page::throw_next(&exception);
            return THROWS;
        }
        self.pending_error = Some(error);
        FAILED
    }

    /// The error behind a guest's throw: what a host function reported, an exception, or the trap
    /// itself. After any of them no instance runs again.
    #[cold]
    pub fn throw_to_error(&mut self, caught: &Caught) -> Error {
        if caught.is_exception() {
            self.trapped = true;
            self.pending_exception = Some(Local::new(caught.0.clone()));
            return ThrownException.into();
        }
        let pending = self.pending_error.take();
        let accesses = self.instances.iter().flat_map(|data| data.table_accesses());
        let max_frames = self.engine.max_frames();
        let names: Vec<&str> = self
            .instances
            .iter()
            .flat_map(|data| data.module_names())
            .collect();
        let (error, trapped) = crate::trap::error(caught, pending, max_frames, &names, accesses);
        self.trapped |= trapped;
        error
    }
}
