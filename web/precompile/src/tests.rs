//! What is said of components: the members of a description that matter most.

use super::{Browser, precompile, precompile_for, whole};
use amphi_core::features::taken;
use amphi_translate::file::Precompilation;
use serde_json::{Value, json};

fn made(text: &str) -> (Precompilation, Value) {
    let bytes = wat::parse_str(text).expect("the text is a component");
    let made = Precompilation::with_features(&bytes, taken()).expect("it can be precompiled");
    let description = whole(&made).expect("JavaScript has its types");
    let description = serde_json::from_str(&description).expect("it is JSON");
    (made, description)
}

/// A component with a resource, whose destructor calls an import, and a start function.
const ROOMS: &str = r#"(component
    (import "left" (func $left (param "room" u64)))
    (core func $left (canon lower (func $left)))
    (core module $inner
        (import "host" "left" (func $left (param i64)))
        (func (export "drop") (param i32) (call $left (i64.extend_i32_u (local.get 0)))))
    (core instance $inner
        (instantiate $inner (with "host" (instance (export "left" (func $left))))))
    (type $room (resource (rep i32) (dtor (core func $inner "drop"))))
    (core func $new (canon resource.new $room))
    (core func $drop (canon resource.drop $room))
    (core module $m
        (import "r" "new" (func $new (param i32) (result i32)))
        (import "r" "drop" (func $drop (param i32)))
        (func $start)
        (start $start)
        (func (export "make") (result i32) (call $new (i32.const 7)))
        (func (export "close") (param i32) (call $drop (local.get 0))))
    (core instance $m (instantiate $m
        (with "r" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
    (export $exported "room" (type $room))
    (func (export "make") (result (own $exported)) (canon lift (core func $m "make")))
    (func (export "close") (param "room" (own $exported)) (canon lift (core func $m "close"))))"#;

#[test]
fn what_instantiation_needs_is_described() {
    let (made, description) = made(ROOMS);
    let kinds = |part: &str| -> Vec<String> {
        let items = description[part].as_array().expect("a list").iter();
        let kind = |item: &Value| item["kind"].as_str().expect("a kind").to_owned();
        items.map(kind).collect()
    };
    assert_eq!(kinds("steps"), ["instantiate", "resource", "instantiate"]);
    assert_eq!(kinds("trampolines"), ["lower", "new", "drop"]);
    let resource = &description["steps"][1];
    assert_eq!(resource["core"], json!([0, "drop"]));
    assert_eq!(description["trampolines"][0]["type"], "I:");
    let tables = description["tables"].as_array().expect("a list");
    let table = description["trampolines"][2]["table"].as_u64();
    let table = &tables[usize::try_from(table.expect("a number")).expect("it is small")];
    assert_eq!(table[0], resource["index"]);
    assert_eq!(description["instances"], 1);
    // The start function is exported, and called once the module is there.
    let start = description["modules"][1]["start"].as_str();
    assert!(start.is_some_and(|name| !name.is_empty()), "{start:?}");
    assert_eq!(description["modules"][0]["start"], Value::Null);
    assert_eq!(description["exports"][1]["core"], json!([1, "make"]));
    assert!(made.single_memory.is_empty());
}

#[test]
fn adapters_between_memories_have_another_form() {
    let (made, description) = made(include_str!("../../../tests/javascript/transcoding.wat"));
    assert!(!throws(&made), "its adapters need no exceptions");
    assert_eq!(made.single_memory.len(), 1);
    let (module, form) = &made.single_memory[0];
    let module = &description["modules"][*module];
    let described: Vec<_> = form
        .accessors
        .iter()
        .map(|accessor| json!([accessor.module, accessor.import]))
        .collect();
    assert_eq!(module["single"], json!(described));
    let trampolines = description["trampolines"].as_array().expect("a list");
    let does = |operation: &str| trampolines.iter().any(|t| t["operation"] == operation);
    assert!(does("utf8ToUtf16") && does("utf16ToCompactUtf16"));
}

#[test]
fn a_file_for_one_browser_has_what_that_browser_needs() {
    let component = wat::parse_str(include_str!("../../../tests/javascript/transcoding.wat"));
    let component = component.expect("the text is a component");
    let made_for = |has_multi_memory| {
        let browser = Browser {
            has_multi_memory,
            bounds_sound_alike: true,
        };
        precompile_for(browser, &component, taken()).expect("it can be precompiled")
    };
    let files = precompile(&component, taken()).expect("it can be precompiled");
    let tail = files.single_memory.expect("it has two memories");
    // The description names no other form.
    let whole = made_for(true);
    assert!(whole.len() < files.file.len() && whole.starts_with(&files.file[..8]));
    let single = made_for(false);
    assert_eq!(single, [files.file, tail].concat());
}

#[test]
fn what_cannot_be_rewritten_is_refused_where_one_memory_is_allowed() {
    let text =
        "(component (core module $m (memory 1) (memory 1)) (core instance (instantiate $m)))";
    let component = wat::parse_str(text).expect("the text is a component");
    let made_for = |has_multi_memory| {
        let browser = Browser {
            has_multi_memory,
            bounds_sound_alike: false,
        };
        precompile_for(browser, &component, taken())
    };
    assert!(made_for(true).is_ok());
    let error = made_for(false).expect_err("it has no other form");
    let expected = "core module 0 needs several memories, and this browser allows one";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_component_that_throws_needs_exceptions() {
    let text = include_str!("../../../tests/javascript/throwing.wat");
    assert!(throws(&made(text).0));
}

/// Whether a file says that it needs exceptions.
fn throws(made: &Precompilation) -> bool {
    let files = made.write(None, None).expect("it can be written");
    files.file[20] & 2 != 0
}
