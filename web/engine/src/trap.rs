//! Traps, recovered from what the browsers say.

use crate::backtrace::WasmBacktrace;
use crate::page::{Caught, caught_message, caught_stack};
use amphi_translate::plan::{Place, TableAccesses};
use amphi_translate::search::find;
use js_sys::WebAssembly;
use std::num::NonZeroUsize;
use wasm_bindgen::{JsCast as _, JsValue};
use wasmtime_environ::Trap;
use wasmtime_environ::error::{Error, format_err};

/// What the engines' messages contain, in the order in which they are looked for, and the trap that
/// each means.
///
/// V8, SpiderMonkey and JavaScriptCore word every trap differently; a case is the shortest text
/// that one of them always has.
const MESSAGES: &[(&str, Trap)] = &[
    ("maximum call stack", Trap::StackOverflow),
    ("too much recursion", Trap::StackOverflow),
    ("unreachable", Trap::UnreachableCodeReached),
    ("table index is out of bounds", Trap::TableOutOfBounds),
    ("table index out of bounds", Trap::TableOutOfBounds),
    ("table out of bounds", Trap::TableOutOfBounds),
    ("table access", Trap::TableOutOfBounds),
    ("out of bounds table", Trap::TableOutOfBounds),
    ("element segment", Trap::TableOutOfBounds),
    ("out of bounds call_indirect", Trap::TableOutOfBounds),
    ("null function or function signature", Trap::BadSignature),
    ("signature mismatch", Trap::BadSignature),
    ("signature that does not match", Trap::BadSignature),
    ("indirect call to null", Trap::IndirectCallToNull),
    ("null function", Trap::IndirectCallToNull),
    ("null table entry", Trap::IndirectCallToNull),
    ("out of bounds trunc", Trap::BadConversionToInteger),
    (
        "float unrepresentable in integer",
        Trap::BadConversionToInteger,
    ),
    (
        "invalid conversion to integer",
        Trap::BadConversionToInteger,
    ),
    ("divide result unrepresentable", Trap::IntegerOverflow),
    ("integer overflow", Trap::IntegerOverflow),
    ("divide by zero", Trap::IntegerDivisionByZero),
    ("remainder by zero", Trap::IntegerDivisionByZero),
    ("division by zero", Trap::IntegerDivisionByZero),
    ("out of bounds", Trap::MemoryOutOfBounds),
    ("writes outside of memory", Trap::MemoryOutOfBounds),
];

/// The error for something that a guest threw, and whether the guest was running: what a host
/// function reported, or a [`Trap`], with a backtrace of so many frames, in modules of these names,
/// as context; or that the browser refused to run the guest at all. `accesses` are those of the
/// core modules that may be on the stack, known where the browser's messages do not tell all kinds
/// apart.
pub fn error<'a>(
    caught: &Caught,
    pending: Option<Error>,
    max_frames: Option<NonZeroUsize>,
    names: &[&str],
    accesses: impl Iterator<Item = &'a TableAccesses>,
) -> (Error, bool) {
    let message = caught_message(&caught.0);
    if pending.is_none() && is_refusal(&caught.0, &message) {
        return (
            format_err!("the browser refused a core module: {message}"),
            false,
        );
    }
    let stack = caught_stack(&caught.0);
    let backtrace = WasmBacktrace::read(&stack, pending.is_some(), max_frames, names);
    let error = pending.unwrap_or_else(|| match trap(&message) {
        Some(Trap::MemoryOutOfBounds) if reaches_into_table(&stack, accesses) => {
            Error::from(Trap::TableOutOfBounds)
        }
        Some(trap) => Error::from(trap),
        None => format_err!("wasm trap that this engine does not know: {message}"),
    });
    let error = match backtrace {
        Some(backtrace) => error.context(backtrace),
        None => error,
    };
    (error, true)
}

/// What a browser's message means.
fn trap(message: &str) -> Option<Trap> {
    let lower = message.to_ascii_lowercase();
    let (_, trap) = MESSAGES
        .iter()
        .find(|(text, _)| find(&lower, text).is_some())?;
    Some(*trap)
}

/// Whether the instruction on top of the stack reaches into a table, in a module that may be there:
/// at the same place of another one there is hardly ever an access of the other kind.
fn reaches_into_table<'a>(
    stack: &str,
    mut accesses: impl Iterator<Item = &'a TableAccesses>,
) -> bool {
    let place = stack.lines().next().and_then(Place::in_frame);
    place.is_some_and(|place| accesses.any(|accesses| accesses.has(place)))
}

/// Whether something thrown refuses a module before it runs: its imports or its code, or memory
/// that cannot be had.
fn is_refusal(thrown: &JsValue, message: &str) -> bool {
    let stack = find(&message.to_ascii_lowercase(), "call stack").is_some();
    thrown.is_instance_of::<WebAssembly::LinkError>()
        || thrown.is_instance_of::<WebAssembly::CompileError>()
        || (thrown.is_instance_of::<js_sys::RangeError>() && !stack)
}
