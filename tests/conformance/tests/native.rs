//! The command on the native host: the scripts of this project all pass, and what is wrong is named
//! and hides nothing.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

#[test]
fn every_directive_passes_natively() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = run(&folder.join("known.toml"), &folder.join("scripts"), 60, &[]);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn what_is_wrong_is_named_and_hides_nothing() {
    let script = "\
        (component definition $C (core module))\n\
        (component instance $missing $D)\n\
        (oops)\n\
        (assert_invalid (component) \"something\")\n\
        (component instance $c $C)\n\
        (module)\n\
        (component";
    let known = "failure = [{ hosts = ['native'], script = 'wrong.wast', lines = [1, 2, 99], reason = 'because' }]";
    let text = check(script, known);
    for expected in [
        "native: wrong.wast:1: component definition: passes, and is listed as a failure (`because`)",
        "native: wrong.wast:3: oops: cannot be parsed",
        "native: wrong.wast:4: assert_invalid: expected an error with `something`, found no error",
        "native: wrong.wast:6: module: expected nothing that is left out, found a core module",
        "native: wrong.wast:7: text: the script cannot be read from here on",
        "native: wrong.wast:99: listed as a failure, and no directive",
        "6 wrong",
    ] {
        assert!(text.contains(expected), "expected `{expected}` in:\n{text}");
    }
}

#[test]
fn what_is_asynchronous_runs_natively_where_it_is_asked_for() {
    let script = "\
        (component\n\
          (core module $M (func (export \"f\") (result i32) (i32.const 7)))\n\
          (core instance $m (instantiate $M))\n\
          (func (export \"f\") async (result u32) (canon lift (core func $m \"f\"))))\n\
        (assert_return (invoke \"f\") (u32.const 7))";
    let known = "failure = [{ hosts = ['native'], script = 'wrong.wast', lines = [1, 5], reason = 'refused by name' }]";
    let folder = written(script, known);
    let output = run(&folder.list, &folder.file, 60, &["--async"]);
    assert!(output.status.success(), "{}", said(&output));
    let counted = String::from_utf8_lossy(&output.stdout);
    let counts = counted.split_whitespace().rev().take(2).collect::<Vec<_>>();
    assert_eq!(counts, ["2", "0"], "{counted}");
}

#[test]
fn a_script_that_does_not_end_is_left() {
    let script = "\
        (component\n\
          (core module $M (func (export \"f\") (loop $again (br $again))))\n\
          (core instance $m (instantiate $M))\n\
          (func (export \"f\") (canon lift (core func $m \"f\"))))\n\
        (invoke \"f\")\n\
        (component)";
    let text = check(script, "");
    for expected in [
        "wrong.wast:5: invoke: no end within 1s",
        "wrong.wast:6: component: not reached: no end within 1s",
        "2 wrong",
    ] {
        assert!(text.contains(expected), "expected `{expected}` in:\n{text}");
    }
}

/// What the command says of a script that it is to fail on.
fn check(script: &str, known: &str) -> String {
    let folder = written(script, known);
    let output = run(&folder.list, &folder.file, 1, &[]);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    text
}

/// A script and a list of known failures.
struct Written {
    file: PathBuf,
    list: PathBuf,
    _folder: TempDir,
}

fn written(script: &str, known: &str) -> Written {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (file, list) = (
        folder.path().join("wrong.wast"),
        folder.path().join("known.toml"),
    );
    std::fs::write(&file, script).expect("the script can be written");
    std::fs::write(&list, known).expect("the list can be written");
    Written {
        file,
        list,
        _folder: folder,
    }
}

fn run(known: &Path, scripts: &Path, seconds: u32, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_amphi-conformance"))
        .args([
            "--browser",
            "none",
            "--seconds",
            &seconds.to_string(),
            "--known",
        ])
        .args([known, scripts])
        .args(more)
        .output()
        .expect("the command starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
