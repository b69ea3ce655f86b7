//! Components that are refused, each with the words that its author needs.

use crate::plan::Plan;
use amphi_core::features::taken;
use std::fmt::Write as _;
use wasmtime_environ::wasmparser::WasmFeatures;

#[track_caller]
fn refused(text: &str, expected: &str) {
    let bytes = wat::parse_str(text).expect("the text is a component");
    match Plan::new(&bytes) {
        Ok(_) => panic!("expected an error with `{expected}`, found a plan"),
        Err(error) => {
            let found = format!("{error:#}");
            assert!(
                found.contains(expected),
                "expected `{expected}`, found `{found}`"
            );
        }
    }
}

#[test]
fn what_is_not_supported_is_named_with_its_place() {
    for (text, expected) in [
        (
            r#"(component (import "a:b/c" (instance (export "f" (func (param "s" (stream u8)))))))"#,
            "stream types: not supported yet, used by import `a:b/c#f`",
        ),
        (
            r#"(component (type $t (list (future string))) (import "f" (func (result $t))))"#,
            "future types: not supported yet, used by import `f`",
        ),
        (
            r#"(component (import "f" (func (param "e" (option error-context)))))"#,
            "error-context types: not supported yet, used by import `f`",
        ),
        (
            r#"(component (import "f" (func async)))"#,
            "async functions: not supported yet, used by import `f`",
        ),
        (
            r#"(component (import "i" (instance (export "f" (func (param "m" (map string u8)))))))"#,
            "map types: not supported yet, used by import `i#f`",
        ),
        (
            r#"(component (import "f" (func (param "l" (list u8 4)))))"#,
            "fixed-length lists: not supported yet, used by import `f`",
        ),
        (
            r#"(component (type (record (field "s" (stream)))))"#,
            "stream types: not supported yet, used by type 0",
        ),
        (
            r#"(component (component (type (stream u8)) (core func (canon stream.new 0))))"#,
            "built-in `stream.new`: not supported yet, used by a core module of component 1 inside it",
        ),
        (
            r#"(component (core func (canon error-context.drop)))"#,
            "built-in `error-context.drop`: not supported yet, used by the component",
        ),
        (
            r#"(component
                (core module $m (func (export "f") (result i32) i32.const 0)
                    (func (export "cb") (param i32 i32 i32) (result i32) i32.const 0))
                (core instance $i (instantiate $m))
                (func (export "run") async (canon lift (core func $i "f") async (callback (core func $i "cb")))))"#,
            "async functions: not supported yet, used by export `run`",
        ),
        (
            r#"(component (import "v" (value $v u32)) (export "w" (value $v)))"#,
            "imported and exported values: not supported yet, used by import `v`",
        ),
        (
            r#"(component (import "f" (func $f)) (start $f))"#,
            "start functions of components: not supported yet",
        ),
        (
            "(component (core module) (core module (memory 1 1 shared)))",
            "threads and shared memories: not supported yet, used by core module 1",
        ),
        (
            "(component (core module (memory 1 (pagesize 1))))",
            "custom page sizes of memories: not supported yet, used by core module 0",
        ),
        (
            "(component (core module (tag) (func try catch_all end)))",
            "found legacy exceptions (`try` and `catch`), in core module 0",
        ),
        (
            "(component (core module (type (struct))))",
            "garbage-collected types: not supported yet, used by core module 0",
        ),
        (
            "(component (core module (func (result i32))))",
            "core module 0: function 0 is not valid",
        ),
        (
            r#"(component (import "c" (component)))"#,
            "component imports are not supported: import `c`",
        ),
        (
            r#"(component (component $c) (export "c" (component $c)))"#,
            "exporting a component from the root component is not supported: export `c`",
        ),
    ] {
        refused(text, expected);
    }
}

#[test]
fn a_browser_without_exceptions_says_so() {
    let bytes = wat::parse_str("(component (core module) (core module (tag)))")
        .expect("the text is a component");
    assert!(Plan::new(&bytes).is_ok());
    let older = taken() - WasmFeatures::EXCEPTIONS;
    let error = Plan::with_features(&bytes, older)
        .map(drop)
        .expect_err("there are no exceptions");
    let said = format!("{error:#}");
    assert!(
        said.contains(
            "exceptions: disabled, or not reliable in this browser, used by core module 1"
        ),
        "{said}"
    );
}

#[test]
fn a_component_that_is_not_valid_gets_the_words_of_the_validator() {
    refused(
        r#"(component (import "a" (func)) (import "a" (func)))"#,
        "conflicts with previous name",
    );
    refused(r#"(component (export "f" (func 0)))"#, "unknown function 0");
}

#[test]
fn a_component_that_multiplies_itself_is_refused_and_a_little_of_it_is_planned() {
    refused(&doubling(40), "multiplies itself");
    let bytes = wat::parse_str(doubling(8)).expect("the text is a component");
    if let Err(error) = Plan::new(&bytes) {
        panic!("expected a plan, found `{error:#}`");
    }
}

/// Components of which each instantiates the one before twice.
fn doubling(levels: usize) -> String {
    let mut text = "(component (component $c0)".to_owned();
    for level in 1..levels {
        let before = level - 1;
        let _ = write!(
            text,
            "(component $c{level} (alias outer 1 $c{before} (component $c)) (instance (instantiate $c)) (instance (instantiate $c)))"
        );
    }
    let _ = write!(text, "(instance (instantiate $c{})))", levels - 1);
    text
}
