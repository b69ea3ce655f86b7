//! `amphi run`: how it ends, and what it supplies besides WASI.

use super::{amphi, assembled, check, guest};

/// Ends itself with an exit code: with 42 as a command, or with the one that `leave` is told; where
/// it starts with `START`, which is a code too.
const LEAVING: &str = r#"(component
    (import "wasi:cli/exit@0.2.12" (instance $exit
        (export "exit" (func (param "status" (result))))
        (export "exit-with-code" (func (param "status-code" u8)))))
    (alias export $exit "exit" (func $exit))
    (alias export $exit "exit-with-code" (func $with-code))
    (core func $exit (canon lower (func $exit)))
    (core func $with-code (canon lower (func $with-code)))
    (core module $m
        (import "" "exit" (func $exit (param i32)))
        (import "" "with-code" (func $with-code (param i32)))
        (func (export "run") (result i32) (call $with-code (i32.const 42)) (i32.const 0))
        (func (export "no") (result i32) (i32.const 1))
        (func (export "leave") (param i32) (result i32) (call $with-code (local.get 0)) (i32.const 1))
        (func (export "end") (param i32) (result i32) (call $exit (local.get 0)) (i32.const 1))
        (func $start START)
        (start $start))
    (core instance $i (instantiate $m
        (with "" (instance (export "exit" (func $exit)) (export "with-code" (func $with-code))))))
    (func $run (result (result)) (canon lift (core func $i "RUN")))
    (instance $command (export "run" (func $run)))
    (export "wasi:cli/run@0.2.12" (instance $command))
    (func (export "leave") (param "code" u8) (result u32) (canon lift (core func $i "leave")))
    (func (export "end") (param "status" (result)) (result u32) (canon lift (core func $i "end")))
)"#;

/// As `wasmtime run` does it: the guest has said what there is to say.
#[test]
fn a_guest_that_ends_itself_gives_its_exit_code() {
    let leaving = |name: &str, run: &str, start: &str| {
        let text = LEAVING.replace("RUN", run).replace("START", start);
        assembled(name, &text)
    };
    let command = leaving("leave", "run", "");
    check(&["run", &command], 42, "", "");
    for code in [0, 1, 2, 7, 255] {
        let call = format!("leave({code})");
        check(&["run", &command, "--invoke", &call], code, "", "");
    }
    check(&["run", &command, "--invoke", "end(ok)"], 0, "", "");
    check(&["run", &command, "--invoke", "end(err)"], 1, "", "");
    check(&["run", &leaving("leave-no", "no", "")], 1, "", "");
    let start = "(call $with-code (i32.const 9))";
    check(&["run", &leaving("leave-start", "run", start)], 9, "", "");
}

/// As the edge function host supplies them, in memory.
#[test]
fn drafts_of_wasi_are_supplied() {
    let vault = guest("vault.wasm");
    let tries = [
        "log:warn=look out",
        "config:colour",
        "config:weight",
        "open:default",
        "set:a=1",
        "increment:a=41",
        "get:a",
        "open:other",
        "get:a",
        "open:none",
    ];
    let mut args = vec!["run", "--config", "colour=red", "--config", "colour=blue"];
    args.extend(["--keyvalue", "other", &vault]);
    args.extend(tries);
    check(
        &args,
        0,
        "log: done\n\
         config: Ok(Some(\"blue\"))\n\
         config: Ok(None)\n\
         open: done\n\
         set: done\n\
         increment: 42\n\
         get: Some(\"42\")\n\
         open: done\n\
         get: None\n\
         open failed: no-such-store\n",
        "warn vault: look out\n",
    );
}

/// Lines of a guest that imports `wasi:logging` by this name.
const LOGGING: &str = r#"(component
    (type $level' (enum "trace" "debug" "info" "warn" "error" "critical"))
    (import "NAME" (instance $logging
        (export "level" (type $level (eq $level')))
        (export "log" (func (param "level" $level) (param "context" string) (param "message" string)))))
    (core module $memory (memory (export "memory") 1) (data (i32.const 16) "here it is"))
    (core instance $memory (instantiate $memory))
    (core func $log (canon lower (func $logging "log") (memory (core memory $memory "memory"))))
    (core module $m
        (import "" "log" (func $log (param i32 i32 i32 i32 i32)))
        (func (export "f")
            (call $log (i32.const 4) (i32.const 16) (i32.const 4) (i32.const 21) (i32.const 5))
            (call $log (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 16) (i32.const 10))))
    (core instance $i (instantiate $m (with "" (instance (export "log" (func $log))))))
    (func (export "f") (canon lift (core func $i "f")))
)"#;

#[test]
fn a_draft_may_be_imported_without_its_version() {
    for name in ["wasi:logging/logging", "wasi:logging/logging@0.1.0-draft"] {
        let logging = assembled("logging", &LOGGING.replace("NAME", name));
        let lines = "error here: it is\ninfo: here it is\n";
        check(&["run", &logging, "--invoke", "f()"], 0, "", lines);
    }
    // Another draft is another interface.
    let other = LOGGING.replace("NAME", "wasi:logging/logging@0.2.0-draft");
    let output = amphi(&[
        "run",
        &assembled("logging-other", &other),
        "--invoke",
        "f()",
    ]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        error.contains("`wasi:logging/logging@0.2.0-draft`"),
        "{error}"
    );
    assert_eq!(output.status.code(), Some(2));
}
