//! Which imports Wasmtime cannot satisfy, all of them: it tells of the first, so the linker is asked for each of the component's imports alone.

mod question;

use amphi_core::unsatisfied::{TOLD, Unsatisfied, list};
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{Engine, Error, Result};

use self::question::{Home, question};

/// [`Linker::instantiate_pre`], with an error for all imports that are missing or wrong.
pub fn instantiate_pre<T: 'static>(
    linker: &Linker<T>,
    component: &Component,
) -> Result<InstancePre<T>> {
    let first = match linker.instantiate_pre(component) {
        Ok(pre) => return Ok(pre),
        Err(first) => first,
    };
    if !Engine::same(linker.engine(), component.engine()) {
        return Err(first);
    }
    let wrong = every(linker, component);
    if wrong.len() < 2 {
        return Err(first);
    }
    Err(Error::msg(list(&wrong)))
}

/// How many types are written down to ask for all imports; what more imports need is left to Wasmtime's own error.
const TYPES: usize = 20_000;

/// Every import that cannot be satisfied, but no more than are told.
fn every<T: 'static>(linker: &Linker<T>, component: &Component) -> Vec<Unsatisfied> {
    let engine = component.engine();
    let ty = component.component_type();
    let mut wrong: Vec<Unsatisfied> = Vec::new();
    let mut homes: Vec<Home> = Vec::new();
    let mut left = TYPES;
    for (name, import) in ty.imports(engine) {
        if wrong.len() > TOLD {
            break;
        }
        let asked = question(engine, name, &import.ty, &homes, &mut left);
        if let Some(cause) = asked.and_then(|bytes| refusal(linker, &bytes)) {
            wrong.push(Unsatisfied {
                kind: kind(&import.ty).to_owned(),
                name: name.to_owned(),
                cause,
            });
        }
        Home::add(&mut homes, engine, name, &import.ty);
    }
    wrong
}

/// Why the linker has not what the component of these bytes imports; nothing if it has, or cannot be asked.
fn refusal<T: 'static>(linker: &Linker<T>, bytes: &[u8]) -> Option<String> {
    let component = Component::new(linker.engine(), bytes).ok()?;
    let error = linker.instantiate_pre(&component).err()?;
    let causes: Vec<String> = error.chain().skip(1).map(ToString::to_string).collect();
    Some(causes.join(": "))
}

/// Wasmtime's own words for kinds of imports.
fn kind(item: &ComponentItem) -> &'static str {
    match item {
        ComponentItem::ComponentFunc(_) => "function",
        ComponentItem::CoreFunc(_) => "core function",
        ComponentItem::Module(_) => "core module",
        ComponentItem::Component(_) => "component",
        ComponentItem::ComponentInstance(_) => "instance",
        ComponentItem::Type(_) => "type",
        ComponentItem::Resource(_) => "resource",
    }
}

#[cfg(test)]
mod tests;
