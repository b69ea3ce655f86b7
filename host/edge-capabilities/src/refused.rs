//! Functions that trap because what they do is not granted.

use amphi::component::types::ComponentItem;
use amphi::component::{Component, Linker};
use std::fmt;

/// A guest used what it is not granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotGranted {
    /// What would have to be granted.
    pub grant: &'static str,
    /// The interface whose function was called.
    pub interface: String,
    /// The function.
    pub function: String,
}

impl fmt::Display for NotGranted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NotGranted {
            grant,
            interface,
            function,
        } = self;
        write!(f, "`{interface}`: `{function}` needs the grant `{grant}`")
    }
}

impl std::error::Error for NotGranted {}

/// Defines every function that `component` imports from interfaces whose names begin with `prefix`
/// as one that traps, instead of what `linker` has.
pub fn interfaces<T: 'static>(
    linker: &mut Linker<T>,
    component: &Component,
    prefix: &str,
    grant: &'static str,
) -> amphi::Result<()> {
    let engine = component.engine();
    linker.allow_shadowing(true);
    let ty = component.component_type();
    for (interface, item) in ty
        .imports(engine)
        .filter(|(name, _)| name.starts_with(prefix))
    {
        let ComponentItem::ComponentInstance(instance) = item.ty else {
            continue;
        };
        for (function, item) in instance.exports(engine) {
            let ComponentItem::ComponentFunc(ty) = item.ty else {
                continue;
            };
            let error = NotGranted {
                grant,
                interface: interface.to_owned(),
                function: function.to_owned(),
            };
            let mut at = linker.instance(interface)?;
            match ty.async_() {
                true => at.func_new_concurrent(function, move |_, _, _, _| {
                    let error = error.clone();
                    Box::pin(async move { Err(error.into()) })
                })?,
                false => at.func_new(function, move |_, _, _, _| Err(error.clone().into()))?,
            }
        }
    }
    linker.allow_shadowing(false);
    Ok(())
}
