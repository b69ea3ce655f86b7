//! What the items of a component are for JavaScript, and what it calls them.

use crate::json;
use amphi_core::javascript::{Case, exported};

/// Which way an item is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The page gives it.
    Import,
    /// The component gives it.
    Export,
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Instance,
    Func,
    Resource,
    /// Something that JavaScript does not name.
    Other,
}

/// What an item is by its name and kind, with the resource that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role<'a> {
    Other,
    Interface,
    Resource,
    Function,
    Constructor(&'a str),
    Method(&'a str),
    Static(&'a str),
}

/// The role of an item, and the part of its name that JavaScript has a name for: of
/// `[method]counter.next` the method `next` of the resource `counter`.
fn role(name: &str, kind: Kind) -> (Role<'_>, &str) {
    let member = |prefix| name.strip_prefix(prefix)?.split_once('.');
    match kind {
        Kind::Other => (Role::Other, name),
        Kind::Instance => (Role::Interface, name),
        Kind::Resource => (Role::Resource, name),
        Kind::Func => {
            if let Some(resource) = name.strip_prefix("[constructor]") {
                (Role::Constructor(resource), resource)
            } else if let Some((resource, member)) = member("[method]") {
                (Role::Method(resource), member)
            } else if let Some((resource, member)) = member("[static]") {
                (Role::Static(resource), member)
            } else {
                (Role::Function, name)
            }
        }
    }
}

const NONE: &[&str] = &[];

/// The names of what has a role.
fn named<'a>(roles: &[(Role<'a>, &'a str)], wanted: Role<'_>) -> Vec<&'a str> {
    let named = roles.iter().filter(|(role, _)| *role == wanted);
    named.map(|(_, name)| *name).collect()
}

/// What the package's modules are told of each of the items that stand side by side, as the first
/// members of its object in JSON.
pub fn describe(items: &[(&str, Kind)], side: Side) -> Vec<String> {
    let roles: Vec<_> = items.iter().map(|(name, kind)| role(name, *kind)).collect();
    let mut spelled: Vec<String> = roles.iter().map(|(_, name)| (*name).to_owned()).collect();
    let interfaces = named(&roles, Role::Interface);
    let mut done: Vec<Role<'_>> = Vec::new();
    for (role, _) in &roles {
        let (case, taken) = match role {
            Role::Function => (Case::Camel, interfaces.as_slice()),
            Role::Method(_) | Role::Static(_) => (Case::Camel, NONE),
            Role::Resource => (Case::Pascal, NONE),
            // The one by its own name, the other by its resource's.
            Role::Interface | Role::Constructor(_) | Role::Other => continue,
        };
        if done.contains(role) {
            continue;
        }
        done.push(*role);
        let mut names = case.spell_all(named(&roles, *role), taken).into_iter();
        for ((other, _), spelled) in roles.iter().zip(&mut spelled) {
            if other == role
                && let Some(name) = names.next()
            {
                let is_called = side == Side::Export && case == Case::Camel;
                *spelled = if is_called { exported(name) } else { name };
            }
        }
    }
    let described = items.iter().zip(roles).zip(&spelled);
    described
        .map(|(((name, _), (role, _)), spelled)| {
            let (name, spelled) = (json::string(name), json::string(spelled));
            let role = match role {
                Role::Constructor(of) => belonging("constructor", of),
                Role::Method(of) => belonging("method", of),
                Role::Static(of) => belonging("static", of),
                Role::Function | Role::Interface | Role::Resource | Role::Other => String::new(),
            };
            format!("\"name\":{name},\"as\":{spelled}{role}")
        })
        .collect()
}

fn belonging(role: &str, resource: &str) -> String {
    format!(",\"role\":\"{role}\",\"of\":{}", json::string(resource))
}
