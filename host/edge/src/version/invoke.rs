//! Values in, values out: a call of a function of a component.

use std::sync::Arc;

use amphi::component::Val;

use super::Version;
use super::targets::Target;
use crate::runtime::call::{Failure, Usage};

impl Version {
    /// Calls a function of the component with values that were read for it.
    ///
    /// # Errors
    ///
    /// There was no place in time, a limit was met, or the guest trapped. The instance is gone
    /// then; no other is affected.
    pub(crate) async fn call(
        self: &Arc<Self>,
        target: &Target,
        arguments: &[Val],
        usage: &mut Usage,
    ) -> Result<Vec<Val>, Failure> {
        let called = self.within_limits(usage, None, async |live| {
            let function = live
                .instance
                .get_func(&mut live.store, target.index)
                .ok_or(Failure::NoResponse)?;
            let mut results = vec![Val::Bool(false); target.function.func.results().len()];
            match function
                .call_async(&mut live.store, arguments, &mut results)
                .await
            {
                Ok(()) => Ok(results),
                Err(error) => Err(Failure::of(error, &live.store)),
            }
        });
        called.await.0
    }
}
