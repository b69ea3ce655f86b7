//! Which imports Wasmtime cannot satisfy, all of them: it tells of the first, so that one is supplied and it is asked again.

use std::collections::BTreeSet;

use amphi_core::unsatisfied::{TOLD, Unsatisfied, list};
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, InstancePre, Linker, LinkerInstance, ResourceType};
use wasmtime::{Engine, Error, Result, bail};

/// [`Linker::instantiate_pre`], with an error for all imports that are missing or wrong.
pub fn instantiate_pre<T: 'static>(
    linker: &Linker<T>,
    component: &Component,
) -> Result<InstancePre<T>> {
    let first = match linker.instantiate_pre(component) {
        Ok(pre) => return Ok(pre),
        Err(first) => first,
    };
    let wrong = every(linker, component, &first);
    if wrong.len() < 2 {
        return Err(first);
    }
    Err(Error::msg(list(&wrong)))
}

/// How often Wasmtime is asked, whatever is still missing in an interface then: each time it looks at all that it has found before.
const ASKED: usize = 1_000;

/// Every import that cannot be satisfied, from the first error on, but no more than are told.
fn every<T: 'static>(linker: &Linker<T>, component: &Component, first: &Error) -> Vec<Unsatisfied> {
    let engine = component.engine();
    let ty = component.component_type();
    let mut supplied = linker.clone();
    supplied.allow_shadowing(true);
    let mut wrong: Vec<Unsatisfied> = Vec::new();
    let mut paths = BTreeSet::new();
    let mut words = words(first);
    for _ in 0..ASKED {
        let found = ty.imports(engine).find(|(name, _)| names(&words, 0, name));
        let Some((name, item)) = found.filter(|_| wrong.len() <= TOLD) else {
            break;
        };
        if wrong.iter().all(|known| known.name != name) {
            wrong.push(Unsatisfied {
                kind: kind(&item.ty).to_owned(),
                name: name.to_owned(),
                cause: words[1..].join(": "),
            });
        }
        let mut path = vec![name.to_owned()];
        let supply = supply(
            engine,
            &mut supplied.root(),
            name,
            &item.ty,
            &words,
            &mut path,
        );
        if supply.is_err() || !paths.insert(path) {
            break;
        }
        match supplied.instantiate_pre(component) {
            Ok(_) => break,
            Err(next) => words = self::words(&next),
        }
    }
    wrong
}

/// The error and its causes, each in its own words.
fn words(error: &Error) -> Vec<String> {
    error.chain().map(ToString::to_string).collect()
}

/// Whether the cause at `depth` is about `name`, which Wasmtime puts between backticks.
fn names(words: &[String], depth: usize, name: &str) -> bool {
    let name = format!("`{name}`");
    words.get(depth).is_some_and(|text| text.contains(&name))
}

/// Defines the one thing that the error is about, whose path of names it adds to `path`, as something that suits every type.
fn supply<T: 'static>(
    engine: &Engine,
    at: &mut LinkerInstance<'_, T>,
    name: &str,
    item: &ComponentItem,
    words: &[String],
    path: &mut Vec<String>,
) -> Result<()> {
    match item {
        ComponentItem::ComponentFunc(_) => {
            at.func_new(name, |_, _, _, _| bail!("this is never called"))
        }
        ComponentItem::Resource(_) => at.resource(name, ResourceType::host::<()>(), |_, _| Ok(())),
        ComponentItem::ComponentInstance(instance) => {
            let depth = path.len();
            let mut exports = instance.exports(engine);
            let Some((inner, item)) = exports.find(|(name, _)| names(words, depth, name)) else {
                bail!("the error is about no export of the instance");
            };
            path.push(inner.to_owned());
            supply(
                engine,
                &mut at.instance(name)?,
                inner,
                &item.ty,
                words,
                path,
            )
        }
        ComponentItem::CoreFunc(_)
        | ComponentItem::Module(_)
        | ComponentItem::Component(_)
        | ComponentItem::Type(_) => bail!("nothing suits every type of this kind"),
    }
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
