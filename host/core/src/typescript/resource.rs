//! Resources: classes that the guest gives, and what the host's own have to look like.

use wit_parser::{Function, FunctionKind, TypeId};

use super::file_scope::{FileScope, Unsupported};
use super::layout::InterfaceSide;
use super::{Calls, TypescriptError, definition, doc, function, identifier};

/// What stands in a class whose objects are made in other ways than by its constructor.
const NO_CONSTRUCTOR: &str = "private constructor();\n";

/// The one name that every class has a member of already: its static function can be called all the
/// same.
const PROTOTYPE: &str = "prototype";

/// What a class of the host is where the guest uses nothing but its objects.
const ANY_CLASS: &str = "abstract new (...args: never[]) =>";

/// The declaration of a resource.
///
/// A guest's class is not exported as a value, since no module has it: it is a member of what the
/// guest exports.
pub(super) fn declaration(
    scope: FileScope<'_>,
    ty: &str,
    id: TypeId,
) -> Result<String, TypescriptError> {
    let comment = definition::comment(&scope.resolve.types[id].docs);
    let method = |name: &str| Some(identifier::method(name).to_owned());
    let methods = members(scope, id, Kind::Method, method)?;
    let symbol = scope.global("Symbol");
    if scope.side == InterfaceSide::Import {
        let disposed = format!(
            "/** Called when the guest drops the resource. */\n[{symbol}.dispose]?(): void;\n"
        );
        let body = doc::indented(&(methods + &disposed));
        return Ok(format!("{comment}export interface {ty} {{\n{body}}}\n"));
    }
    let (constructor, statics) = match is_plain(scope) {
        true => (
            constructor(scope, id, "constructor", "")?,
            members(scope, id, Kind::Static, |name| {
                (name != PROTOTYPE).then(|| format!("static {}", identifier::method(name)))
            })?,
        ),
        false => (None, String::new()),
    };
    let constructor = constructor.unwrap_or_else(|| NO_CONSTRUCTOR.to_owned());
    let dropped = format!("/** Drops the resource in the guest. */\n[{symbol}.dispose](): void;\n");
    let body = [&constructor, &methods, &statics, &dropped, "#private;\n"].concat();
    let body = doc::indented(&body);
    Ok(format!(
        "{comment}declare class {ty} {{\n{body}}}\nexport type {{ {ty} }};\n"
    ))
}

/// The class, which JavaScript calls `class`, as a member of what the interface gives.
pub(super) fn member(
    scope: FileScope<'_>,
    class: &str,
    id: TypeId,
) -> Result<String, TypescriptError> {
    let ty = scope.type_name(id).unwrap_or_else(|| class.to_owned());
    let call = members(scope, id, Kind::Static, |name| {
        (name == PROTOTYPE).then(String::new)
    })?;
    let prototype = match call.as_str() {
        "" => format!("readonly prototype: {ty};\n"),
        call => format!(
            "readonly prototype: {ty} & {{\n{}}};\n",
            doc::indented(call)
        ),
    };
    if is_plain(scope) {
        return Ok(match call.as_str() {
            "" => format!("readonly {class}: typeof {ty};\n"),
            _ => format!(
                "readonly {class}: typeof {ty} & {{\n{}}};\n",
                doc::indented(&prototype)
            ),
        });
    }
    let made = match scope.side {
        InterfaceSide::Import => ty.clone(),
        InterfaceSide::Export => format!("{}<{ty}>", scope.global("Promise")),
    };
    let constructor = constructor(scope, id, "new ", &format!(": {made}"))?;
    let statics = members(scope, id, Kind::Static, |name| {
        let own = scope.side == InterfaceSide::Import || name != PROTOTYPE;
        own.then(|| identifier::property(name).to_owned())
    })?;
    let body = constructor.unwrap_or_default() + &statics;
    Ok(match (scope.side, body.as_str()) {
        (InterfaceSide::Import, "") => format!("{class}: {ANY_CLASS} {ty};\n"),
        (InterfaceSide::Import, _) => format!("{class}: {{\n{}}};\n", doc::indented(&body)),
        (InterfaceSide::Export, _) => {
            let body = doc::indented(&(body + &prototype));
            format!("readonly {class}: {{\n{body}}};\n")
        }
    })
}

/// Whether the class is one that TypeScript can declare: where calls return promises, so does
/// `new`.
fn is_plain(scope: FileScope<'_>) -> bool {
    scope.side == InterfaceSide::Export && scope.layout.calls == Calls::Direct
}

/// What kind of function a resource has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Method,
    Static,
}

fn constructor(
    scope: FileScope<'_>,
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

/// The resource's functions of one kind, each under what `member` makes of its name in JavaScript;
/// those of which it makes nothing are left out.
fn members(
    scope: FileScope<'_>,
    id: TypeId,
    wanted: Kind,
    member: impl Fn(&str) -> Option<String>,
) -> Result<String, TypescriptError> {
    let functions = scope.functions_of(id);
    let functions: Vec<_> = functions
        .filter(|function| kind(function) == Some((wanted, id)))
        .collect();
    let mut members = String::new();
    for (function, name) in functions.iter().zip(scope.spelled(&functions, &[])) {
        if let Some(name) = member(&name) {
            members += &function::member(scope, function, &name)?;
        }
    }
    Ok(members)
}

/// What kind of function of which resource it is.
fn kind(function: &Function) -> Option<(Kind, TypeId)> {
    match function.kind {
        FunctionKind::Method(resource) | FunctionKind::AsyncMethod(resource) => {
            Some((Kind::Method, resource))
        }
        FunctionKind::Static(resource) | FunctionKind::AsyncStatic(resource) => {
            Some((Kind::Static, resource))
        }
        FunctionKind::Freestanding
        | FunctionKind::AsyncFreestanding
        | FunctionKind::Constructor(_) => None,
    }
}
