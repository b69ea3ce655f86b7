//! Linking, with an error that lists every import that nobody supplies.

use crate::Result;
use crate::component::{Component, InstancePre, Linker};
use crate::engine::instantiate_pre;

/// Binds what `component` imports to what `linker` defines, as [`Linker::instantiate_pre`] does.
///
/// Where several imports cannot be satisfied, the error names them all, a line for each, with what is wrong; Wasmtime's own
/// names the first.
///
/// ```
/// # fn example(component: &amphi::component::Component) -> amphi::Result<()> {
/// let mut linker = amphi::component::Linker::<()>::new(component.engine());
/// linker.root().func_wrap("now", |_, ()| Ok((0_u64,)))?;
/// let pre = amphi::link(&linker, component)?;
/// # drop(pre);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// An import is missing or has another type than the component expects.
pub fn link<T: 'static>(linker: &Linker<T>, component: &Component) -> Result<InstancePre<T>> {
    instantiate_pre(linker, component)
}
