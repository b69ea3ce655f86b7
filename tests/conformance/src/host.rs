//! The instance `host` that scripts of ours may import, to see values go out to a host function and
//! come back.
//!
//! - every function whose name begins with `echo`, of any type `func(x: T) -> T`: returns its
//!   argument
//! - `fail`, of any type: returns an error with the text `the host refuses`
//! - `item`: a resource type; `[constructor]item: func(rep: u32) -> own<item>`; `[method]item.rep:
//!   func(self: borrow<item>) -> u32`; `[static]item.consume: func(item: own<item>) -> u32`, its
//!   representation; `dropped: func() -> list<u32>`, the representations of the items that guests
//!   have dropped

use amphi::component::types::ComponentItem;
use amphi::component::{Component, Linker, LinkerInstance, Resource, ResourceType};
use amphi::{Result, bail};

/// What a store keeps for `host`.
#[derive(Debug, Default)]
pub struct State {
    dropped: Vec<u32>,
}

/// What an `item` is in Rust.
struct Item;

/// Defines in `linker` what `component` can import from `host`.
pub(crate) fn link(linker: &mut Linker<State>, component: &Component) -> Result<()> {
    let ty = component.component_type();
    let engine = linker.engine().clone();
    let Some(ComponentItem::ComponentInstance(imported)) =
        ty.get_import(&engine, "host").map(|item| item.ty)
    else {
        return Ok(());
    };
    let mut host = linker.instance("host")?;
    resources(&mut host)?;
    for (name, _) in imported.exports(&engine) {
        if name.starts_with("echo") {
            host.func_new(name, |_, _, params, results| {
                let ([value], [result]) = (params, results) else {
                    bail!("expected an echo of one value to one value");
                };
                *result = value.clone();
                Ok(())
            })?;
        } else if name == "fail" {
            host.func_new(name, |_, _, _, _| bail!("the host refuses"))?;
        }
    }
    Ok(())
}

fn resources(host: &mut LinkerInstance<'_, State>) -> Result<()> {
    host.resource("item", ResourceType::host::<Item>(), |mut cx, rep| {
        cx.data_mut().dropped.push(rep);
        Ok(())
    })?;
    host.func_wrap("[constructor]item", |_, (rep,): (u32,)| {
        Ok((Resource::<Item>::new_own(rep),))
    })?;
    host.func_wrap("[method]item.rep", |_, (item,): (Resource<Item>,)| {
        Ok((item.rep(),))
    })?;
    host.func_wrap("[static]item.consume", |_, (item,): (Resource<Item>,)| {
        Ok((item.rep(),))
    })?;
    host.func_wrap("dropped", |cx, (): ()| Ok((cx.data().dropped.clone(),)))
}
