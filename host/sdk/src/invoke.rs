//! Calling an exported function by a line of text: `demo:calc/ops@1.0.0#add(1, 2)`.
//!
//! The steps are functions of their own, in order: [`parse`] the text, [`resolve`] the function
//! that it names against the component's type, read its [`arguments`], and [`call`] or
//! [`call_resolved`], which run the guest. Only the last step needs an instance, so that a mistake
//! in the text never costs one.
//!
//! ```
//! use amphi::invoke;
//!
//! let call = invoke::parse("demo:calc/ops@1.0.0#add(1, 2)")?;
//! assert_eq!(call.interface.as_deref(), Some("demo:calc/ops@1.0.0"));
//! assert_eq!(call.function, "add");
//! # Ok::<(), amphi::invoke::InvokeError>(())
//! ```

mod error;
mod resolve;

use wasm_wave::parser::{Parser, ParserError, ParserErrorKind};

use crate::component::types::ComponentFunc;
use crate::component::{Component, Func, Instance, Type, Val};
use crate::wave::{self, WaveError};
use crate::{AsContextMut, Result};

pub use error::InvokeError;
pub use resolve::{Target, resolve, targets};

/// A call as it stands in the text, before the component is asked what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The whole name as it is written.
    pub name: String,
    /// The interface that the text names, with or without its version.
    pub interface: Option<String>,
    /// The function.
    pub function: String,
    /// The arguments in WAVE, parentheses included: `(1, 2)`.
    pub arguments: String,
}

/// Calls the function that `text` names, and returns the text of its result, if it has one.
///
/// ```
/// use amphi::component::{Component, Linker};
///
/// # fn main() -> amphi::Result<()> {
/// let engine = amphi::Engine::default();
/// let component = Component::new(&engine, wat::parse_str(r#"(component
///     (core module $m (func (export "add") (param i32 i32) (result i32)
///         (i32.add (local.get 0) (local.get 1))))
///     (core instance $i (instantiate $m))
///     (func (export "add") (param "a" s32) (param "b" s32) (result s32)
///         (canon lift (core func $i "add"))))"#)?)?;
/// let mut store = amphi::Store::new(&engine, ());
/// let instance = Linker::new(&engine).instantiate(&mut store, &component)?;
/// let sum = amphi::invoke::call(&mut store, &component, &instance, "add(1, 2)")?;
/// assert_eq!(sum.as_deref(), Some("3"));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// An [`InvokeError`] if `text` does not fit `component`, and the engine's own error if the guest
/// traps.
pub fn call(
    store: impl AsContextMut,
    component: &Component,
    instance: &Instance,
    text: &str,
) -> Result<Option<String>> {
    let call = parse(text)?;
    let target = resolve(component, &call)?;
    let arguments = arguments(&target, &call)?;
    call_resolved(store, instance, &target, &arguments)
}

/// Splits `interface#function(arguments)`; the interface may be missing.
///
/// Wasmtime's other spelling, `interface.function@version(arguments)`, is understood too.
///
/// ```
/// let call = amphi::invoke::parse("demo:calc/ops.add@1.0.0(1, 2)")?;
/// assert_eq!(call.interface.as_deref(), Some("demo:calc/ops@1.0.0"));
/// assert_eq!(call.arguments, "(1, 2)");
/// # Ok::<(), amphi::invoke::InvokeError>(())
/// ```
///
/// # Errors
///
/// The text has no function name, or no arguments in parentheses.
pub fn parse(text: &str) -> Result<Call, InvokeError> {
    let malformed = || InvokeError::NotACall {
        text: text.to_owned(),
    };
    let text = text.trim();
    let (name, arguments) = text.split_at(text.find('(').ok_or_else(malformed)?);
    let name = name.trim();
    let (interface, function) = split_name(name);
    if function.is_empty() || interface.as_deref() == Some("") || !arguments.ends_with(')') {
        return Err(malformed());
    }
    Ok(Call {
        name: name.to_owned(),
        interface,
        function: function.to_owned(),
        arguments: arguments.to_owned(),
    })
}

/// The interface and the function in `name`. A dot after an `@` is the version's, so it ends no
/// interface.
fn split_name(name: &str) -> (Option<String>, &str) {
    if let Some((interface, function)) = name.split_once('#') {
        return (Some(interface.to_owned()), function);
    }
    let slash = name.find('/').unwrap_or(name.len());
    let end = name.find('@').unwrap_or(name.len()).max(slash);
    let Some(dot) = name[slash..end].find('.').map(|dot| slash + dot) else {
        return (None, name);
    };
    let (interface, rest) = (&name[..dot], &name[dot + 1..]);
    match rest.split_once('@') {
        Some((function, version)) => (Some(format!("{interface}@{version}")), function),
        None => (Some(interface.to_owned()), rest),
    }
}

/// Reads the arguments of `call` as values of the parameters of `target`. Options at the end may be
/// left out.
///
/// # Errors
///
/// The arguments are not WAVE, or their number or one of their types is not what the function
/// takes.
pub fn arguments(target: &Target, call: &Call) -> Result<Vec<Val>, InvokeError> {
    let source = call.arguments.as_str();
    let syntax = |error: &ParserError| InvokeError::Syntax {
        arguments: source.to_owned(),
        error: WaveError::syntax(error, source),
    };
    let mut parser = Parser::new(source);
    let tuple = match parser.parse_raw_value() {
        Ok(value) => Some(value),
        // `()` is no tuple in WAVE, and no arguments here.
        Err(error) if error.kind() == ParserErrorKind::EmptyTuple && error.span().start == 0 => {
            None
        }
        Err(error) => return Err(syntax(&error)),
    };
    parser.finish().map_err(|error| syntax(&error))?;
    let nodes: Vec<_> = match &tuple {
        Some(value) => value
            .node()
            .as_tuple()
            .map_err(|error| syntax(&error))?
            .collect(),
        None => Vec::new(),
    };
    check_count(&target.func, nodes.len())?;
    let mut given = nodes.into_iter();
    target
        .func
        .params()
        .map(|(name, ty)| match given.next() {
            Some(node) => {
                wave::read(&ty, node, source).map_err(|error| InvokeError::argument(name, error))
            }
            None => Ok(Val::Option(None)),
        })
        .collect()
}

fn check_count(func: &ComponentFunc, found: usize) -> Result<(), InvokeError> {
    let optional = |ty: &Type| matches!(ty, Type::Option(_));
    let params: Vec<_> = func.params().collect();
    let trailing = params
        .iter()
        .rev()
        .take_while(|(_, ty)| optional(ty))
        .count();
    if (params.len() - trailing..=params.len()).contains(&found) {
        return Ok(());
    }
    let expected = params
        .iter()
        .map(|(name, ty)| format!("{name}: {}", wave::type_text(ty)))
        .collect();
    Err(InvokeError::Count { expected, found })
}

/// Calls `target` in `instance`, and returns the text of its result, if it has one.
///
/// # Errors
///
/// The guest trapped, or its result has no text ([`InvokeError::Result`]).
pub fn call_resolved(
    store: impl AsContextMut,
    instance: &Instance,
    target: &Target,
    arguments: &[Val],
) -> Result<Option<String>> {
    written(&call_values(store, instance, target, arguments)?)
}

/// As [`call_resolved`], for a store that has asynchronous host functions.
///
/// # Errors
///
/// As there.
pub async fn call_resolved_async(
    store: impl AsContextMut<Data: Send>,
    instance: &Instance,
    target: &Target,
    arguments: &[Val],
) -> Result<Option<String>> {
    written(&call_values_async(store, instance, target, arguments).await?)
}

/// Calls `target` in `instance`, and returns its results: one, or none.
///
/// # Errors
///
/// The guest trapped.
pub fn call_values(
    mut store: impl AsContextMut,
    instance: &Instance,
    target: &Target,
    arguments: &[Val],
) -> Result<Vec<Val>> {
    let (func, mut results) = found(&mut store, instance, target)?;
    func.call(&mut store, arguments, &mut results)?;
    Ok(results)
}

/// As [`call_values`], for a store that has asynchronous host functions.
///
/// # Errors
///
/// As there.
pub async fn call_values_async(
    mut store: impl AsContextMut<Data: Send>,
    instance: &Instance,
    target: &Target,
    arguments: &[Val],
) -> Result<Vec<Val>> {
    let (func, mut results) = found(&mut store, instance, target)?;
    func.call_async(&mut store, arguments, &mut results).await?;
    Ok(results)
}

/// The function, and room for its results.
fn found(
    store: impl AsContextMut,
    instance: &Instance,
    target: &Target,
) -> Result<(Func, Vec<Val>)> {
    let func = find(store, instance, target).ok_or_else(|| InvokeError::Missing {
        function: target.to_string(),
    })?;
    Ok((func, vec![Val::Bool(false); target.func.results().len()]))
}

/// The text of the result, if there is one.
fn written(results: &[Val]) -> Result<Option<String>> {
    match results.first() {
        Some(value) => Ok(Some(wave::to_text(value).map_err(InvokeError::Result)?)),
        None => Ok(None),
    }
}

fn find(mut store: impl AsContextMut, instance: &Instance, target: &Target) -> Option<Func> {
    let interface = match &target.interface {
        Some(name) => Some(instance.get_export_index(&mut store, None, name)?),
        None => None,
    };
    let index = instance.get_export_index(&mut store, interface.as_ref(), &target.function)?;
    instance.get_func(&mut store, index)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
