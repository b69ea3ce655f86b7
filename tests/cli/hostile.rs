//! Files that end or hang who reads them: each command refuses them by name, and serves on.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use amphi_runner::hostile::{Hostile, Kind};

use crate::{amphi, assembled, check, file, folder, text};

/// Deep enough to exhaust the stack of a thread of the server, and of the command's own.
const NESTED: Hostile = Hostile {
    kind: Kind::InstanceTypes,
    levels: 20_000,
};

const TWICE: Hostile = Hostile {
    kind: Kind::Twice,
    levels: 26,
};

const TOO_DEEP: &str =
    "expected types nested at most 100 levels deep, found deeper ones at byte 12";
const GROWS: &str = "expected a component of at most 1048576 items when it is instantiated, types and names counted each time that they are used; \
    found one that multiplies itself beyond that";

fn bytes(hostile: Hostile) -> Vec<u8> {
    hostile.bytes().expect("its text is well formed")
}

#[test]
fn every_command_refuses_what_nobody_should_read() {
    for (name, hostile, problem) in [("nested", NESTED, TOO_DEEP), ("twice", TWICE, GROWS)] {
        let component = file(&format!("hostile-{name}"), bytes(hostile));
        let output = text(&folder("hostile").join("output"));
        for (args, what) in [
            (vec!["inspect"], "inspect"),
            (
                vec!["types", "-o", &output],
                "write TypeScript declarations of",
            ),
            (vec!["check", &component], "read a world from"),
            (vec!["run"], "load"),
        ] {
            let args: Vec<&str> = args.into_iter().chain([&*component]).collect();
            let error = format!("error: cannot {what} `PATH`\ncaused by:\n  1: {problem}\n");
            check(&args, 2, "", &error);
        }
        let served = amphi(&["serve", "--check", &component]);
        let told = String::from_utf8_lossy(&served.stderr);
        assert_eq!(served.status.code(), Some(2), "{told}");
        assert!(told.contains(problem), "{told}");
    }
}

#[test]
fn a_core_module_that_carries_such_a_world_is_refused() {
    let hex: String = bytes(NESTED)
        .iter()
        .map(|byte| format!("\\{byte:02x}"))
        .collect();
    let module = assembled(
        "hostile-world",
        &format!(r#"(module (@custom "component-type:calc" "{hex}"))"#),
    );
    let output = text(&folder("hostile-world").join("component.wasm"));
    let error = format!(
        "error: cannot convert to a component: `PATH`\ncaused by:\n  1: the world in the section `component-type:calc`: {TOO_DEEP}\n"
    );
    check(&["componentize", &module, "-o", &output], 2, "", &error);
}

#[test]
fn a_core_module_that_imports_one_name_very_often_is_refused() {
    let import = r#"(import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))"#;
    let module = assembled(
        "hostile-imports",
        &format!(
            r#"(module {} (memory (export "memory") 1) (func (export "_start")))"#,
            import.repeat(50_000)
        ),
    );
    let output = text(&folder("hostile-imports").join("component.wasm"));
    check(
        &["componentize", &module, "-o", &output],
        2,
        "",
        "error: cannot convert to a component: `PATH`\ncaused by:\n  1: expected a module that imports each name at most 100 times, \
         found `wasi_snapshot_preview1` `sched_yield` more often\n",
    );
}

#[test]
fn a_package_beside_wit_is_refused_too() {
    let wit = folder("hostile-wit");
    let deps = wit.join("deps");
    fs::create_dir_all(&deps).expect("the folder for tests can be written");
    fs::write(wit.join("a.wit"), "package a:a; world w {}").expect("it can be written");
    fs::write(deps.join("b.wasm"), bytes(NESTED)).expect("it can be written");
    let output = amphi(&["check", &text(&wit), &text(&wit)]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(
        told.contains(TOO_DEEP) && told.contains("b.wasm`"),
        "{told}"
    );
}

#[test]
fn types_of_wit_have_the_same_bound() {
    let wit = folder("hostile-text");
    let mut source = "package a:a; interface i { record r0 { x: u8 } ".to_owned();
    for level in 1..20_000 {
        source += &format!("record r{level} {{ x: r{} }} ", level - 1);
    }
    source += "} world w { export i; }";
    let file = wit.join("deep.wit");
    fs::write(&file, source).expect("it can be written");
    let output = amphi(&["check", &text(&file), &text(&file)]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(
        told.contains("more than 250 types nested in each other"),
        "{told}"
    );
}

#[test]
fn packages_that_use_each_other_are_named() {
    let component = assembled(
        "hostile-packages",
        r#"(component
            (import "a:a/x" (instance $x (type $t (record (field "a" u8))) (export "t" (type (eq $t)))))
            (alias export $x "t" (type $t))
            (import "b:b/y" (instance $y (alias outer 1 $t (type $o)) (export "u" (type (eq $o)))))
            (alias export $y "u" (type $u))
            (import "a:a/z" (instance (alias outer 1 $u (type $o)) (export "v" (type (eq $o))))))"#,
    );
    let output = amphi(&["inspect", &component]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(
        told.contains("packages that use each other: `a:a`, `b:b`"),
        "{told}"
    );
}

#[test]
fn the_child_that_compiles_looks_for_itself() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_amphi"))
        .env(amphi_edge::CHILD, format!("0 0 10 {}", 2_u64 << 30))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary was built for this test");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(&bytes(NESTED)).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains(TOO_DEEP), "{told}");
}
