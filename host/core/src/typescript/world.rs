//! The file of the world: what the component wants, what it offers, and the type for `load`.

use std::collections::BTreeMap;

use wit_parser::{IndexMap, Resolve, TypeId, WorldId, WorldItem, WorldKey};

use super::layout::{self, Layout, Side};
use super::scope::Scope;
use super::{Calls, TypescriptError, definition, doc, identifier, interface};

/// The packages of WASI that every host supplies, so that a program need not.
const SUPPLIED: &[&str] = &[
    "wasi:cli/",
    "wasi:clocks/",
    "wasi:filesystem/",
    "wasi:http/",
    "wasi:io/",
    "wasi:random/",
    "wasi:sockets/",
];

/// The text of the file.
pub(super) fn text(
    resolve: &Resolve,
    id: WorldId,
    layout: &Layout,
    name: &str,
) -> Result<String, TypescriptError> {
    let world = &resolve.worlds[id];
    let imported = types(resolve, &world.imports);
    let exported: Vec<(&str, TypeId)> = types(resolve, &world.exports)
        .into_iter()
        .filter(|(name, _)| !imported.iter().any(|(other, _)| other == name))
        .collect();
    let all = || imported.iter().chain(&exported);
    let taken = |ty: &str| {
        let ours = ["Exports", "Imports"].contains(&ty);
        ours || all().any(|(name, _)| identifier::pascal(name) == ty)
    };
    let component = identifier::free(name, "Component", taken);

    let mut text = interface::heading(resolve, all().map(|(_, id)| *id));
    for (side, types) in [(Side::Import, &imported), (Side::Export, &exported)] {
        let scope = Scope::of_world(resolve, layout, side, id);
        for (name, id) in types {
            text += "\n";
            text += &definition::definition(scope, name, *id)?;
        }
    }
    let imports = side(resolve, id, layout, Side::Import, &imported)?;
    text += &format!(
        "\n/** What the component wants from its host. */\nexport interface Imports {{\n{imports}}}\n"
    );
    let exports = side(resolve, id, layout, Side::Export, &exported)?;
    text +=
        &format!("\n/** What the component offers. */\nexport interface Exports {{\n{exports}}}\n");
    let docs = world.docs.contents.as_deref().unwrap_or_default();
    let what = format!("The component: `load<{component}>(…)` knows its imports and exports.");
    text += "\n";
    text += &doc::comment(&doc::paragraphs(&[&what, docs]));
    let calls = match layout.calls {
        Calls::Direct => "",
        Calls::Promised => {
            "  /** It is loaded with the option `async` or `worker`. */\n  async: true;\n"
        }
    };
    text += &format!(
        "export interface {component} {{\n  imports: Imports;\n  exports: Exports;\n{calls}}}\n"
    );
    Ok(text)
}

/// The members of `Imports` or `Exports`.
fn side(
    resolve: &Resolve,
    id: WorldId,
    layout: &Layout,
    side: Side,
    types: &[(&str, TypeId)],
) -> Result<String, TypescriptError> {
    let scope = Scope::of_world(resolve, layout, side, id);
    let mut members = interface::members(scope, types)?;
    let giving = || layout.modules(side).filter(|(_, module)| module.gives);
    let mut versions = BTreeMap::<&str, usize>::new();
    for (_, module) in giving() {
        *versions.entry(unversioned(&module.key)).or_default() += 1;
    }
    for (_, module) in giving() {
        let supplied = SUPPLIED
            .iter()
            .any(|package| module.key.starts_with(package));
        let mark = if side == Side::Import && supplied {
            "?"
        } else {
            ""
        };
        let file = layout::specifier(layout.world(), &module.path);
        let mut add = |key: &str| {
            members += &format!("'{key}'{mark}: import('{file}').{};\n", module.name);
        };
        // One version alone needs not be named; what is exported may be.
        let short = unversioned(&module.key);
        let is_only = versions.get(short) == Some(&1);
        if is_only {
            add(short);
        }
        if !is_only || (side == Side::Export && short != module.key) {
            add(&module.key);
        }
    }
    Ok(doc::indented(&members))
}

fn unversioned(key: &str) -> &str {
    key.split('@').next().unwrap_or(key)
}

/// The types that a world itself has on one side.
fn types<'a>(
    resolve: &'a Resolve,
    items: &'a IndexMap<WorldKey, WorldItem>,
) -> Vec<(&'a str, TypeId)> {
    let ty = |(_, item): (&WorldKey, &'a WorldItem)| match item {
        WorldItem::Type { id, .. } => Some((resolve.types[*id].name.as_deref()?, *id)),
        WorldItem::Interface { .. } | WorldItem::Function(_) => None,
    };
    items.iter().filter_map(ty).collect()
}
