//! Calls of small components in WAT, by name and by argument.

use super::{InvokeError, call, parse, targets};
use crate::component::{Component, Linker};
use crate::{Engine, Store};

/// Two versions of an interface with `add`, two compatible ones of another, an interface with
/// `twice`, and a function of the world itself.
const CALC: &str = r#"(component
    (core module $m
        (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
        (func (export "first") (param i32 i32) (result i32) (local.get 0))
        (func (export "trap") unreachable)
        (func (export "one") (param i32 i32) (result i32) (select (local.get 1) (i32.const -1) (local.get 0))))
    (core instance $i (instantiate $m))
    (func $add (param "a" s32) (param "b" s32) (result s32) (canon lift (core func $i "add")))
    (func $trap (canon lift (core func $i "trap")))
    (func $one (param "maybe" (option s32)) (result s32) (canon lift (core func $i "one")))
    (instance $ops (export "add" (func $add)) (export "trap" (func $trap)))
    (func $first (param "a" s32) (param "b" s32) (result s32) (canon lift (core func $i "first")))
    (instance $early (export "which" (func $first)))
    (instance $late (export "which" (func $add)))
    (instance $more (export "twice" (func $add)) (export "one" (func $one)))
    (export "demo:calc/ops@1.0.0" (instance $ops))
    (export "demo:calc/ops@2.0.0" (instance $ops))
    (export "demo:calc/more@1.0.0" (instance $more))
    (export "demo:calc/later@1.0.0" (instance $early))
    (export "demo:calc/later@1.1.0" (instance $late))
    (export "trap" (func $trap))
)"#;

fn run(wat: &str, text: &str) -> crate::Result<Option<String>> {
    let engine = Engine::default();
    let bytes = wat::parse_str(wat).expect("the test's component is well formed");
    let component = Component::new(&engine, bytes)?;
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate(&mut store, &component)?;
    call(&mut store, &component, &instance, text)
}

#[track_caller]
fn gives(text: &str, expected: Option<&str>) {
    let result = run(CALC, text).unwrap_or_else(|error| panic!("{text}: {error:#}"));
    assert_eq!(result.as_deref(), expected, "{text}");
}

#[track_caller]
fn refused(wat: &str, text: &str, message: &str) {
    let error = run(wat, text).expect_err("the call does not match the component");
    let error = error
        .downcast_ref::<InvokeError>()
        .expect("refused before the guest ran");
    assert_eq!(error.to_string(), message);
}

#[test]
fn names() {
    gives("demo:calc/ops@1.0.0#add(1, 2)", Some("3"));
    gives("demo:calc/ops.add@2.0.0(1, 2)", Some("3"));
    gives("demo:calc/ops@1.2.0#add(1, 2)", Some("3"));
    gives("demo:calc/later@1.0.0#which(3, 4)", Some("3"));
    gives("demo:calc/later@1.0.5#which(3, 4)", Some("7"));
    gives("demo:calc/more#twice(3, -4)", Some("-1"));
    gives("demo:calc/more.twice(3, -4)", Some("-1"));
    gives("  twice ( 3 , 4 ) ", Some("7"));
}

#[test]
fn trailing_options_may_be_left_out() {
    gives("one(some(5))", Some("5"));
    gives("one(5)", Some("5"));
    gives("one(none)", Some("-1"));
    gives("one()", Some("-1"));
}

#[test]
fn a_function_of_the_world_wins_over_one_in_an_interface() {
    let error = run(CALC, "trap()").expect_err("the guest traps");
    assert!(error.downcast_ref::<InvokeError>().is_none(), "{error:#}");
    assert_eq!(
        error
            .downcast_ref::<crate::Trap>()
            .map(ToString::to_string)
            .as_deref(),
        Some("wasm trap: wasm `unreachable` instruction executed"),
    );
}

#[test]
fn ambiguous_names() {
    refused(
        CALC,
        "add(1, 2)",
        "function `add` is ambiguous: expected one of `demo:calc/ops@1.0.0#add`, `demo:calc/ops@2.0.0#add`",
    );
    refused(
        CALC,
        "demo:calc/ops#add(1, 2)",
        "function `demo:calc/ops#add` is ambiguous: expected one of \
         `demo:calc/ops@1.0.0#add`, `demo:calc/ops@2.0.0#add`",
    );
}

#[test]
fn unknown_names() {
    refused(
        CALC,
        "twise(1, 2)",
        "no exported function `twise`; near names: `demo:calc/more@1.0.0#twice`",
    );
    refused(
        CALC,
        "demo:calc/more@2.1.0#twice(1, 2)",
        "no exported function `demo:calc/more@2.1.0#twice`; near names: `demo:calc/more@1.0.0#twice`",
    );
    for (written, near) in [
        ("TWICE", "demo:calc/more@1.0.0#twice"),
        ("Demo:Calc/More@1.0.0#Twice", "demo:calc/more@1.0.0#twice"),
        ("demo:calc/more@2.1.0.twice", "demo:calc/more@1.0.0#twice"),
        ("demo:calc/more@2.1.0/twice", "demo:calc/more@1.0.0#twice"),
        ("demo:calc/more.twice@2.1.0", "demo:calc/more@1.0.0#twice"),
    ] {
        let message = format!("no exported function `{written}`; near names: `{near}`");
        refused(CALC, &format!("{written}(1, 2)"), &message);
    }
    refused(
        CALC,
        "quux()",
        "no exported function `quux`; expected one of `demo:calc/ops@1.0.0#add`, `demo:calc/ops@1.0.0#trap`, \
         `demo:calc/ops@2.0.0#add`, `demo:calc/ops@2.0.0#trap`, `demo:calc/more@1.0.0#twice`, \
         `demo:calc/more@1.0.0#one`, `demo:calc/later@1.0.0#which`, `demo:calc/later@1.1.0#which`, `trap`",
    );
    refused(
        "(component)",
        "f()",
        "no exported function `f`; the component exports no functions",
    );
}

#[test]
fn wrong_arguments() {
    refused(
        CALC,
        "twice(1)",
        "expected 2 arguments (`a: s32`, `b: s32`), found 1",
    );
    refused(
        CALC,
        "one(1, 2)",
        "expected 1 argument (`maybe: option<s32>`), found 2",
    );
    refused(CALC, "trap(1)", "expected 0 arguments, found 1");
    refused(
        CALC,
        "twice(1, \"two\")",
        "argument `b`: expected `s32`, found `\"two\"`",
    );
    refused(
        CALC,
        "twice(1, 2) x)",
        "arguments `(1, 2) x)`: trailing characters after value at byte 7",
    );
    refused(
        CALC,
        "twice(1, [)",
        "arguments `(1, [)`: expected a value, found `)` at byte 5",
    );
}

#[test]
fn long_texts_are_cut() {
    let long = "x".repeat(1_000);
    let cut = format!("`{}...`", &long[..60]);
    let call = |text: &str| run(CALC, text).expect_err("no such call").to_string();
    assert_eq!(
        call(&long),
        format!("expected a call such as `add(1, 2)`, found {cut}"),
    );
    assert!(call(&format!("{long}()")).starts_with(&format!("no exported function {cut}; ")));
    let arguments = format!("(1, 2) {long}");
    let cut = format!("`{}...`", &arguments[..60]);
    assert_eq!(
        call(&format!("twice{arguments})")),
        format!("arguments {cut}: trailing characters after value at byte 7"),
    );
}

#[test]
fn not_a_call() {
    for text in ["", "add", "add 1", "(1)", "#add(1)", "x#(1)", "add(1"] {
        let expected = InvokeError::NotACall {
            text: text.to_owned(),
        };
        assert_eq!(parse(text), Err(expected), "{text}");
    }
}

#[test]
fn targets_are_listed_by_their_full_name() {
    let engine = Engine::default();
    let bytes = wat::parse_str(CALC).expect("the test's component is well formed");
    let component = Component::new(&engine, bytes).expect("the test's component is valid");
    for target in targets(&component) {
        let text = format!("{target}()");
        let resolved = super::resolve(&component, &parse(&text).expect("a name and no arguments"));
        assert_eq!(resolved.map(|t| t.to_string()), Ok(target.to_string()));
    }
}
