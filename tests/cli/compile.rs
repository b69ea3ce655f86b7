//! `amphi compile`: a component compiled ahead of time.

use std::fs;

use amphi_support::command::{amphi, folder, guest, text};

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
fn what_no_host_runs_is_not_compiled() {
    let name = "compile-refused";
    let output = text(&folder(name).join("file.cwasm"));
    for (bytes, found) in [
        (
            &b"\0asm\x01\0\0\0"[..],
            "expected a component, found a core module",
        ),
        (b"hello", "expected WebAssembly"),
        (b"\0asm\x0d\0\x01\0\x01", "expected a complete binary"),
    ] {
        let source = file(name, bytes);
        let done = amphi(&["compile", &source, "--target", "native", "-o", &output]);
        let told = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(2), "{told}");
        assert!(
            told.contains("cannot compile") && told.contains(found),
            "{told}"
        );
        assert!(fs::metadata(&output).is_err(), "nothing is written");
    }
}
