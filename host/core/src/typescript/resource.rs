//! Resources: classes that the guest gives, and what the host's own have to look like.

use wit_parser::{Function, FunctionKind, TypeId};

use super::layout::Side;
use super::scope::{Scope, Unsupported};
use super::{TypescriptError, definition, doc, function, identifier};

/// What a class has when only the guest makes instances of it.
const NO_CONSTRUCTOR: &str = "private constructor();\n";

/// The declaration of a resource.
///
/// A guest's class is not exported as a value, since no module has it: it is a member of what the guest exports.
pub(super) fn declaration(
    scope: Scope<'_>,
    name: &str,
    id: TypeId,
) -> Result<String, TypescriptError> {
    let ty = identifier::pascal(name);
    let comment = definition::comment(&scope.resolve.types[id].docs);
    let methods = of_kind(scope, id, Kind::Method)?;
    Ok(match scope.side {
        Side::Export => {
            let statics = of_kind(scope, id, Kind::Static)?;
            let constructor = constructor(scope, id)?.unwrap_or_else(|| NO_CONSTRUCTOR.to_owned());
            let dispose = "/** Drops the resource in the guest. */\n[Symbol.dispose](): void;\n";
            let body = [&constructor, &methods, &statics, dispose, "#private;\n"].concat();
            let body = doc::indented(&body);
            format!("{comment}declare class {ty} {{\n{body}}}\nexport type {{ {ty} }};\n")
        }
        Side::Import => {
            let dispose =
                "/** Called when the guest drops the resource. */\n[Symbol.dispose]?(): void;\n";
            let body = doc::indented(&(methods + dispose));
            format!("{comment}export interface {ty} {{\n{body}}}\n")
        }
    })
}

/// The class as a member of what the interface gives.
pub(super) fn member(scope: Scope<'_>, name: &str, id: TypeId) -> Result<String, TypescriptError> {
    let ty = identifier::pascal(name);
    if scope.side == Side::Export {
        return Ok(format!("readonly {ty}: typeof {ty};\n"));
    }
    let statics = of_kind(scope, id, Kind::Static)?;
    let constructor = constructor(scope, id)?;
    if statics.is_empty() && constructor.is_none() {
        return Ok(format!("{ty}: abstract new (...args: never[]) => {ty};\n"));
    }
    let constructor = constructor.unwrap_or_default();
    let body = doc::indented(&(constructor + &statics));
    Ok(format!("{ty}: {{\n{body}}};\n"))
}

/// What kind of function a resource has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Method,
    Static,
}

fn constructor(scope: Scope<'_>, id: TypeId) -> Result<Option<String>, TypescriptError> {
    let of_resource = |function: &&Function| function.kind == FunctionKind::Constructor(id);
    let Some(function) = scope.functions().into_iter().find(of_resource) else {
        return Ok(None);
    };
    let at = |unsupported: Unsupported| unsupported.at(scope, &function.name);
    let comment = function::documentation(scope, function).map_err(at)?;
    let parameters = function::parameters(scope, function).map_err(at)?;
    let name = scope.resolve.types[id].name.as_deref().unwrap_or_default();
    Ok(Some(match scope.side {
        Side::Export => format!("{comment}constructor({parameters});\n"),
        Side::Import => format!(
            "{comment}new ({parameters}): {};\n",
            identifier::pascal(name)
        ),
    }))
}

fn of_kind(scope: Scope<'_>, id: TypeId, kind: Kind) -> Result<String, TypescriptError> {
    let mut members = String::new();
    for function in scope.functions() {
        let (of, resource) = match function.kind {
            FunctionKind::Method(resource) | FunctionKind::AsyncMethod(resource) => {
                (Kind::Method, resource)
            }
            FunctionKind::Static(resource) | FunctionKind::AsyncStatic(resource) => {
                (Kind::Static, resource)
            }
            FunctionKind::Freestanding
            | FunctionKind::AsyncFreestanding
            | FunctionKind::Constructor(_) => continue,
        };
        if of == kind && resource == id {
            let name = match scope.side {
                Side::Export => identifier::method(function.item_name()),
                Side::Import => identifier::property(function.item_name()),
            };
            let name = match (scope.side, kind) {
                (Side::Export, Kind::Static) => format!("static {name}"),
                _ => name,
            };
            members += &function::member(scope, function, &name)?;
        }
    }
    Ok(members)
}
