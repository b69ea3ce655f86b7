//! The command of the npm package, which is for those who have npm alone: it writes what `amphi`
//! writes, precompiled components included.
//!
//! It needs an assembled page (`cargo xtask web javascript`) and Node, and runs when asked for by
//! name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use amphi_core::binary;
use amphi_core::features::taken;
use amphi_precompile::precompile;
use amphi_support::command::{amphi, folder, guest, text};

const GUESTS: [&str; 4] = [
    "calc-1-1.wasm",
    "kitchen.wasm",
    "respond.wasm",
    "sensor.wasm",
];

/// Components and other bytes that are refused, as text.
const REFUSED: [(&str, &str); 5] = [
    ("module", "(module)"),
    (
        "fixed",
        r#"(component (core module $m (func (export "one") (result i32) (i32.const 7)))
            (core instance $i (instantiate $m))
            (func (export "one") (result (list u32 1)) (canon lift (core func $i "one"))))"#,
    ),
    (
        "legacy",
        r#"(component (core module $m (tag $t) (func (export "f") try throw $t catch_all end))
            (core instance $i (instantiate $m))
            (func (export "f") (canon lift (core func $i "f"))))"#,
    ),
    (
        "shared",
        r#"(component (core module $m (memory 1 1 shared) (func (export "f")))
            (core instance $i (instantiate $m))
            (func (export "f") (canon lift (core func $i "f"))))"#,
    ),
    // One interface by two names, which WIT has no words for.
    (
        "twice",
        r#"(component
            (import "a:b/c" (instance $c (type $t (record (field "x" u8))) (export "t" (type (eq $t)))))
            (export "a:b/d" (instance $c)))"#,
    ),
];

/// A core module that is given two memories.
const MEMORIES: &str = r#"(component
    (core module $memory (memory (export "m") 1))
    (core instance $one (instantiate $memory))
    (core instance $two (instantiate $memory))
    (core module $m
        (import "one" "m" (memory 1))
        (import "two" "m" (memory 1))
        (func (export "f") (result i32) (i32.load 1 (i32.const 0))))
    (core instance $i (instantiate $m (with "one" (instance $one)) (with "two" (instance $two))))
    (func (export "f") (result u32) (canon lift (core func $i "f"))))"#;

fn node(args: &[&str]) -> Output {
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("target/page/javascript/amphi-web/bin.js");
    let output = Command::new("node").arg(script).args(args).output();
    output.expect("Node is installed")
}

fn assembled(name: &str, wat: &str) -> String {
    let path = folder("npm").join(format!("{name}.wasm"));
    fs::write(&path, wat::parse_str(wat).expect("it is well formed")).expect("it can be written");
    text(&path)
}

/// Runs both commands, which end alike; gives the exit code.
#[track_caller]
fn same(args: &[&str]) -> Option<i32> {
    let (ours, native) = (node(args), amphi(args));
    let seen = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(seen(&ours.stderr), seen(&native.stderr), "{args:?}");
    assert_eq!(seen(&ours.stdout), seen(&native.stdout), "{args:?}");
    assert_eq!(ours.status.code(), native.status.code(), "{args:?}");
    ours.status.code()
}

/// The files in a folder and in those in it, which then is empty.
fn taken_from(folder: &Path, into: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(folder).expect("it is a folder") {
        let path = entry.expect("it can be read").path();
        match path.is_dir() {
            true => taken_from(&path, into),
            false => {
                drop(into.insert(path.clone(), fs::read_to_string(&path).expect("it is text")))
            }
        }
    }
}

/// What a command writes to a folder of its own.
fn written(run: fn(&[&str]) -> Output, args: &[&str]) -> (BTreeMap<PathBuf, String>, Vec<u8>) {
    let output = folder("npm").join("types");
    let _ = fs::remove_dir_all(&output);
    let path = text(&output);
    let done = run(&[args, &["-o", &path]].concat());
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
    let mut files = BTreeMap::new();
    taken_from(&output, &mut files);
    (files, done.stdout)
}

#[test]
fn components_are_inspected_alike() {
    for name in GUESTS {
        let path = guest(name);
        for options in [&[][..], &["--json"], &["--wasi"]] {
            assert_eq!(
                same(&[&["inspect", path.as_str()], options].concat()),
                Some(0)
            );
        }
    }
    for (name, wat) in REFUSED {
        let path = assembled(name, wat);
        same(&["inspect", &path]);
        same(&["inspect", "--json", &path]);
    }
    assert_eq!(same(&["inspect", "/nowhere/at-all.wasm"]), Some(2));
}

#[test]
fn declarations_are_written_alike() {
    for name in GUESTS {
        let path = guest(name);
        for options in [&[][..], &["--async"], &["--json"]] {
            let args = [&["types", path.as_str()], options].concat();
            let (files, printed) = written(node, &args);
            assert!(files.len() > 1, "{name}");
            assert_eq!((files, printed), written(amphi, &args), "{name}");
        }
    }
    let output = text(&folder("npm").join("refused"));
    for (name, wat) in REFUSED {
        let path = assembled(name, wat);
        assert_eq!(same(&["types", &path, "-o", &output]), Some(2), "{name}");
    }
    // Nothing of somebody else's is overwritten.
    let output = folder("npm").join("theirs");
    fs::create_dir_all(&output).expect("a folder can be made");
    fs::write(output.join("sensor.d.ts"), "export {};\n").expect("it can be written");
    let sensor = guest("sensor.wasm");
    assert_eq!(same(&["types", &sensor, "-o", &text(&output)]), Some(2));
}

/// What `amphi compile` makes of a component, and its tail, if it has one.
fn natively(component: &str) -> (Vec<u8>, Option<Vec<u8>>) {
    let path = folder("npm").join("native.page");
    let tail = folder("npm").join("native.page.single-memory");
    let _ = fs::remove_file(&tail);
    let output = text(&path);
    let done = amphi(&["compile", component, "--target", "page", "-o", &output]);
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
    (
        fs::read(&path).expect("it is written"),
        fs::read(&tail).ok(),
    )
}

#[test]
fn components_are_compiled_as_natively() {
    let folder = folder("npm");
    let page = text(&folder.join("component.page"));
    let tail = folder.join("component.page.single-memory");
    let elsewhere = folder.join("elsewhere");
    let several = assembled("memories", MEMORIES);
    let guests = GUESTS.map(guest);
    for path in guests.iter().chain([&several]) {
        let _ = fs::remove_file(&tail);
        let (file, single_memory) = natively(path);
        let done = node(&["compile", path, "-o", &page]);
        assert_eq!(String::from_utf8_lossy(&done.stderr), "");
        assert!(done.status.success() && done.stdout.is_empty());
        assert!(fs::read(&page).expect("it is written") == file, "{path}");
        assert_eq!(fs::read(&tail).ok(), single_memory, "{path}");
    }
    assert!(tail.exists(), "the last one needs it");
    let other = text(&elsewhere);
    let done = node(&["compile", &several, "-o", &page, "--single-memory", &other]);
    assert!(done.status.success());
    assert_eq!(fs::read(&elsewhere).ok(), fs::read(&tail).ok());
}

#[test]
fn what_cannot_be_compiled_is_named() {
    for (name, wat) in REFUSED {
        let path = assembled(name, wat);
        let bytes = fs::read(&path).expect("it is written");
        let refused = binary::anatomy(&bytes).map_err(|error| error.to_string());
        let refused = refused.and_then(|_| {
            let compiled = precompile(&bytes, taken());
            compiled.map_err(|error| error.to_string())
        });
        let Err(error) = refused else {
            continue;
        };
        let done = node(&["compile", &path, "-o", "/nowhere"]);
        let said = String::from_utf8_lossy(&done.stderr);
        let first = format!("error: cannot compile `{path}`\ncaused by:\n  1: {error}\n");
        assert!(said.starts_with(&first), "{said}\nexpected: {first}");
        assert_eq!(done.status.code(), Some(2));
    }
}

#[test]
fn nothing_that_is_needed_is_overwritten() {
    let folder = folder("npm");
    let path = folder.join("over.wasm");
    fs::copy(guest("calc-1-1.wasm"), &path).expect("it can be copied");
    let component = text(&path);
    let page = text(&folder.join("over.page"));
    let linked = folder.join("linked.page");
    let _ = fs::remove_file(&linked);
    std::os::unix::fs::symlink(&path, &linked).expect("links can be made");
    let linked = text(&linked);
    for (args, written, what) in [
        (&["-o", component.as_str()][..], &component, "the component"),
        (&["-o", &linked], &linked, "the component"),
        (
            &["-o", &page, "--single-memory", &component],
            &component,
            "the component",
        ),
        (
            &["-o", &page, "--single-memory", &page],
            &page,
            "the output",
        ),
    ] {
        let done = node(&[&["compile", component.as_str()], args].concat());
        let said = String::from_utf8_lossy(&done.stderr);
        let expected =
            format!("error: cannot write `{written}`: expected another file than {what}\n");
        assert_eq!(
            (said.as_ref(), done.status.code()),
            (expected.as_str(), Some(2))
        );
    }
    let calc = fs::read(guest("calc-1-1.wasm")).expect("the guests are built");
    assert!(fs::read(&path).expect("it is there") == calc);
}

#[test]
fn arguments_are_explained() {
    for (args, expected) in [
        (
            &[][..],
            "error: expected a command out of `compile`, `types`, `inspect`, found none",
        ),
        (&["run"], "found `run`"),
        (
            &["compile", "a.wasm"],
            "error: expected the option `--output`",
        ),
        (
            &["types", "-o", "x"],
            "error: expected one component, found 0",
        ),
        (
            &["inspect", "a", "b"],
            "error: expected one component, found 2",
        ),
        (
            &["inspect", "--what", "a"],
            "error: Unknown option '--what'",
        ),
    ] {
        let done = node(args);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(said.contains(expected), "{args:?}: {said}");
        assert!(said.contains("'--help'"), "{said}");
        assert_eq!(
            (done.status.code(), done.stdout.len()),
            (Some(2), 0),
            "{args:?}"
        );
    }
    for args in [
        &["--help"][..],
        &["compile", "-h"],
        &["types", "--help"],
        &["inspect", "--help"],
    ] {
        let done = node(args);
        assert!(String::from_utf8_lossy(&done.stdout).contains("Examples:\n  npx amphi-web "));
        assert!(done.status.success() && done.stderr.is_empty(), "{args:?}");
    }
    let version = node(&["--version"]).stdout;
    assert_eq!(
        String::from_utf8_lossy(&version),
        concat!("amphi-web ", env!("CARGO_PKG_VERSION"), "\n")
    );
}
