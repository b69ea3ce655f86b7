//! Which imports Wasmtime cannot satisfy, all of them: it tells of the first, so the linker is
//! asked for each of the component's imports alone.

mod question;

use amphi_core::unsatisfied::{TOLD, Unsatisfied, list};
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, InstancePre, Linker, ResourceType};
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

/// How many types are written down to ask for all imports; what more imports need is left to
/// Wasmtime's own error.
const TYPES: usize = 20_000;

/// Every import that cannot be satisfied, but no more than are told.
fn every<T: 'static>(linker: &Linker<T>, component: &Component) -> Vec<Unsatisfied> {
    let engine = component.engine();
    let ty = component.component_type();
    let mut wrong: Vec<Unsatisfied> = Vec::new();
    let mut homes: Vec<Home> = Vec::new();
    let mut supplied = None;
    let mut left = TYPES;
    for (name, import) in ty.imports(engine) {
        if wrong.len() > TOLD {
            break;
        }
        let asked = question(engine, name, &import.ty, &homes, &mut left);
        let cause = asked.and_then(|(bytes, needed)| match &supplied {
            Some(supplied) if needed.iter().any(|home| homes[*home].missing) => {
                refusal(supplied, &bytes)
            }
            _ => refusal(linker, &bytes),
        });
        let first = homes.len();
        Home::add(&mut homes, engine, name, &import.ty);
        if let Some(cause) = cause {
            wrong.push(Unsatisfied {
                kind: kind(&import.ty).to_owned(),
                name: name.to_owned(),
                cause,
            });
            // What uses a resource that is missing is judged as if that were there.
            for home in &mut homes[first..] {
                home.missing = refusal(linker, &home.question()).is_some();
                if home.missing {
                    let supplied = supplied.get_or_insert_with(|| linker.clone());
                    supply(supplied.allow_shadowing(true), home);
                }
            }
        }
    }
    wrong
}

/// What stands for a resource that is missing.
struct Missing;

fn supply<T: 'static>(linker: &mut Linker<T>, home: &Home) {
    let ty = ResourceType::host::<Missing>();
    let mut root = linker.root();
    // With shadowing a name can be defined whatever it was; if it could not, who uses the resource
    // would be told of too.
    let _ = match &home.export {
        None => root.resource(&home.import, ty, |_, _| Ok(())),
        Some(export) => root
            .instance(&home.import)
            .and_then(|mut instance| instance.resource(export, ty, |_, _| Ok(()))),
    };
}

/// Why the linker has not what the component of these bytes imports; nothing if it has, or cannot
/// be asked.
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
