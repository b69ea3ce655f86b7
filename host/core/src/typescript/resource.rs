//! Resources: classes that the guest gives, and what the host's own have to look like.

use wit_parser::{Function, FunctionKind, TypeId};

use super::layout::Side;
use super::scope::{Scope, Unsupported};
use super::{Calls, TypescriptError, definition, doc, function, identifier};

/// What stands in a class whose objects are made in other ways than by its constructor.
const NO_CONSTRUCTOR: &str = "private constructor();\n";

/// How the host drops a resource of the guest.
const DROPPED: &str = "/** Drops the resource in the guest. */\n[Symbol.dispose](): void;\n";

/// How the guest drops a resource of the host.
const DISPOSED: &str =
    "/** Called when the guest drops the resource. */\n[Symbol.dispose]?(): void;\n";

/// What a class of the host is where the guest uses nothing but its objects.
const ANY_CLASS: &str = "abstract new (...args: never[]) =>";

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
    let methods = members(scope, id, Kind::Method, identifier::method)?;
    if scope.side == Side::Import {
        let body = doc::indented(&(methods + DISPOSED));
        return Ok(format!("{comment}export interface {ty} {{\n{body}}}\n"));
    }
    let (constructor, statics) = match is_plain(scope) {
        true => (
            constructor(scope, id, "constructor", "")?,
            members(scope, id, Kind::Static, |name| {
                format!("static {}", identifier::method(name))
            })?,
        ),
        false => (None, String::new()),
    };
    let constructor = constructor.unwrap_or_else(|| NO_CONSTRUCTOR.to_owned());
    let body = [&constructor, &methods, &statics, DROPPED, "#private;\n"].concat();
    let body = doc::indented(&body);
    Ok(format!(
        "{comment}declare class {ty} {{\n{body}}}\nexport type {{ {ty} }};\n"
    ))
}

/// The class as a member of what the interface gives.
pub(super) fn member(scope: Scope<'_>, name: &str, id: TypeId) -> Result<String, TypescriptError> {
    let ty = identifier::pascal(name);
    if is_plain(scope) {
        return Ok(format!("readonly {ty}: typeof {ty};\n"));
    }
    let made = match scope.side {
        Side::Import => ty.clone(),
        Side::Export => format!("{}<{ty}>", scope.global("Promise")),
    };
    let constructor = constructor(scope, id, "new ", &format!(": {made}"))?;
    let statics = members(scope, id, Kind::Static, identifier::property)?;
    let body = constructor.unwrap_or_default() + &statics;
    Ok(match (scope.side, body.as_str()) {
        (Side::Import, "") => format!("{ty}: {ANY_CLASS} {ty};\n"),
        (Side::Import, _) => format!("{ty}: {{\n{}}};\n", doc::indented(&body)),
        (Side::Export, _) => {
            let body = doc::indented(&format!("{body}readonly prototype: {ty};\n"));
            format!("readonly {ty}: {{\n{body}}};\n")
        }
    })
}

/// Whether the class is one that TypeScript can declare: where calls return promises, so does `new`.
fn is_plain(scope: Scope<'_>) -> bool {
    scope.side == Side::Export && scope.layout.calls == Calls::Direct
}

/// What kind of function a resource has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Method,
    Static,
}

fn constructor(
    scope: Scope<'_>,
    id: TypeId,
    word: &str,
    result: &str,
) -> Result<Option<String>, TypescriptError> {
    let is_constructor = |function: &&Function| function.kind == FunctionKind::Constructor(id);
    let Some(function) = scope.functions_of(id).find(is_constructor) else {
        return Ok(None);
    };
    let at = |unsupported: Unsupported| unsupported.at(scope, &function.name);
    let comment = function::documentation(scope, function).map_err(at)?;
    let parameters = function::parameters(scope, function).map_err(at)?;
    Ok(Some(format!("{comment}{word}({parameters}){result};\n")))
}

fn members(
    scope: Scope<'_>,
    id: TypeId,
    wanted: Kind,
    name: impl Fn(&str) -> String,
) -> Result<String, TypescriptError> {
    let mut members = String::new();
    for function in scope.functions_of(id) {
        let kind = match function.kind {
            FunctionKind::Method(_) | FunctionKind::AsyncMethod(_) => Kind::Method,
            FunctionKind::Static(_) | FunctionKind::AsyncStatic(_) => Kind::Static,
            FunctionKind::Freestanding
            | FunctionKind::AsyncFreestanding
            | FunctionKind::Constructor(_) => continue,
        };
        if kind == wanted {
            members += &function::member(scope, function, &name(function.item_name()))?;
        }
    }
    Ok(members)
}
