//! `Store`: everything that belongs to one use of the engine, and the host's own data.

use crate::component::call_scope::CallScopes;
use crate::component::entering::LeftInside;
use crate::component::instance::InstanceData;
use crate::component::resource::{HostHandles, LiveHandles};
use crate::engine::Engine;
use crate::exception::ThrownException;
use crate::limits::{Limiter, ResourceLimiter, Taken};
use crate::page::{self, Caught, Local};
use amphi_translate::codegen::THROWS;
use std::marker::PhantomPinned;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use wasm_bindgen::JsValue;
use wasmtime_environ::error::{Error, Result, bail, format_err};

/// The instances and resources of guests, with the host's data `T`; as `wasmtime::Store`.
///
/// # Differences from Wasmtime 48
///
/// - There is no fuel and no epoch deadline: [`set_fuel`](Store::set_fuel),
///   [`get_fuel`](Store::get_fuel) and
///   [`fuel_async_yield_interval`](Store::fuel_async_yield_interval) fail, and
///   `set_epoch_deadline`, `epoch_deadline_*`, `call_hook` and `limiter_async` do not exist. A
///   guest that runs forever is stopped by terminating its worker.
/// - A [`limiter`](Store::limiter) is asked when an instance is created, for the maximum that each
///   of its memories and tables declares, since a browser does not report that they grow.
/// - Exceptions are the browser's: `gc`, `throw` and `take_pending_exception` do not exist. A
///   guest's uncaught exception is the error [`ThrownException`].
/// - The memory of guests is released when the store has been dropped and the browser has collected
///   it.
///
/// The facade's module `amphi::component` has an example that runs on both hosts.
#[derive(Debug)]
pub struct Store<T: 'static> {
    inner: Box<StoreInner<T>>,
}

/// A store behind its address, which instances keep.
///
/// `data` stands after `opaque` at a fixed place (`repr(C)`), so that a pointer to the one leads to
/// the other. Guests' calls reach the store through that pointer while the caller's borrow sleeps;
/// `PhantomPinned` keeps the compiler from assuming otherwise.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct StoreInner<T> {
    pub opaque: StoreOpaque,
    pub data: T,
    pub limiter: Option<Limiter<T>>,
}

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
    pub scopes: CallScopes,
    /// Instances that calls have failed in, below a host function that has not returned yet.
    pub left_inside: Vec<LeftInside>,
    pub host_handles: HostHandles,
    pub live_handles: LiveHandles,
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

impl<T: 'static> Store<T> {
    /// Creates a store.
    pub fn new(engine: &Engine, data: T) -> Store<T> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Store {
            inner: Box::new(StoreInner {
                opaque: StoreOpaque {
                    id: NEXT.fetch_add(1, Relaxed),
                    engine: engine.clone(),
                    instances: Vec::new(),
                    scopes: CallScopes::default(),
                    left_inside: Vec::new(),
                    host_handles: HostHandles::default(),
                    live_handles: LiveHandles::default(),
                    taken: Taken::default(),
                    hostcall_fuel: DEFAULT_HOSTCALL_FUEL,
                    trapped: false,
                    async_required: false,
                    pending_error: None,
                    pending_exception: None,
                    _pinned: PhantomPinned,
                },
                data,
                limiter: None,
            }),
        }
    }

    pub(crate) fn inner_mut(&mut self) -> &mut StoreInner<T> {
        &mut self.inner
    }

    /// As [`Store::new`]: a page that runs out of memory is aborted by the browser.
    ///
    /// # Errors
    ///
    /// Never.
    pub fn try_new(engine: &Engine, data: T) -> Result<Store<T>> {
        Ok(Store::new(engine, data))
    }

    /// The host's data.
    pub fn data(&self) -> &T {
        &self.inner.data
    }

    /// The host's data.
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.inner.data
    }

    /// Drops the store and returns the host's data.
    pub fn into_data(self) -> T {
        self.inner.data
    }

    /// The store's engine.
    pub fn engine(&self) -> &Engine {
        &self.inner.opaque.engine
    }

    /// How many bytes of values one call may receive from a guest.
    pub fn hostcall_fuel(&self) -> usize {
        self.inner.opaque.hostcall_fuel
    }

    /// Sets how many bytes of values one call may receive from a guest; the default is 128 MiB.
    /// They are counted before they are allocated, in the bytes that they take natively.
    pub fn set_hostcall_fuel(&mut self, fuel: usize) {
        self.inner.opaque.hostcall_fuel = fuel;
    }

    /// How many handles to resources may be live in this store.
    pub fn max_component_handles(&self) -> usize {
        self.inner.opaque.live_handles.limit
    }

    /// Sets how many handles to resources may be live in this store; the default is 100,000.
    /// Creating more fails.
    pub fn set_max_component_handles(&mut self, limit: usize) {
        self.inner.opaque.live_handles.limit = limit;
    }

    /// Sets a limiter, a part of the store's data that decides how large memories and tables may
    /// be.
    ///
    /// A browser does not report that memories and tables grow. So the limiter is asked when an
    /// instance is created, for the initial sizes of its memories and tables and then for the
    /// maximum that the module declares for each; if it denies one, instantiation fails with an
    /// error that names this method.
    pub fn limiter(
        &mut self,
        limiter: impl (FnMut(&mut T) -> &mut dyn ResourceLimiter) + Send + Sync + 'static,
    ) {
        self.inner.limit(limiter);
    }

    /// Fails: guests in a page have no fuel.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn set_fuel(&mut self, _fuel: u64) -> Result<()> {
        Err(no_fuel())
    }

    /// Fails: guests in a page have no fuel.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn get_fuel(&self) -> Result<u64> {
        Err(no_fuel())
    }

    /// Fails: guests in a page have no fuel.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn fuel_async_yield_interval(&mut self, _interval: Option<u64>) -> Result<()> {
        Err(no_fuel())
    }
}

#[cold]
fn no_fuel() -> Error {
    format_err!("fuel is not configured in this store: a page cannot count instructions")
}

impl StoreOpaque {
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
        let modules = self.instances.iter().flat_map(|data| data.core_modules());
        let max_frames = self.engine.max_frames();
        let names: Vec<&str> = self
            .instances
            .iter()
            .flat_map(|data| data.module_names())
            .collect();
        let (error, trapped) = crate::trap::error(caught, pending, max_frames, &names, modules);
        self.trapped |= trapped;
        error
    }
}

/// A store borrowed for reading, as `wasmtime::StoreContext`.
#[derive(Debug)]
pub struct StoreContext<'a, T: 'static>(pub(crate) &'a StoreInner<T>);

/// A store borrowed, as `wasmtime::StoreContextMut`.
#[derive(Debug)]
pub struct StoreContextMut<'a, T: 'static>(pub(crate) &'a mut StoreInner<T>);

impl<'a, T: 'static> StoreContext<'a, T> {
    /// Fails: guests in a page have no fuel.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn get_fuel(&self) -> Result<u64> {
        Err(no_fuel())
    }

    /// The host's data.
    pub fn data(&self) -> &'a T {
        &self.0.data
    }

    /// The engine that the store was made with.
    pub fn engine(&self) -> &Engine {
        &self.0.opaque.engine
    }
}

impl<T: 'static> StoreContextMut<'_, T> {
    /// Fails: guests in a page have no fuel.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn get_fuel(&self) -> Result<u64> {
        Err(no_fuel())
    }

    /// Fails: guests in a page have no fuel.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn set_fuel(&mut self, _fuel: u64) -> Result<()> {
        Err(no_fuel())
    }

    /// As [`Store::hostcall_fuel`].
    pub fn hostcall_fuel(&self) -> usize {
        self.0.opaque.hostcall_fuel
    }

    /// As [`Store::set_hostcall_fuel`].
    pub fn set_hostcall_fuel(&mut self, fuel: usize) {
        self.0.opaque.hostcall_fuel = fuel;
    }

    /// As [`Store::max_component_handles`].
    pub fn max_component_handles(&self) -> usize {
        self.0.opaque.live_handles.limit
    }

    /// As [`Store::set_max_component_handles`].
    pub fn set_max_component_handles(&mut self, limit: usize) {
        self.0.opaque.live_handles.limit = limit;
    }

    /// The host's data.
    pub fn data(&self) -> &T {
        &self.0.data
    }

    /// The host's data.
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.0.data
    }

    /// The engine that the store was made with.
    pub fn engine(&self) -> &Engine {
        &self.0.opaque.engine
    }

    pub(crate) fn opaque(&mut self) -> &mut StoreOpaque {
        &mut self.0.opaque
    }
}

/// Something that a store can be read through, as `wasmtime::AsContext`.
pub trait AsContext {
    /// The host's data.
    type Data: 'static;

    /// The store.
    fn as_context(&self) -> StoreContext<'_, Self::Data>;
}

/// Something that gives access to a store, as `wasmtime::AsContextMut`.
pub trait AsContextMut: AsContext {
    /// The store.
    fn as_context_mut(&mut self) -> StoreContextMut<'_, Self::Data>;
}

impl<T: 'static> AsContext for Store<T> {
    type Data = T;

    #[inline]
    fn as_context(&self) -> StoreContext<'_, T> {
        StoreContext(&self.inner)
    }
}

impl<T: 'static> AsContextMut for Store<T> {
    #[inline]
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        StoreContextMut(&mut self.inner)
    }
}

impl<T: 'static> AsContext for StoreContext<'_, T> {
    type Data = T;

    #[inline]
    fn as_context(&self) -> StoreContext<'_, T> {
        StoreContext(self.0)
    }
}

impl<T: 'static> AsContext for StoreContextMut<'_, T> {
    type Data = T;

    #[inline]
    fn as_context(&self) -> StoreContext<'_, T> {
        StoreContext(self.0)
    }
}

impl<T: 'static> AsContextMut for StoreContextMut<'_, T> {
    #[inline]
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        StoreContextMut(self.0)
    }
}

impl<C: AsContext> AsContext for &C {
    type Data = C::Data;

    #[inline]
    fn as_context(&self) -> StoreContext<'_, C::Data> {
        C::as_context(self)
    }
}

impl<C: AsContext> AsContext for &mut C {
    type Data = C::Data;

    #[inline]
    fn as_context(&self) -> StoreContext<'_, C::Data> {
        C::as_context(self)
    }
}

impl<C: AsContextMut> AsContextMut for &mut C {
    #[inline]
    fn as_context_mut(&mut self) -> StoreContextMut<'_, C::Data> {
        C::as_context_mut(self)
    }
}

impl<'a, T: 'static> From<StoreContextMut<'a, T>> for StoreContext<'a, T> {
    fn from(store: StoreContextMut<'a, T>) -> StoreContext<'a, T> {
        StoreContext(store.0)
    }
}

impl<'a, C: AsContext> From<&'a C> for StoreContext<'a, C::Data> {
    fn from(store: &'a C) -> StoreContext<'a, C::Data> {
        store.as_context()
    }
}

impl<'a, C: AsContext> From<&'a mut C> for StoreContext<'a, C::Data> {
    fn from(store: &'a mut C) -> StoreContext<'a, C::Data> {
        C::as_context(store)
    }
}

impl<'a, C: AsContextMut> From<&'a mut C> for StoreContextMut<'a, C::Data> {
    fn from(store: &'a mut C) -> StoreContextMut<'a, C::Data> {
        store.as_context_mut()
    }
}
