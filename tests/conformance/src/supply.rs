//! Gives what an instance exports to a linker, so that another component can import it.

use crate::host::State;
use crate::stage::Running;
use amphi::component::types::{ComponentExtern, ComponentItem};
use amphi::component::{ComponentExportIndex, Func, LinkerInstance, Val};
use amphi::error::Context as _;
use amphi::{Result, Store, StoreContextMut};

/// Defines in `linker` the functions, resources, core modules and instances that `running` exports.
///
/// A resource's destructor stays out: the linker asks for one, and what a guest's resource is
/// destroyed by is its own business.
pub(crate) fn exports(
    linker: &mut LinkerInstance<'_, State>,
    store: &mut Store<State>,
    running: &Running,
) -> Result<()> {
    let ty = running.component.component_type();
    let engine = running.component.engine().clone();
    define(linker, store, running, None, ty.exports(&engine))
}

fn define<'a>(
    linker: &mut LinkerInstance<'_, State>,
    store: &mut Store<State>,
    running: &Running,
    parent: Option<&ComponentExportIndex>,
    items: impl Iterator<Item = (&'a str, ComponentExtern<'a>)>,
) -> Result<()> {
    let engine = running.component.engine().clone();
    for (name, item) in items {
        let index = running
            .component
            .get_export_index(parent, name)
            .with_context(|| format!("`{name}` has no index"))?;
        let missing = || format!("the instance lacks `{name}`");
        match item.ty {
            ComponentItem::ComponentFunc(_) => {
                let func = running
                    .instance
                    .get_func(&mut *store, index)
                    .with_context(missing)?;
                linker.func_new(name, move |cx, _, params, results| {
                    forward(cx, func, params, results)
                })?;
            }
            ComponentItem::Resource(_) => {
                let ty = running
                    .instance
                    .get_resource(&mut *store, index)
                    .with_context(missing)?;
                linker.resource(name, ty, |_, _| Ok(()))?;
            }
            ComponentItem::Module(_) => {
                let module = running
                    .instance
                    .get_module(&mut *store, index)
                    .with_context(missing)?;
                linker.module(name, &module)?;
            }
            ComponentItem::ComponentInstance(ty) => {
                let mut inner = linker.instance(name)?;
                define(
                    &mut inner,
                    store,
                    running,
                    Some(&index),
                    ty.exports(&engine),
                )?;
            }
            // Nothing that an instance has at run time.
            ComponentItem::Type(_) | ComponentItem::CoreFunc(_) | ComponentItem::Component(_) => {}
        }
    }
    Ok(())
}

/// Calls `func` in the place of the function that a component imports.
fn forward(
    mut cx: StoreContextMut<'_, State>,
    func: Func,
    params: &[Val],
    results: &mut [Val],
) -> Result<()> {
    func.call(&mut cx, params, results)?;
    // What was lent to this function goes back before it returns.
    for value in params {
        if let Val::Resource(handle) = value
            && !handle.owned()
        {
            handle.resource_drop(&mut cx)?;
        }
    }
    Ok(())
}
