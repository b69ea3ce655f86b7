//! What a connection has besides, for whoever answers its requests.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// What was made for a connection.
pub(crate) type Attached = Arc<dyn Any + Send + Sync>;

/// Makes what each connection has besides: when it begins, one for all of its requests, in whose
/// [`RequestContext`](super::RequestContext) it is.
#[derive(Clone)]
pub struct Attach(Arc<dyn Fn() -> Attached + Send + Sync>);

impl Attach {
    /// Makes what `make` does.
    pub fn new<T: Send + Sync + 'static>(make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self(Arc::new(move || Arc::new(make())))
    }

    pub(crate) fn make(&self) -> Attached {
        (self.0)()
    }
}

impl fmt::Debug for Attach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attach").finish_non_exhaustive()
    }
}
