//! `Store`: everything that belongs to one use of the engine, and the host's own data.

mod destructor;
mod instance;
mod landing;
mod lifted;
mod opaque;

pub(crate) use destructor::{Destroy, Destroying, HostDestructor};
pub(crate) use instance::{InstanceData, RuntimeImport};
pub(crate) use landing::{HostFunc, LANDING_SIZE, Landing, Typecheck, unbound};
pub(crate) use lifted::{FuncInfo, LiftedFunc};
pub(crate) use opaque::StoreOpaque;

use crate::engine::Engine;
use crate::limits::{Limiter, ResourceLimiter};
use amphi_translate::plan::Sizes;
use wasmtime_environ::error::{Error, Result, format_err};

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
///   guest's uncaught exception is the error [`ThrownException`](crate::ThrownException).
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
/// # Who may hold a reference
///
/// A guest's call reaches the store while whoever called the guest has it borrowed. That is sound
/// by an order which no type shows:
///
/// - *The innermost alone is used.* Whoever enters a guest (`page::enter`, `page::instantiate`) has
///   the store as a `&mut` that sleeps: nothing runs of that function before the guest has returned
///   to it. What the guest calls (a landing, a built-in, a destructor) makes a `&mut` of its own
///   from the address, gives it to the host function as a [`StoreContextMut`] whose lifetime ends
///   with the call, and has none left when it returns to the guest. So borrows nest as calls do,
///   each made from the address and never from one that sleeps.
/// - *A suspended guest borrows too.* Its call is a future that keeps the caller's borrow, and does
///   not touch it before the guest has ended. The host function that the guest waits for is polled
///   by that future, with a borrow from the address, and is dropped before it. Nobody else can have
///   the store meanwhile, since the future has it.
/// - *An instance is shared.* An `InstanceData` and its landings are boxed, so that no `&mut` to
///   the store covers them; guests' calls and lifting read them beside one. Once the instance is
///   made nothing in them is changed but cells.
/// - *Generated code writes one number*, how many guests are called (`CallScopes`), and does so
///   while every borrow sleeps.
///
/// The compiler must assume less than it usually may of a `&mut`: of a type that is not `Unpin` it
/// does not assume that nothing else leads there, so the store and an instance have
/// `PhantomPinned`. The address is that of the whole store: `opaque` comes first (`repr(C)`), and a
/// pointer to it that was made from one to the whole leads to the rest, whose type the linker knows
/// that made the function. The page has one thread (`page::local`), and what panics does not
/// unwind: the page runs no guest after it.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct StoreInner<T> {
    pub opaque: StoreOpaque,
    pub data: T,
    pub limiter: Option<Limiter<T>>,
}

impl<T> StoreInner<T> {
    /// Whether there is no such store, as there is no such data.
    pub const IS_NEVER: bool = size_of::<Option<T>>() == 0;

    /// The address that instances keep; it leads to the whole store.
    pub fn address(&mut self) -> *mut StoreOpaque {
        (&raw mut *self).cast()
    }
}

impl<T: 'static> Store<T> {
    /// Creates a store.
    pub fn new(engine: &Engine, data: T) -> Store<T> {
        Store {
            inner: Box::new(StoreInner {
                opaque: StoreOpaque::new(engine),
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
        self.inner.opaque.handles.live.limit
    }

    /// Sets how many handles to resources may be live in this store; the default is 100,000.
    /// Creating more fails.
    pub fn set_max_component_handles(&mut self, limit: usize) {
        self.inner.opaque.handles.live.limit = limit;
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

impl<T> StoreInner<T> {
    /// Asks `limiter` from now on.
    fn limit(
        &mut self,
        limiter: impl (FnMut(&mut T) -> &mut dyn ResourceLimiter) + Send + Sync + 'static,
    ) {
        let mut limiter = Limiter::new(limiter);
        self.opaque.taken.limit(limiter.of(&mut self.data));
        self.limiter = Some(limiter);
    }

    /// Counts an instance of a core module with memories and tables of these sizes.
    ///
    /// # Errors
    ///
    /// There may be no such instance.
    pub fn admit(&mut self, sizes: &Sizes) -> Result<()> {
        let limiter = self.limiter.as_mut();
        let limiter = limiter.map(|limiter| limiter.of(&mut self.data));
        self.opaque.taken.admit(limiter, sizes)
    }
}

#[cold]
fn no_fuel() -> Error {
    format_err!("fuel is not configured in this store: a page cannot count instructions")
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
        self.0.opaque.handles.live.limit
    }

    /// As [`Store::set_max_component_handles`].
    pub fn set_max_component_handles(&mut self, limit: usize) {
        self.0.opaque.handles.live.limit = limit;
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
