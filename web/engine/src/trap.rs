//! Traps, recovered from what the browsers say.

use crate::page::{Caught, caught_message, caught_stack};
use crate::plan::Place;
use js_sys::WebAssembly;
use wasm_bindgen::{JsCast as _, JsValue};
use wasmtime_environ::Trap;
use wasmtime_environ::error::{Error, format_err};

/// What the engines' messages contain, in the order in which they are looked for, and the trap that each means.
///
/// V8, SpiderMonkey and JavaScriptCore word every trap differently; a case is the shortest text that one of them always has.
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

/// The error for something that a guest threw, and whether the guest was running: what a host function reported, or a [`Trap`], with the
/// browser's stack as context; or that the browser refused to run the guest at all. `modules`
/// are the core modules that may be on the stack, kept where the browser's messages do not tell all kinds apart.
pub fn error<'a>(
    caught: &Caught,
    pending: Option<Error>,
    modules: impl Iterator<Item = &'a [u8]>,
) -> (Error, bool) {
    let message = caught_message(&caught.0);
    if pending.is_none() && is_refusal(&caught.0, &message) {
        return (
            format_err!("the browser refused a core module: {message}"),
            false,
        );
    }
    let stack = caught_stack(&caught.0);
    let error = pending.unwrap_or_else(|| match trap(&message) {
        Some(Trap::MemoryOutOfBounds) if reaches_into_table(&stack, modules) => {
            Error::from(Trap::TableOutOfBounds)
        }
        Some(trap) => Error::from(trap),
        None => format_err!("wasm trap that this engine does not know: {message}"),
    });
    let error = match guest_frames(&stack) {
        Some(frames) => error.context(format!("error while executing at wasm backtrace:{frames}")),
        None => error,
    };
    (error, true)
}

/// What a browser's message means.
fn trap(message: &str) -> Option<Trap> {
    let lower = message.to_lowercase();
    let (_, trap) = MESSAGES.iter().find(|(text, _)| lower.contains(text))?;
    Some(*trap)
}

/// Whether the instruction on top of the stack reaches into a table, in every module that has one there.
fn reaches_into_table<'a>(stack: &str, modules: impl Iterator<Item = &'a [u8]>) -> bool {
    let Some(place) = stack.lines().next().and_then(Place::in_frame) else {
        return false;
    };
    let mut found = modules
        .filter_map(|wasm| place.reaches_into_table(wasm))
        .peekable();
    found.peek().is_some() && found.all(|table| table)
}

/// Whether something thrown refuses a module before it runs: its imports or its code, or memory that cannot be had.
fn is_refusal(thrown: &JsValue, message: &str) -> bool {
    let stack = message.to_lowercase().contains("call stack");
    thrown.is_instance_of::<WebAssembly::LinkError>()
        || thrown.is_instance_of::<WebAssembly::CompileError>()
        || (thrown.is_instance_of::<js_sys::RangeError>() && !stack)
}

/// The wasm frames of a JavaScript stack inside the guard, one to a line; none if the guard is not on it.
fn guest_frames(stack: &str) -> Option<String> {
    const MOST: usize = 20;
    let guard = stack.lines().position(|line| line.contains("amphiGuard"))?;
    let frames = stack
        .lines()
        .take(guard)
        .filter(|line| line.contains("wasm"))
        .take(MOST)
        .enumerate()
        .map(|(index, line)| format!("\n    {index}: {}", line.trim().trim_start_matches("at ")));
    Some(frames.collect())
}
