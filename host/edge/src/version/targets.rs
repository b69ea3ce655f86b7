//! The way into a component by its own functions: which there are, and what requests call them.

use std::collections::HashMap;

use amphi::component::{Component, ComponentExportIndex};
use amphi::invoke::{self, Call, InvokeError};
use amphi::json;
use amphi_core::version::serving;

use crate::runtime::linker::export;

/// A function that requests can call.
pub struct Target {
    /// Which of the component's functions it is.
    pub function: invoke::Target,
    /// Its types, as JSON has them.
    pub json: json::Function,
    pub(super) index: ComponentExportIndex,
}

/// The functions of a component, as requests name them.
#[derive(Default)]
pub struct Targets {
    /// Those that requests can call.
    pub callable: Vec<Target>,
    /// Those that they cannot, and why.
    pub refused: Vec<(invoke::Target, json::Unsupported)>,
    names: HashMap<String, usize>,
}

/// How many parts the types of a component's functions may have together. Each takes some hundred
/// bytes, and a component of a few bytes may have very many.
const PARTS: usize = 1 << 20;

fn too_many() -> json::Unsupported {
    json::Unsupported {
        path: String::new(),
        ty: "func".to_owned(),
        reason: json::Reason::Together { most: PARTS },
    }
}

impl Targets {
    /// All functions that `component` exports, its types made ready for JSON as long as they are
    /// not too many.
    pub(crate) fn of(component: &Component) -> Self {
        let mut targets = Self::default();
        let mut left = PARTS;
        for function in invoke::targets(component) {
            let Some(index) = export(component, &function) else {
                continue;
            };
            let json = json::Function::new(&function.func).and_then(|json| {
                left = left.checked_sub(json.parts()).ok_or_else(too_many)?;
                Ok(json)
            });
            match json {
                Ok(json) => targets.callable.push(Target {
                    function,
                    json,
                    index,
                }),
                Err(why) => targets.refused.push((function, why)),
            }
        }
        targets.names = names(&targets.callable);
        targets
    }

    /// The function that the end of a path names: `demo:calc/ops@1.0.0/add`, the same with a
    /// version that is compatible, `demo:calc/ops/add`, or `add` where that is only one.
    pub(crate) fn find(&self, path: &str) -> Option<&Target> {
        let functions = || self.callable.iter().map(|target| &target.function);
        let named = self.names.get(path);
        let named = named.or_else(|| self.names.get(&compatible(path, functions())?));
        named.map(|&place| &self.callable[place])
    }

    /// Why the function that `path` names cannot be called, if it is one of those.
    pub(crate) fn refusal(&self, path: &str) -> Option<String> {
        let compatible = compatible(path, self.refused.iter().map(|(target, _)| target));
        self.refused
            .iter()
            .find(|(target, _)| {
                NAMES.iter().any(|name| {
                    let name = name(target);
                    name == path || compatible.as_ref() == Some(&name)
                })
            })
            .map(|(target, why)| format!("`{target}` cannot be called: {why}"))
    }

    /// Every function that cannot be called, with the reason.
    pub(crate) fn refusals(&self) -> Vec<String> {
        self.refused
            .iter()
            .map(|(target, why)| format!("`{target}`: {why}"))
            .collect()
    }

    /// Why `path` names no function, with names that are near.
    pub(crate) fn unknown(&self, component: &Component, path: &str) -> Option<InvokeError> {
        let (interface, function) = match path.rsplit_once('/') {
            Some((interface, function)) => (Some(interface.to_owned()), function),
            None => (None, path),
        };
        let call = Call {
            name: path.to_owned(),
            interface,
            function: function.to_owned(),
            arguments: String::new(),
        };
        invoke::resolve(component, &call).err()
    }
}

/// The names of a function, the longest first.
const NAMES: [fn(&invoke::Target) -> String; 3] = [full, without_version, alone];

/// Every name that means one function and no other.
fn names(targets: &[Target]) -> HashMap<String, usize> {
    let mut names = HashMap::new();
    // A full name always wins; a shorter one must not mean two.
    for shorten in NAMES {
        let mut found: HashMap<String, Option<usize>> = HashMap::new();
        for (place, target) in targets.iter().enumerate() {
            found
                .entry(shorten(&target.function))
                .and_modify(|two| *two = None)
                .or_insert(Some(place));
        }
        for (name, place) in found {
            if let Some(place) = place {
                names.entry(name).or_insert(place);
            }
        }
    }
    names
}

fn full(target: &invoke::Target) -> String {
    within(target.interface.as_deref(), target)
}

/// The full name of the one of `functions` that `path` means by another version that is compatible.
fn compatible<'a>(
    path: &str,
    functions: impl Iterator<Item = &'a invoke::Target>,
) -> Option<String> {
    let (interface, function) = path.rsplit_once('/')?;
    let interfaces = functions
        .filter(|target| target.function == function)
        .filter_map(|target| target.interface.as_deref());
    Some(format!("{}/{function}", serving(interface, interfaces)?))
}

fn without_version(target: &invoke::Target) -> String {
    within(target.interface_without_version(), target)
}

fn within(interface: Option<&str>, target: &invoke::Target) -> String {
    match interface {
        Some(interface) => format!("{interface}/{}", target.function),
        None => target.function.clone(),
    }
}

fn alone(target: &invoke::Target) -> String {
    target.function.clone()
}
