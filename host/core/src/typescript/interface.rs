//! The file of one interface on one side: its types, and what it gives.

use wit_parser::{InterfaceId, Resolve, TypeDefKind, TypeId};

use super::file_scope::FileScope;
use super::layout::{InterfaceSide, Layout, Module};
use super::{FIRST_LINE, TypescriptError, definition, doc, function, identifier, resource};
use crate::javascript::Case;

/// What files with resources need of TypeScript's library.
pub(super) const DISPOSABLE: &str = "/// <reference lib=\"esnext.disposable\" />\n";

/// The text of the file.
pub(super) fn text(
    resolve: &Resolve,
    layout: &Layout,
    side: InterfaceSide,
    id: InterfaceId,
    module: &Module,
) -> Result<String, TypescriptError> {
    let interface = &resolve.interfaces[id];
    let names = (module.path.as_str(), module.key.as_str());
    let scope = FileScope::of_interface(resolve, layout, side, id, names);
    let types: Vec<(&str, TypeId)> = interface
        .types
        .iter()
        .map(|(name, id)| (name.as_str(), *id))
        .collect();
    let mut text = heading(resolve, types.iter().map(|(_, id)| *id));
    for (name, id) in &types {
        text += "\n";
        text += &definition::definition(scope, name, *id)?;
    }
    if module.gives {
        let docs = interface.docs.contents.as_deref().unwrap_or_default();
        let key = format!("`{}`", module.key);
        text += "\n";
        text += &doc::comment(&doc::paragraphs(&[&key, docs]));
        let body = doc::indented(&members(scope, &types, &[])?);
        text += &format!("export interface {} {{\n{body}}}\n", module.name);
    } else if types.is_empty() {
        text += "\nexport {};\n";
    }
    Ok(text)
}

/// The first lines of a file with these types.
pub(super) fn heading(resolve: &Resolve, mut types: impl Iterator<Item = TypeId>) -> String {
    let has_resource = types.any(|id| matches!(resolve.types[id].kind, TypeDefKind::Resource));
    let reference = if has_resource { DISPOSABLE } else { "" };
    format!("{FIRST_LINE}\n{reference}")
}

/// The classes and functions that a scope gives, as members of an interface that has `others` as
/// well.
pub(super) fn members(
    scope: FileScope<'_>,
    types: &[(&str, TypeId)],
    others: &[&str],
) -> Result<String, TypescriptError> {
    let mut members = String::new();
    let is_resource = |id: TypeId| matches!(scope.resolve.types[id].kind, TypeDefKind::Resource);
    let mut resources = types.to_owned();
    resources.retain(|(_, id)| is_resource(*id));
    let classes = Case::Pascal.spell_all(resources.iter().map(|(name, _)| *name), &[]);
    for ((_, id), class) in resources.iter().zip(&classes) {
        members += &resource::member(scope, class, *id)?;
    }
    let mut functions = scope.functions();
    functions.retain(|function| function.kind.resource().is_none());
    for (function, name) in functions.iter().zip(scope.spelled(&functions, others)) {
        members += &function::member(scope, function, identifier::property(&name))?;
    }
    Ok(members)
}
