//! Functions: their signatures and what is said of them.

use wit_parser::{Function, FunctionKind, Param, Type, TypeDefKind};

use super::file_scope::{FileScope, Unsupported};
use super::layout::InterfaceSide;
use super::{Calls, TypescriptError, doc, identifier};
use crate::javascript::Case;

/// A function as a member of an interface or a class: its documentation, its name, its signature.
pub(super) fn member(
    scope: FileScope<'_>,
    function: &Function,
    name: &str,
) -> Result<String, TypescriptError> {
    let at = |unsupported: Unsupported| unsupported.at(scope, &function.name);
    let comment = documentation(scope, function).map_err(at)?;
    let parameters = parameters(scope, function).map_err(at)?;
    let result = result(scope, function).map_err(at)?;
    Ok(format!("{comment}{name}({parameters}): {result};\n"))
}

/// What is said of a function, with what it throws.
pub(super) fn documentation(
    scope: FileScope<'_>,
    function: &Function,
) -> Result<String, Unsupported> {
    let throws = match outcome(scope, function) {
        Outcome::Fallible(_, Some(err)) => {
            format!("@throws an error whose `payload` is `{}`", scope.ty(&err)?)
        }
        Outcome::Fallible(_, None) => "@throws an error whose `payload` is `undefined`".to_owned(),
        Outcome::Plain(_) => String::new(),
    };
    let docs = function.docs.contents.as_deref().unwrap_or_default();
    Ok(doc::comment(&doc::paragraphs(&[docs, &throws])))
}

/// The parameters, without the receiver of a method. Options at the end may be left out.
pub(super) fn parameters(scope: FileScope<'_>, function: &Function) -> Result<String, Unsupported> {
    let params = match function.kind {
        FunctionKind::Method(_) | FunctionKind::AsyncMethod(_) => function.params.get(1..),
        FunctionKind::Freestanding
        | FunctionKind::AsyncFreestanding
        | FunctionKind::Static(_)
        | FunctionKind::AsyncStatic(_)
        | FunctionKind::Constructor(_) => Some(function.params.as_slice()),
    };
    let params = params.unwrap_or_default();
    let required = params
        .iter()
        .rposition(|param| scope.optional(&param.ty).is_none());
    let required = required.map_or(0, |last| last + 1);
    let names = params.iter().map(|param| param.name.as_str());
    let names = Case::Camel.spell_all(names, &[]);
    let parameter = |(index, (param, name)): (usize, (&Param, String))| {
        let name = identifier::parameter(name);
        match scope.optional(&param.ty) {
            Some(payload) if index >= required => Ok(format!("{name}?: {}", scope.ty(&payload)?)),
            _ => Ok(format!("{name}: {}", scope.ty(&param.ty)?)),
        }
    };
    let params = params.iter().zip(names).enumerate();
    let texts: Result<Vec<_>, _> = params.map(parameter).collect();
    Ok(texts?.join(", "))
}

/// What the function returns. What the host gives need not return a promise where it may.
fn result(scope: FileScope<'_>, function: &Function) -> Result<String, Unsupported> {
    let (Outcome::Plain(ty) | Outcome::Fallible(ty, _)) = outcome(scope, function);
    let ty = match ty {
        Some(ty) => scope.ty(&ty)?,
        None => "void".to_owned(),
    };
    let promise = format!("{}<{ty}>", scope.global("Promise"));
    let waits = function.kind.is_async() || scope.layout.calls == Calls::Promised;
    Ok(match (waits, scope.side) {
        (false, _) => ty,
        (true, InterfaceSide::Export) => promise,
        (true, InterfaceSide::Import) => format!("{ty} | {promise}"),
    })
}

/// What comes of a call.
enum Outcome {
    /// A value, if any.
    Plain(Option<Type>),
    /// A value, or an error that is thrown.
    Fallible(Option<Type>, Option<Type>),
}

fn outcome(scope: FileScope<'_>, function: &Function) -> Outcome {
    if let Some(Type::Id(id)) = function.result
        && let TypeDefKind::Result(result) = scope.kind(id)
    {
        return Outcome::Fallible(result.ok, result.err);
    }
    Outcome::Plain(function.result)
}
