//! How resources are destroyed.

use super::StoreOpaque;
use crate::page::Slot;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use wasmtime_environ::error::Result;

/// How a resource is destroyed.
pub(crate) enum Destroy {
    Host(Arc<HostDestructor>),
    Guest(Slot),
}

/// What the host runs when a guest drops a resource that it owns.
pub(crate) enum HostDestructor {
    /// It is done at once.
    Sync(Box<dyn Fn(*mut StoreOpaque, u32) -> Result<()> + Send + Sync>),
    /// It may have to be waited for; the future borrows the store, as whoever polls it does.
    Async(Box<dyn Fn(*mut StoreOpaque, u32) -> Destroying + Send + Sync>),
}

/// An asynchronous destructor under way.
pub(crate) type Destroying = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

impl HostDestructor {
    /// Whether a guest that drops a resource may have to be suspended.
    pub fn is_async(&self) -> bool {
        matches!(self, HostDestructor::Async(_))
    }
}

impl fmt::Debug for HostDestructor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostDestructor").finish_non_exhaustive()
    }
}
