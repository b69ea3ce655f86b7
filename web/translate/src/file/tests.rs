//! Files that are written, read again, cut off, changed and forged.

use super::container;
use super::trial::{read, sealed};
use super::{Files, PageFile, Precompilation, check, plan};
use crate::plan::Plan;
use amphi_core::features::taken;
use wasmtime_environ::component::{InterfaceType, TypeDef};

/// The components that all this is done to, by their names.
const COMPONENTS: &[(&str, &str)] = &[
    ("empty", "(component)"),
    ("values", include_str!("tests/values.wat")),
    ("composed", include_str!("tests/composed.wat")),
];

fn bytes(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the text is a component")
}

fn precompiled(text: &str) -> Precompilation {
    Precompilation::new(&bytes(text)).expect("the component is valid")
}

fn files(text: &str) -> Files {
    let written = precompiled(text).write(Some(b"{\"for\": \"JavaScript\"}"), Some(b"{}"));
    written.expect("the component is supported")
}

/// A file with its tail, if it has one.
fn whole(files: &Files) -> Vec<u8> {
    let tail = files.single_memory.as_deref().unwrap_or_default();
    [files.file.as_slice(), tail].concat()
}

#[test]
fn what_is_read_is_what_was_written() {
    for (name, text) in COMPONENTS {
        let written = precompiled(text);
        check::check(&written.plan).unwrap_or_else(|error| panic!("{name}: {error:#}"));
        let files = files(text);
        let whole = whole(&files);
        let file = PageFile::read(&whole).unwrap_or_else(|error| panic!("{name}: {error:#}"));
        let (javascript, tail) = file.javascript();
        assert_eq!(
            javascript,
            Some(b"{\"for\": \"JavaScript\"}".as_slice()),
            "{name}"
        );
        let has_tail = files.single_memory.is_some();
        assert_eq!(tail.is_some(), has_tail, "{name}");
        assert_eq!(has_tail, *name == "composed");
        let found = file
            .plan(false)
            .unwrap_or_else(|error| panic!("{name}: {error:#}"));
        assert_eq!(
            plan::write(&found.plan),
            plan::write(&written.plan),
            "{name}"
        );
        for (module, wasm) in written.plan.modules.iter().zip(found.modules) {
            assert_eq!(module.wasm, wasm, "{name}");
        }
        layouts(&written.plan, &found.plan);
        let single = file
            .plan(true)
            .unwrap_or_else(|error| panic!("{name}: {error:#}"));
        for (index, rewritten) in &written.single_memory {
            assert_eq!(single.modules[*index], rewritten.wasm, "{name}");
            assert_eq!(single.plan.modules[*index].accessors, rewritten.accessors);
        }
        assert_eq!(single.plan.transcoders.is_empty(), !has_tail, "{name}");
    }
}

/// Values are laid out as the translator says.
fn layouts(expected: &Plan, found: &Plan) {
    for def in &expected.types.order {
        let TypeDef::Interface(ty) = def else {
            continue;
        };
        let (a, b) = (&expected.types, &found.types);
        assert_eq!(a.canonical_abi(ty), b.canonical_abi(ty), "{ty:?}");
        match *ty {
            InterfaceType::Variant(index) => assert_eq!(a[index], b[index]),
            InterfaceType::Enum(index) => assert_eq!(a[index], b[index]),
            InterfaceType::Option(index) => assert_eq!(a[index], b[index]),
            InterfaceType::Result(index) => assert_eq!(a[index], b[index]),
            InterfaceType::Record(index) => assert_eq!(a[index], b[index]),
            _ => {}
        }
    }
}

#[test]
fn every_byte_that_is_changed_is_found() {
    for (name, text) in COMPONENTS {
        let whole = whole(&files(text));
        read(&whole).unwrap_or_else(|error| panic!("{name}: {error:#}"));
        for index in 0..whole.len() {
            for change in [1, 0xff] {
                let mut changed = whole.clone();
                changed[index] ^= change;
                assert!(
                    read(&changed).is_err(),
                    "{name}: byte {index} ^ {change:#x}"
                );
            }
        }
    }
}

#[test]
fn every_length_that_is_cut_off_is_found() {
    for (name, text) in COMPONENTS {
        let files = files(text);
        let whole = whole(&files);
        for length in 0..whole.len() {
            // A file without its tail is a file, for browsers that need none.
            let read = PageFile::read(&whole[..length]).and_then(|file| file.plan(false));
            assert_eq!(
                read.is_ok(),
                length == files.file.len(),
                "{name}: {length} bytes"
            );
        }
    }
}

#[test]
fn a_forged_file_is_an_error_or_a_plan() {
    for (name, text) in COMPONENTS {
        let whole = whole(&files(text));
        assert_eq!(sealed(whole.clone()), whole, "{name}");
        let (mut refused, mut taken) = (0, 0);
        for index in 0..whole.len() {
            for value in [0, 0x7f, whole[index] ^ 1] {
                let mut forged = whole.clone();
                forged[index] = value;
                match read(&sealed(forged)) {
                    Ok(_) => taken += 1,
                    Err(_) => refused += 1,
                }
            }
        }
        assert!(
            refused > 0 && taken > 0,
            "{name}: {refused} refused, {taken} taken"
        );
    }
}

#[track_caller]
fn refused(bytes: &[u8], message: &str) {
    let error = read(bytes).err().expect("it is refused");
    let text = format!("{error:#}");
    assert!(text.contains(message), "{text}");
}

#[test]
fn errors_say_what_is_wrong() {
    let files = files(include_str!("tests/composed.wat"));
    let whole = whole(&files);
    let tail = files.single_memory.as_deref().unwrap_or_default();
    refused(b"", "found no bytes");
    refused(
        b"\0asm\x0d\0\x01\0",
        "found a component as it is before that",
    );
    refused(b"\0asm\x01\0\0\0", "found a core module");
    refused(tail, "found the tail of one alone");
    refused(b"\x7fELF", "found `7f 45 4c 46`");
    refused(b"<!doctype html>", "found text that begins with `<!doctyp`");
    refused(&whole[..40], "truncated");
    refused(&whole[..400], "truncated: section `plan`");
    refused(&files.file, "append the file `.single-memory`");
    let mut newer = whole.clone();
    newer[8] = 2;
    refused(
        &newer,
        "another version of Amphi: its format is 2, expected 1",
    );
    let mut changed = whole.clone();
    let last = files.file.len() - 1;
    changed[last] ^= 1;
    refused(&changed, "changed: core module");
    let other = self::files(COMPONENTS[1].1).file;
    refused(&[&other, tail].concat(), "the tail belongs to another file");
    let map = wasmtime_environ::wasmparser::WasmFeatures::CM_MAP;
    let file = PageFile::read(&whole).expect("it is a file");
    let error = file
        .check_features(taken() | map)
        .expect_err("that is another `Config`");
    assert!(
        error.to_string().contains("`CM_MAP` is off in it"),
        "{error}"
    );
}

#[test]
fn a_component_that_cannot_have_one_memory_has_no_tail() {
    let text = r#"(component
        (core module $m (memory 1) (memory 1) (data (memory 1) (i32.const 0) "a"))
        (core instance (instantiate $m)))"#;
    let files = files(text);
    assert!(files.single_memory.is_none());
    let file = PageFile::read(&files.file).expect("it is a file");
    assert!(file.plan(false).is_ok());
    let error = file.plan(true).err().expect("there is no such form");
    assert!(error.to_string().contains("cannot be rewritten"), "{error}");
}

#[test]
fn what_begins_like_a_file_is_one() {
    assert!(PageFile::is(&container::FILE));
    assert!(!PageFile::is(b"\0asm\x0d\0\x01\0") && !PageFile::is(b""));
}
