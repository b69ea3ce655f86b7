//! Asynchronous host functions: begun on the guest's stack, finished on it, waited for while the
//! guest is suspended.

use super::HostCall;
use crate::page::{self, CallFrame, Finish, Waiting};
use crate::store::{HostFunc, Landing, StoreContextMut};
use crate::types::ComponentFunc;
use crate::values::typed::{ComponentNamedList, Lift, Lower};
use crate::values::val::Val;
use amphi_translate::codegen::SUSPENDS;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use wasmtime_environ::error::{Error, Result, format_err};

/// A future of a host function that borrows the store for `'a`.
type HostFuture<'a, R> = Box<dyn Future<Output = Result<R>> + Send + 'a>;

impl HostFunc {
    /// An asynchronous function with static types, for stores with data `T`.
    pub fn wrap_async<T, F, P, R>(func: F) -> Arc<HostFunc>
    where
        T: 'static,
        F: Fn(StoreContextMut<'_, T>, P) -> HostFuture<'_, R> + Send + Sync + 'static,
        P: ComponentNamedList + Lift + 'static,
        R: ComponentNamedList + Lower + 'static,
    {
        Arc::new(HostFunc {
            typecheck: Some([P::typecheck, R::typecheck]),
            land: land_typed::<T, F, P, R>,
            finish: Some(finish),
            closure: Box::new(func),
            stand_in: None,
        })
    }

    /// An asynchronous function over dynamic values, for stores with data `T`.
    pub fn dynamic_async<T, F>(func: F) -> Arc<HostFunc>
    where
        T: 'static,
        F: for<'a> Fn(
                StoreContextMut<'a, T>,
                ComponentFunc,
                &'a [Val],
                &'a mut [Val],
            ) -> HostFuture<'a, ()>
            + Send
            + Sync
            + 'static,
    {
        Arc::new(HostFunc {
            typecheck: None,
            land: land_dynamic::<T, F>,
            finish: Some(finish),
            closure: Box::new(func),
            stand_in: None,
        })
    }
}

extern "C" fn land_typed<T, F, P, R>(landing: &Landing, frame: &mut CallFrame) -> u32
where
    T: 'static,
    F: Fn(StoreContextMut<'_, T>, P) -> HostFuture<'_, R> + Send + Sync + 'static,
    P: ComponentNamedList + Lift + 'static,
    R: ComponentNamedList + Lower + 'static,
{
    // SAFETY: a landing that is bound calls what its closure brought with it, which knows the type.
    let func = unsafe { &*landing.closure.cast::<F>() };
    let this: *const Landing = landing;
    landing.begin(frame, |call| {
        let params = call.lift_params::<P>()?;
        // SAFETY: a linker's functions are called for stores with its data type alone, and whoever
        // polls the call borrows the store until the future is gone.
        let future = Box::into_pin(func(unsafe { call.store() }, params));
        Ok(Box::pin(async move {
            let result = future.await?;
            let finish: Finish = Box::new(move |frame| {
                // SAFETY: as above; and a guest comes back to the landing that it called.
                unsafe { (*this).host_call(frame).lower_result::<T, R>(&result) }
            });
            Ok(finish)
        }))
    })
}

extern "C" fn land_dynamic<T, F>(landing: &Landing, frame: &mut CallFrame) -> u32
where
    T: 'static,
    F: for<'a> Fn(
            StoreContextMut<'a, T>,
            ComponentFunc,
            &'a [Val],
            &'a mut [Val],
        ) -> HostFuture<'a, ()>
        + Send
        + Sync
        + 'static,
{
    // SAFETY: as in `land_typed`; a function that is waited for is kept by its landing.
    let func: &'static F = unsafe { &*landing.closure.cast::<F>() };
    let this: *const Landing = landing;
    landing.begin(frame, |call| {
        let (ty, params) = call.lift_values()?;
        // SAFETY: as in `land_typed`.
        let store = unsafe { call.store::<T>() };
        Ok(Box::pin(async move {
            let mut results = vec![Val::Bool(false); ty.results().len()];
            Box::into_pin(func(store, ty, &params, &mut results)).await?;
            let finish: Finish = Box::new(move |frame| {
                // SAFETY: as in `land_typed`.
                unsafe { (*this).host_call(frame).lower_values::<T>(&results) }
            });
            Ok(finish)
        }))
    })
}

/// Where a guest's wrapper comes back to once the guest is running again.
pub extern "C" fn finish(landing: &Landing, frame: &mut CallFrame) -> u32 {
    // SAFETY: a guest was suspended, so its frame has what it waited for.
    let waits = unsafe { &*frame.waits };
    let (depth, result) = waits.finish();
    let status = landing.complete(frame, result);
    if let Some(depth) = depth {
        landing.unwind(depth);
    }
    status
}

impl Landing {
    /// Begins an asynchronous host function, and finishes it if it is done at once.
    pub fn begin(
        &self,
        frame: &mut CallFrame,
        start: impl FnOnce(&mut HostCall<'_>) -> Result<Waiting>,
    ) -> u32 {
        let depth = self.enter();
        let started = start(&mut self.host_call(&mut frame.slots));
        let polled = match started {
            Err(error) => Some(Err(error)),
            // SAFETY: who entered the guest keeps what its frame points to.
            Ok(future) => match unsafe { frame.waits.as_ref() } {
                Some(waits) => waits.begin(depth, future),
                None => Some(now_or_never(future)),
            },
        };
        let Some(result) = polled else {
            return SUSPENDS;
        };
        let status = self.complete(frame, result);
        self.unwind(depth);
        status
    }

    fn complete(&self, frame: &mut CallFrame, result: Result<Finish>) -> u32 {
        match result.and_then(|finish| finish(&mut frame.slots)) {
            Ok(()) => 0,
            Err(error) => self.fail(error),
        }
    }
}

/// The result of what the host does where nothing can wait for it; what gives way to others before
/// it is done is asked once more.
pub fn now_or_never<R, F>(mut future: Pin<Box<F>>) -> Result<R>
where
    F: Future<Output = Result<R>> + ?Sized,
{
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..2 {
        if let Poll::Ready(result) = future.as_mut().poll(&mut cx) {
            return result;
        }
    }
    Err(cannot_wait())
}

#[cold]
fn cannot_wait() -> Error {
    match page::can_suspend() {
        true => format_err!(
            "a guest cannot wait for the host here: only below `call_async`, `instantiate_async` and `resource_drop_async` can it be suspended"
        ),
        false => format_err!(
            "a guest cannot wait for the host in this browser: it has no JavaScript Promise Integration (`WebAssembly.Suspending`)"
        ),
    }
}
