//! Components that nobody should read, and the like of them that anybody may.

use std::fmt::Write as _;

use wasmparser::{Validator, WasmFeatures};

use super::{ScreenError, check};

fn assemble(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the text is well formed")
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let error = check(&assemble(text)).expect_err("it must not be read");
    let found = error.to_string();
    assert!(
        found.contains(expected),
        "expected `{expected}`, found `{found}`"
    );
}

/// Expects that a component is let through, and that a validator takes it.
#[track_caller]
fn taken(text: &str) {
    let bytes = assemble(text);
    assert_eq!(check(&bytes), Ok(()));
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    if let Err(error) = validator.validate_all(&bytes) {
        panic!("expected a valid component, found `{error}`");
    }
}

#[test]
fn components_that_multiply_are_refused_before_they_do() {
    refused(&doubling(40), "multiplies itself");
    refused(&capturing(40), "multiplies itself");
    refused(&nested_instances(14, 40), "multiplies itself");
    refused(&chain(300), "refers to the one before");
    refused(&higher_order(30), "multiplies itself");
}

#[test]
fn components_that_multiply_a_little_are_taken() {
    taken(&doubling(8));
    taken(&capturing(8));
    taken(&nested_instances(4, 4));
    taken(&chain(50));
    taken(&higher_order(6));
}

#[test]
fn what_a_validator_would_compare_for_hours_is_refused() {
    refused(&compared(18, 900), "multiplies itself");
    taken(&compared(6, 9));
}

#[test]
fn what_a_validator_would_copy_is_refused() {
    refused(&copied(9_000, 600), "multiplies itself");
    taken(&copied(9, 3));
}

#[test]
fn types_that_are_taken_into_components_are_counted() {
    refused(&taken_types(17, 900), "multiplies itself");
    taken(&taken_types(5, 4));
}

#[test]
fn a_long_name_counts_wherever_it_is_used() {
    refused(&named(15, 90_000), "multiplies itself");
    taken(&named(15, 9));
    taken(&named(3, 90_000));
}

#[test]
fn types_that_have_the_one_before_inside_have_a_bound() {
    let deep = "types nested at most 120 levels";
    refused(&instance_types(130), deep);
    refused(&bags(130), deep);
    taken(&instance_types(90));
    taken(&bags(90));
    refused(
        &renamed(300),
        "types and their names nested at most 250 levels",
    );
    taken(&renamed(200));
}

#[test]
fn code_that_is_more_than_its_size_says_is_refused() {
    let error = check(&locals(400)).expect_err("they are too many");
    assert!(
        error.to_string().contains("at most 16777216 locals"),
        "{error}"
    );
    assert_eq!(check(&locals(4)), Ok(()));
    for (block, end) in [
        ("block (type $wide)", "end"),
        ("call $wide", ""),
        ("i32.const 0 call_indirect (type $wide)", ""),
    ] {
        refused(
            &wide(block, end, 3_000),
            "at most 4194304 values that blocks",
        );
        taken(&wide(block, end, 30));
    }
}

#[test]
fn what_cannot_be_read_is_left_to_the_validator() {
    for bytes in [
        &b""[..],
        b"\0asm",
        b"\0asm\x0d\0\x01\0\x07\xff",
        b"(component)",
    ] {
        assert_eq!(check(bytes), Ok(()));
    }
    assert_eq!(
        check(&assemble(r#"(component (export "f" (func 0)))"#)),
        Ok(())
    );
}

#[test]
fn the_world_in_a_core_module_is_looked_at() {
    let world = assemble(&doubling(40));
    let hex: String = world.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "\\{byte:02x}");
        text
    });
    let text = format!(r#"(module (@custom "component-type:calc" "{hex}"))"#);
    let error = check(&assemble(&text)).expect_err("it must not be read");
    assert!(matches!(&error, ScreenError::World { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("the section `component-type:calc`: ")
    );
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

/// Components of which each refers to all before.
fn capturing(levels: usize) -> String {
    let mut text = "(component".to_owned();
    for level in 0..levels {
        let _ = write!(text, "(component $c{level}");
        for before in 0..level {
            let _ = write!(text, "(alias outer 1 $c{before} (component))");
        }
        text += ")";
    }
    text + ")"
}

/// An instance of two instances of two instances and so on, imported many times.
fn nested_instances(levels: usize, imports: usize) -> String {
    let mut text = r#"(component (type $t0 (instance (export "f" (func))))"#.to_owned();
    for level in 1..levels {
        let before = level - 1;
        let _ = write!(
            text,
            r#"(type $t{level} (instance (alias outer 1 $t{before} (type $t)) (export "a" (instance (type $t))) (export "b" (instance (type $t)))))"#
        );
    }
    for import in 0..imports {
        let _ = write!(
            text,
            "(import \"i{import}\" (instance (type $t{})))",
            levels - 1
        );
    }
    text + ")"
}

/// Components of which each refers to the one before alone.
fn chain(levels: usize) -> String {
    let mut text = "(component (component $c0)".to_owned();
    for level in 1..levels {
        let _ = write!(
            text,
            "(component $c{level} (alias outer 1 $c{} (component)))",
            level - 1
        );
    }
    text + ")"
}

/// Components that are given a component to instantiate twice.
fn higher_order(levels: usize) -> String {
    let mut text = r#"(component
        (component $c0)
        (component $twice (import "c" (component $c)) (instance (instantiate $c)) (instance (instantiate $c)))"#
        .to_owned();
    for level in 1..levels {
        let before = level - 1;
        let _ = write!(
            text,
            r#"(component $c{level} (alias outer 1 $twice (component $twice)) (alias outer 1 $c{before} (component $c))
                (instance (instantiate $twice (with "c" (component $c)))))"#
        );
    }
    let _ = write!(text, "(instance (instantiate $c{})))", levels - 1);
    text
}

/// An instance whose type is large when it is written out, given to a component many times.
fn compared(levels: usize, times: usize) -> String {
    let mut text = "(component (type $t0 (tuple u8 u8))".to_owned();
    for level in 1..levels {
        let before = level - 1;
        let _ = write!(text, "(type $t{level} (tuple $t{before} $t{before}))");
    }
    let last = levels - 1;
    let _ = write!(
        text,
        r#"(import "f" (func $f (param "p" $t{last})))
        (component $c (alias outer 1 $t{last} (type $t)) (import "f" (func (param "p" $t))))"#
    );
    for _ in 0..times {
        text += r#"(instance (instantiate $c (with "f" (func $f))))"#;
    }
    text + ")"
}

/// An instance with a resource and many functions, which many types have inside.
fn copied(functions: usize, types: usize) -> String {
    let mut text =
        r#"(component (type $wide (instance (export "r" (type (sub resource)))"#.to_owned();
    for function in 0..functions {
        let _ = write!(text, r#"(export "f{function}" (func))"#);
    }
    text += "))";
    for _ in 0..types {
        text += r#"(type (instance (alias outer 1 $wide (type $w)) (export "a" (instance (type $w)))))"#;
    }
    text + ")"
}

/// A type that is large when it is written out, taken into many components.
fn taken_types(levels: usize, components: usize) -> String {
    let mut text = "(component (type $t0 (tuple u8 u8))".to_owned();
    for level in 1..levels {
        let before = level - 1;
        let _ = write!(text, "(type $t{level} (tuple $t{before} $t{before}))");
    }
    for _ in 0..components {
        let _ = write!(text, "(component (alias outer 1 $t{} (type)))", levels - 1);
    }
    text + ")"
}

/// A type with a name of so many bytes, which one function uses very often.
fn named(levels: usize, bytes: usize) -> String {
    let name = "a".repeat(bytes);
    let mut text = format!(
        r#"(component (import "i" (instance (type $e (enum "x")) (export "{name}" (type $t0 (eq $e)))"#
    );
    for level in 1..levels {
        let before = level - 1;
        let _ = write!(text, "(type $t{level} (tuple $t{before} $t{before}))");
    }
    let _ = write!(
        text,
        r#"(export "f" (func (param "p" $t{}))))))"#,
        levels - 1
    );
    text
}

/// Types of instances of which each has one of the type before inside.
fn instance_types(levels: usize) -> String {
    let mut text = "(component (type $t0 (instance))".to_owned();
    for level in 1..levels {
        let before = level - 1;
        let _ = write!(
            text,
            r#"(type $t{level} (instance (alias outer 1 $t{before} (type $t)) (export "i" (instance (type $t)))))"#
        );
    }
    text + ")"
}

#[test]
fn loops_in_each_other_are_bounded_and_other_blocks_are_not() {
    let function = |body: String| format!("(component (core module (func {body})))");
    let nest = |begin: &str, depth| begin.repeat(depth) + &"end ".repeat(depth);
    let deep = "loops of one function nested at most 100 levels";
    refused(&function(nest("loop ", 101)), deep);
    refused(
        &function(nest("block loop ", 101) + &"end ".repeat(101)),
        deep,
    );
    taken(&function(nest("loop ", 100)));
    taken(&function(nest("loop ", 100).repeat(100)));
    taken(&function(nest("block ", 5_000)));
    taken(&function(nest("i32.const 1 if ", 5_000)));
}

/// A module of functions of which each declares as many locals as there may be.
fn locals(functions: u32) -> Vec<u8> {
    let section =
        |number: u8, contents: Vec<u8>| [vec![number], leb(contents.len()), contents].concat();
    let repeated =
        |item: &[u8]| [leb(functions as usize), item.repeat(functions as usize)].concat();
    let body = [vec![1], leb(50_000), vec![0x7f, 0x0b]].concat();
    let body = [leb(body.len()), body].concat();
    [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, vec![1, 0x60, 0, 0]),
        section(3, repeated(&[0])),
        section(10, repeated(&body)),
    ]
    .concat()
}

fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// A function that hands over a thousand values many times.
fn wide(begin: &str, end: &str, times: usize) -> String {
    let values = "i32 ".repeat(1_000);
    let constants = "i32.const 0 ".repeat(1_000);
    let handed = format!("{begin} {end} ").repeat(times);
    let dropped = "drop ".repeat(1_000);
    format!(
        "(component (core module
            (type $wide (func (param {values}) (result {values})))
            (table 1 funcref)
            (func $wide (type $wide) unreachable)
            (func {constants} {handed} {dropped})))"
    )
}

/// Names of a type of which each stands for the one before.
fn renamed(names: usize) -> String {
    let mut text = r#"(component (import "i" (instance (type $t0 u8)"#.to_owned();
    for name in 1..names {
        let before = name - 1;
        let _ = write!(
            text,
            r#"(export "n{name}" (type $t{name} (eq $t{before})))"#
        );
    }
    text + ")))"
}

/// Instances of which each exports the one before.
fn bags(levels: usize) -> String {
    let mut text = "(component (instance $i0)".to_owned();
    for level in 1..levels {
        let before = level - 1;
        let _ = write!(
            text,
            r#"(instance $i{level} (export "i" (instance $i{before})))"#
        );
    }
    text + ")"
}
