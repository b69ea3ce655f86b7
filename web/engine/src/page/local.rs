//! JavaScript values in types that are `Send` and `Sync`, as Wasmtime's are.

use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A JavaScript value of the page's one thread.
///
/// `wasm32-unknown-unknown` without the `atomics` feature has no threads, so nothing can move to
/// another one; host source written for Wasmtime may rely on `Engine` and `Component` being `Send`
/// and `Sync`.
#[derive(Clone, Debug)]
pub struct Local<T>(T);

#[cfg(target_feature = "atomics")]
compile_error!(
    "amphi-web keeps JavaScript values in types that are `Send`: build without the `atomics` target feature"
);

// SAFETY: there is one thread, as the check above makes sure.
unsafe impl<T> Send for Local<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Local<T> {}

impl<T> Local<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Local<T> {
        Local(value)
    }
}

impl<F: Future> Future for Local<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: the value is pinned where the wrapper is, and nothing moves it out.
        unsafe { self.map_unchecked_mut(|local| &mut local.0) }.poll(cx)
    }
}

impl<T> Deref for Local<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Local<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
