//! `amphi compile`: a component compiled ahead of time. That pages run the files for them is tested
//! with the package (`tests/harness/tests/javascript.rs`).

use std::fs;
use std::path::Path;

use amphi_support::command::{amphi, folder, guest, text};
use amphi_translate::file::PageFile;

use crate::{check, file};

#[test]
fn a_command_compiled_for_this_machine_runs() {
    let compiled = text(&folder("compile-native").join("compiled.wasm"));
    let hello = guest("hello.wasm");
    let done = ["compile", &hello, "--target", "native", "-o", &compiled];
    check(&done, 0, "", "");
    let trusted = ["run", "--allow-precompiled", &compiled, "Ada"];
    check(&trusted, 0, "Hello, Ada!\n", "");
    check(
        &["run", &compiled, "Ada"],
        2,
        "",
        "error: cannot load `PATH`\ncaused by:\n  1: expected a component, found a precompiled file; \
         if nobody else could change it, `--allow-precompiled` runs one\n",
    );
    // The option does not ask for a file that is compiled.
    let source = ["run", "--allow-precompiled", &hello, "Ada"];
    check(&source, 0, "Hello, Ada!\n", "");
}

#[test]
fn a_file_for_the_page_has_what_browsers_with_one_memory_need_beside_it() {
    for (component, has_tail) in [("calc-1-1.wasm", false), ("sensor.wasm", false)] {
        let output = folder("compile-page").join(component);
        compile_for_page(&guest(component), &output, has_tail);
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/web/guest/composed.wat");
    let composed = wat::parse_file(source).expect("it is well formed");
    let composed = file("compile-composed", composed);
    let output = folder("compile-composed").join("composed.page");
    compile_for_page(&composed, &output, true);
}

/// Writes the file for the page, whose bytes say what it is, and its tail, if it has one.
fn compile_for_page(component: &str, file: &Path, has_tail: bool) {
    let output = text(file);
    let done = amphi(&["compile", component, "--target", "page", "-o", &output]);
    let told = String::from_utf8_lossy(&done.stderr);
    assert_eq!((done.status.code(), &*told), (Some(0), ""));
    let bytes = fs::read(file).expect("it is written");
    let read = PageFile::read(&bytes).expect("it is whole");
    assert!(
        read.javascript().0.is_some(),
        "{component}: for JavaScript too"
    );
    let tail = fs::read(format!("{output}.single-memory"));
    assert_eq!(tail.is_ok(), has_tail, "{component}");
    let whole = [bytes, tail.unwrap_or_default()].concat();
    let run = amphi(&["run", &output]);
    let told = String::from_utf8_lossy(&run.stderr);
    let expected = "expected a component, found one that is precompiled for the page";
    assert!(told.contains(expected), "{told}");
    let plan = PageFile::read(&whole).and_then(|file| file.plan(true).map(drop));
    plan.expect("it is what a browser with one memory needs");
}

#[test]
fn what_no_host_runs_is_not_compiled() {
    let name = "compile-refused";
    let output = text(&folder(name).join("file.cwasm"));
    let targets = ["native", "page"];
    for (bytes, found) in [
        (
            &b"\0asm\x01\0\0\0"[..],
            "expected a component, found a core module",
        ),
        (b"hello", "expected WebAssembly"),
        (b"\0asm\x0d\0\x01\0\x01", "expected a complete binary"),
    ] {
        let source = file(name, bytes);
        for target in targets {
            is_refused(
                &["compile", &source, "--target", target, "-o", &output],
                found,
            );
            assert!(fs::metadata(&output).is_err(), "nothing is written");
        }
    }
}

#[test]
fn the_component_is_not_overwritten() {
    let path = folder("compile-over").join("component.wasm");
    fs::copy(guest("calc-1-1.wasm"), &path).expect("it can be copied");
    let component = text(&path);
    let beside = format!("{component}.single-memory");
    fs::copy(&path, &beside).expect("it can be copied");
    for (component, target, written) in [
        (&component, "page", &component),
        (&component, "native", &component),
        (&beside, "page", &component),
    ] {
        let before = fs::read(component).expect("it is there");
        let args = ["compile", component, "--target", target, "-o", written];
        let expected = format!(
            "error: cannot write `{component}`: expected another file than the component\n"
        );
        let done = amphi(&args);
        assert_eq!(String::from_utf8_lossy(&done.stderr), expected);
        assert_eq!(done.status.code(), Some(2));
        assert!(fs::read(component).expect("it is there") == before);
    }
}

#[test]
fn what_cannot_be_written_is_named() {
    let calc = guest("calc-1-1.wasm");
    let here = text(&folder("compile-unwritten"));
    for (output, why) in [
        (here.as_str(), "Is a directory (os error 21)"),
        ("/dev/full", "No space left on device (os error 28)"),
    ] {
        let done = amphi(&["compile", &calc, "--target", "page", "-o", output]);
        let told = String::from_utf8_lossy(&done.stderr);
        let expected = format!("error: cannot write `{output}`\ncaused by:\n  1: {why}\n");
        assert_eq!(told, expected);
        assert_eq!(done.status.code(), Some(2));
    }
}

/// The command fails, and says what was found.
fn is_refused(args: &[&str], found: &str) {
    let done = amphi(args);
    let told = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{told}");
    assert!(
        told.contains("cannot compile") && told.contains(found),
        "{told}"
    );
}
