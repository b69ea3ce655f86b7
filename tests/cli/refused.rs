//! What no host here runs: each command says so, by name.

use std::fs;

use serde_json::Value;

use super::{amphi, assembled, check, folder, text};

/// A list whose length its type says.
const FIXED: &str = r#"(component
    (core module $m (func (export "one") (result i32) (i32.const 7)))
    (core instance $i (instantiate $m))
    (func (export "one") (result (list u32 1)) (canon lift (core func $i "one"))))"#;

/// Exceptions as compilers wrote them before `try_table`.
const LEGACY: &str = r#"(component
    (core module $m (tag $t) (func (export "f") try throw $t catch_all end))
    (core instance $i (instantiate $m))
    (func (export "f") (canon lift (core func $i "f"))))"#;

/// A memory that threads share.
const SHARED: &str = r#"(component
    (core module $m (memory 1 1 shared) (func (export "f")))
    (core instance $i (instantiate $m))
    (func (export "f") (canon lift (core func $i "f"))))"#;

const CASES: [(&str, &str, &str); 3] = [
    (
        "fixed",
        FIXED,
        "Fixed-length lists require the component model fixed-length lists feature",
    ),
    (
        "legacy",
        LEGACY,
        "expected exceptions with `try_table`, found legacy exceptions (`try` and `catch`), in core module 0",
    ),
    (
        "shared",
        SHARED,
        "threads must be enabled for shared memories",
    ),
];

#[test]
fn every_command_names_what_no_host_runs() {
    for (name, component, problem) in CASES {
        let component = assembled(&format!("refused-{name}"), component);
        let output = folder(&format!("refused-{name}")).join("types");
        let output = text(&output);
        for args in [
            vec!["run", &component],
            vec!["types", &component, "-o", &output],
            vec!["check", &component, &component],
            vec!["serve", "--check", &component],
        ] {
            let done = amphi(&args);
            let told = String::from_utf8_lossy(&done.stderr);
            assert_eq!(done.status.code(), Some(2), "{args:?}: {told}");
            // TypeScript has a word of its own for what it cannot say.
            let problem = match (args[0], name) {
                ("types", "fixed") => "fixed-length list",
                _ => problem,
            };
            assert!(told.contains(problem), "{args:?}: {told}");
        }
        assert!(fs::metadata(&output).is_err(), "nothing is written");
    }
}

#[test]
fn componentize_writes_none() {
    for (name, module, problem) in [
        (
            "legacy",
            r#"(module (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
                (tag $t) (func (export "_start") try throw $t catch_all end))"#,
            "expected exceptions with `try_table`, found legacy exceptions (`try` and `catch`)",
        ),
        (
            "gc",
            r#"(module (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
                (type (struct (field i32))) (memory (export "memory") 1) (func (export "_start")))"#,
            "not supported without the gc feature",
        ),
    ] {
        let name = format!("refused-componentize-{name}");
        let module = assembled(&name, module);
        let output = folder(&name).join("component.wasm");
        let done = amphi(&["componentize", &module, "-o", &text(&output)]);
        let told = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(2), "{told}");
        assert!(told.contains(problem), "{told}");
        assert!(fs::metadata(&output).is_err(), "nothing is written");
    }
}

#[test]
fn inspect_shows_it_and_says_so() {
    for (name, component, problem) in CASES {
        let component = assembled(&format!("refused-inspect-{name}"), component);
        let done = amphi(&["inspect", &component]);
        let shown = String::from_utf8_lossy(&done.stdout);
        assert_eq!(done.status.code(), Some(0), "{shown}");
        assert!(shown.contains("\n  export "), "{shown}");
        let refused = format!("\n// refused: no host supports it: {problem}");
        assert!(shown.contains(&refused), "{shown}");

        let done = amphi(&["inspect", "--json", &component]);
        let json: Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
        let refused = json["refused"].as_str().expect("it is told");
        assert!(refused.contains(problem), "{refused}");
    }
}

#[test]
fn worlds_in_wit_are_not_compared_either() {
    let file = folder("refused-wit").join("worlds.wit");
    let wit = "package a:a; world fixed { export one: func() -> list<u32, 1>; } world plain { export one: func() -> list<u32>; }";
    fs::write(&file, wit).expect("the folder for tests can be written");
    let file = text(&file);
    check(
        &["check", "--world", "plain", &file, &file],
        0,
        "same\n",
        "",
    );
    let done = amphi(&["check", "--world", "fixed", &file, &file]);
    let told = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{told}");
    for part in ["no host supports components of this world", CASES[0].2] {
        assert!(told.contains(part), "{told}");
    }
}

/// What is asynchronous in the component model only the native host runs.
#[test]
fn what_one_host_runs_is_compared() {
    let file = folder("refused-async").join("worlds.wit");
    let wit = "package a:a; world w { export f: async func() -> stream<u8>; }";
    fs::write(&file, wit).expect("the folder for tests can be written");
    let file = text(&file);
    check(&["check", &file, &file], 0, "same\n", "");
}
