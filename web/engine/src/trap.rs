//! Traps, recovered from what the browsers say.

use crate::page::{Caught, caught_message, caught_stack};
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
    ("table out of bounds", Trap::TableOutOfBounds),
    ("table access", Trap::TableOutOfBounds),
    ("out of bounds table", Trap::TableOutOfBounds),
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
];

/// The error for something that a guest threw: a [`Trap`], with the browser's stack as context.
pub fn trap_error(caught: &Caught) -> Error {
    let message = caught_message(&caught.0);
    if !is_trap(&caught.0) {
        return format_err!("the browser refused a core module: {message}");
    }
    let lower = message.to_lowercase();
    let known = MESSAGES.iter().find(|(text, _)| lower.contains(text));
    let stack = caught_stack(&caught.0);
    let context = format!(
        "error while executing at wasm backtrace:{}",
        guest_frames(&stack)
    );
    match known {
        Some((_, trap)) => Error::from(*trap).context(context),
        None => format_err!("wasm trap that this engine does not know: {message}").context(context),
    }
}

/// Whether something thrown came out of running code; the other kinds refuse a module before it runs.
fn is_trap(thrown: &JsValue) -> bool {
    !thrown.is_instance_of::<WebAssembly::LinkError>()
        && !thrown.is_instance_of::<WebAssembly::CompileError>()
}

/// The wasm frames of a JavaScript stack inside the guard, one to a line.
fn guest_frames(stack: &str) -> String {
    const MOST: usize = 20;
    stack
        .lines()
        .take_while(|line| !line.contains("guard.js"))
        .filter(|line| line.contains("wasm"))
        .take(MOST)
        .enumerate()
        .map(|(index, line)| format!("\n    {index}: {}", line.trim().trim_start_matches("at ")))
        .collect()
}
