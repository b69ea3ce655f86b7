//! The file of the world: what the component wants, what it offers, and the type for `load`.

use std::collections::BTreeMap;

use wit_parser::{IndexMap, Resolve, TypeId, WorldId, WorldItem, WorldKey};

use super::file_scope::FileScope;
use super::layout::{self, Declared, InterfaceSide, Layout};
use super::{Calls, TypescriptError, definition, doc, interface};
use crate::version::bare;
use crate::wasi::is_supplied;

/// The text of the file.
pub(super) fn text(
    resolve: &Resolve,
    id: WorldId,
    layout: &Layout,
) -> Result<String, TypescriptError> {
    let world = &resolve.worlds[id];
    let imported = types(resolve, &world.imports);
    let exported: Vec<(&str, TypeId)> = types(resolve, &world.exports)
        .into_iter()
        .filter(|(name, _)| !imported.iter().any(|(other, _)| other == name))
        .collect();
    let all = imported.iter().chain(&exported);
    let mut text = interface::heading(resolve, all.map(|(_, id)| *id));
    for (side, types) in [
        (InterfaceSide::Import, &imported),
        (InterfaceSide::Export, &exported),
    ] {
        let scope = FileScope::of_world(resolve, layout, side, id);
        for (name, id) in types {
            text += "\n";
            text += &definition::definition(scope, name, *id)?;
        }
    }
    let Declared {
        imports,
        exports,
        component,
    } = &layout.declared;
    let members = side(resolve, id, layout, InterfaceSide::Import, &imported)?;
    text += &format!(
        "\n/** What the component wants from its host. */\nexport interface {imports} {{\n{members}}}\n"
    );
    let members = side(resolve, id, layout, InterfaceSide::Export, &exported)?;
    text += &format!(
        "\n/** What the component offers. */\nexport interface {exports} {{\n{members}}}\n"
    );
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
        "export interface {component} {{\n  imports: {imports};\n  exports: {exports};\n{calls}}}\n"
    );
    Ok(text)
}

/// The members of `Imports` or `Exports`.
fn side(
    resolve: &Resolve,
    id: WorldId,
    layout: &Layout,
    side: InterfaceSide,
    types: &[(&str, TypeId)],
) -> Result<String, TypescriptError> {
    let scope = FileScope::of_world(resolve, layout, side, id);
    let giving = || layout.modules(side).filter(|(_, module)| module.gives);
    let keys: Vec<&str> = giving().map(|(_, module)| module.key.as_str()).collect();
    let mut members = interface::members(scope, types, &keys)?;
    let mut versions = BTreeMap::<&str, usize>::new();
    for (_, module) in giving() {
        *versions.entry(bare(&module.key)).or_default() += 1;
    }
    for (_, module) in giving() {
        let mark = match side {
            InterfaceSide::Import if is_supplied(&module.key) => "?",
            InterfaceSide::Import | InterfaceSide::Export => "",
        };
        let file = layout::specifier(layout.world(), &module.path);
        let mut add = |key: &str| {
            members += &format!("'{key}'{mark}: import('{file}').{};\n", module.name);
        };
        // One version alone needs not be named; what is exported may be.
        let short = bare(&module.key);
        let is_only = versions.get(short) == Some(&1);
        if is_only {
            add(short);
        }
        if !is_only || (side == InterfaceSide::Export && short != module.key) {
            add(&module.key);
        }
    }
    Ok(doc::indented(&members))
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
