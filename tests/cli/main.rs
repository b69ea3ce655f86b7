//! The command `amphi`, as its user meets it: arguments in; exit code, standard output and standard
//! error out. `amphi serve` has a suite of its own, `tests/edge/serve`.
//!
//! Components come from `target/guests`, where `cargo xtask guests` puts them, or are small ones in
//! WAT. `BLESS=1` rewrites the expected outputs in `tests/cli/`.

mod check;
mod compile;
mod hostile;
mod refused;
mod run;
mod types;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use amphi_support::command::{amphi, folder, guest, text};

/// Two interfaces that share a function name, and what a guest can say no with.
const SMALL: &str = r#"(component
    (import "wasi:random/insecure-seed@0.2.6" (instance
        (export "insecure-seed" (func (result (tuple u64 u64))))))
    (core module $m
        (func (export "id") (param i32) (result i32) (local.get 0))
        (func (export "trap") (result i32) unreachable))
    (core instance $i (instantiate $m))
    (func $id (param "x" u32) (result u32) (canon lift (core func $i "id")))
    (func $check (param "fails" bool) (result (result)) (canon lift (core func $i "id")))
    (func $trap (result u32) (canon lift (core func $i "trap")))
    (instance $a (export "id" (func $id)) (export "check" (func $check)))
    (instance $b (export "id" (func $id)) (export "trap" (func $trap)))
    (export "demo:small/a@1.0.0" (instance $a))
    (export "demo:small/b@1.0.0" (instance $b))
)"#;

/// Needs what the command line does not supply, twice.
const NEEDY: &str = r#"(component
    (import "demo:sensor/log@1.0.0" (instance (export "log" (func (param "message" string)))))
    (import "demo:sensor/clock@1.0.0" (instance (export "now" (func (result u64)))))
    (import "wasi:random/random@0.2.6" (instance (export "get-random-u64" (func (result u64)))))
    (core module $m (func (export "f")))
    (core instance $i (instantiate $m))
    (func $f (canon lift (core func $i "f")))
    (export "f" (func $f))
)"#;

/// Recurses as often as it is told, in a function with a name of the test's, and then divides by
/// zero.
const DEEP: &str = r#"(component
    (core module $m
        (func $NAME (export "f") (param i32) (result i32)
            (if (result i32) (local.get 0)
                (then (i32.add (i32.const 1) (call $NAME (i32.sub (local.get 0) (i32.const 1)))))
                (else (i32.div_u (i32.const 1) (local.get 0))))))
    (core instance $i (instantiate $m))
    (func $f (param "depth" u32) (result u32) (canon lift (core func $i "f")))
    (export "f" (func $f))
)"#;

const PREVIEW1: &str = r#"(module
    (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
    (memory (export "memory") 1)
    (func (export "_start")))"#;

/// A file with these bytes, for the test `name`.
fn file(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let path = folder(name).join("file.wasm");
    fs::write(&path, bytes).expect("the folder for tests can be written");
    text(&path)
}

fn assembled(name: &str, wat: &str) -> String {
    file(
        name,
        wat::parse_str(wat).expect("the test's text is well formed"),
    )
}

/// Runs `amphi` and compares all that a user sees of it; `PATH` stands for the first file among the
/// arguments.
#[track_caller]
fn check(args: &[&str], code: i32, stdout: &str, stderr: &str) {
    let output = amphi(args);
    let path = args
        .iter()
        .find(|arg| arg.ends_with(".wasm"))
        .copied()
        .unwrap_or("PATH");
    let seen = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(path, "PATH");
    assert_eq!(seen(&output.stderr), stderr, "standard error of {args:?}");
    assert_eq!(seen(&output.stdout), stdout, "standard output of {args:?}");
    assert_eq!(output.status.code(), Some(code), "exit code of {args:?}");
}

#[track_caller]
fn golden(name: &str, output: &Output) {
    golden_text(name, &String::from_utf8_lossy(&output.stdout));
}

#[track_caller]
fn golden_text(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cli")
        .join(name);
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(path.parent().expect("a file is in a folder"))
            .expect("the folder can be written");
        fs::write(&path, found).expect("the expected output can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        found,
        expected,
        "`{}`: set BLESS=1 to accept",
        path.display()
    );
}

#[test]
fn invoke_by_full_and_by_plain_name() {
    let calc = guest("calc-1-0.wasm");
    check(
        &["run", &calc, "--invoke", "demo:calc/ops@1.0.0#add(1, 2)"],
        0,
        "3\n",
        "",
    );
    check(&["run", &calc, "--invoke", "add(40, 2)"], 0, "42\n", "");
    let calc = guest("calc-2-0.wasm");
    check(
        &["run", &calc, "--invoke", "add(5000000000, -1)"],
        0,
        "4999999999\n",
        "",
    );
}

#[test]
fn invoke_with_compound_arguments() {
    let transform = guest("transform.wasm");
    let document = r#""{\"user\": {\"mail\": \"a@b\", \"age\": 3}, \"x\": 1}""#;
    let rules =
        r#"[rename({name: "post", path: "user.mail"}), redact("user.age"), pick(["user"])]"#;
    check(
        &[
            "run",
            &transform,
            "--invoke",
            &format!("apply({document}, {rules})"),
        ],
        0,
        "ok(\"{\\\"user\\\":{\\\"age\\\":\\\"[redacted]\\\",\\\"post\\\":\\\"a@b\\\"}}\")\n",
        "",
    );
    check(
        &[
            "run",
            &transform,
            "--invoke",
            r#"apply("{}", [pick(["a"]), redact(1)])"#,
        ],
        2,
        "",
        "error: argument `rules[1].redact`: expected `string`, found `1`\n",
    );
    check(
        &["run", &transform, "--invoke", r#"apply("{}" [])"#],
        2,
        "",
        "error: arguments `(\"{}\" [])`: expected `,` or a closing bracket, found `[` at byte 6\n",
    );
    let output = amphi(&["run", &transform, "--invoke", r#"apply("[1,", [])"#]);
    let result = String::from_utf8_lossy(&output.stdout);
    assert!(result.starts_with("err(syntax({line: 1, "), "{result}");
    assert_eq!((output.status.code(), output.stderr.len()), (Some(1), 0));
}

#[test]
fn a_name_without_a_near_one_lists_all() {
    let transform = guest("transform.wasm");
    let output = amphi(&["run", &transform, "--invoke", "nothing-like-this()"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("expected one of `demo:transform/"));
}

#[test]
fn wrong_and_ambiguous_names() {
    let small = assembled("names", SMALL);
    check(
        &["run", &small, "--invoke", "id(1)"],
        2,
        "",
        "error: function `id` is ambiguous: expected one of `demo:small/a@1.0.0#id`, `demo:small/b@1.0.0#id`\n",
    );
    check(
        &["run", &small, "--invoke", "chek(true)"],
        2,
        "",
        "error: no exported function `chek`; near names: `demo:small/a@1.0.0#check`\n",
    );
    check(
        &["run", &small, "--invoke", "demo:small/c@1.0.0#id(1)"],
        2,
        "",
        "error: no exported function `demo:small/c@1.0.0#id`; near names: `demo:small/a@1.0.0#id`, \
         `demo:small/b@1.0.0#id`\n",
    );
    check(
        &["run", &small, "--invoke", "id"],
        2,
        "",
        "error: expected a call such as `add(1, 2)`, found `id`\n",
    );
}

#[test]
fn wrong_arguments() {
    let calc = guest("calc-1-0.wasm");
    check(
        &["run", &calc, "--invoke", "add(1)"],
        2,
        "",
        "error: expected 2 arguments (`a: s32`, `b: s32`), found 1\n",
    );
    check(
        &["run", &calc, "--invoke", "add(1, \"ten\")"],
        2,
        "",
        "error: argument `b`: expected `s32`, found `\"ten\"`\n",
    );
    check(
        &["run", &calc, "--invoke", "add(1, 2147483648)"],
        2,
        "",
        "error: argument `b`: expected `s32`, found `2147483648`\n",
    );
}

#[test]
fn a_guest_that_says_no_is_exit_code_1() {
    let small = assembled("no", SMALL);
    check(&["run", &small, "--invoke", "check(false)"], 0, "ok\n", "");
    check(&["run", &small, "--invoke", "check(true)"], 1, "err\n", "");
    let output = amphi(&["run", &small, "--invoke", "trap()"]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        error.starts_with(
            "error: `demo:small/b@1.0.0#trap` trapped: wasm `unreachable` instruction executed\n\
             caused by:\n  1: error while executing at wasm backtrace:\n"
        ),
        "{error}"
    );
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
}

#[test]
fn a_long_backtrace_is_capped() {
    let name = "deep-".repeat(100);
    let deep = DEEP.replace("NAME", &name);
    let output = amphi(&["run", &assembled("deep", &deep), "--invoke", "f(30)"]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        error.starts_with("error: `f` trapped: integer divide by zero\ncaused by:\n"),
        "{error}"
    );
    assert!(error.contains("deep-..."), "{error}");
    assert!(error.contains(" more lines\n"), "{error}");
    assert!(error.lines().count() < 20, "{error}");
    assert!(error.lines().all(|line| line.len() < 200), "{error}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn all_missing_imports_are_listed() {
    let needy = assembled("needy", NEEDY);
    check(
        &["run", &needy, "--invoke", "f()"],
        2,
        "",
        "error: cannot link `PATH`\ncaused by:\n  1: expected imports from WASI 0.2 and from its drafts `wasi:config`, \
         `wasi:keyvalue` and `wasi:logging` only: a component that imports more needs a host program that supplies it (the README has \
         one)\n  2: 2 imports cannot be satisfied:\n     \
         component imports instance `demo:sensor/log@1.0.0`, but a matching implementation was not found in the linker: \
         instance export `log` has the wrong type: function implementation is missing\n     \
         component imports instance `demo:sensor/clock@1.0.0`, but a matching implementation was not found in the linker: \
         instance export `now` has the wrong type: function implementation is missing\n",
    );
}

#[test]
fn what_is_no_component_is_named() {
    let calc = fs::read(guest("calc-1-0.wasm")).expect("built");
    let half = file("truncated", &calc[..calc.len() / 2]);
    for (args, doing) in [
        (["inspect", half.as_str()], "inspect"),
        (["run", half.as_str()], "load"),
    ] {
        let size = calc.len() / 2;
        let error = format!(
            "error: cannot {doing} `PATH`\ncaused by:\n  1: expected a complete binary, found one that is truncated after {size} bytes\n"
        );
        check(&args, 2, "", &error);
    }
    check(
        &["run", &assembled("preview1", PREVIEW1)],
        2,
        "",
        "error: cannot load `PATH`\ncaused by:\n  1: expected a component, found a core module for WASI preview 1: \
         `amphi componentize MODULE -o COMPONENT` makes a component of it\n",
    );
    check(
        &["run", "/nowhere/at-all.wasm"],
        2,
        "",
        "error: cannot read `PATH`\ncaused by:\n  1: No such file or directory (os error 2)\n",
    );
    check(
        &["run", &guest("calc-1-0.wasm")],
        2,
        "",
        "error: cannot run `PATH`: expected an export `wasi:cli/run`, or `--invoke` with a function such as \
         `demo:calc/ops@1.0.0#add`\n",
    );
}

#[test]
fn a_command_runs_with_what_is_granted_only() {
    let hello = guest("hello.wasm");
    check(&["run", &hello], 0, "Hello, world!\n", "");
    check(
        &["run", "--env", "GREETING=Ahoy", &hello, "Ada", "Grace"],
        0,
        "Ahoy, Ada!\nAhoy, Grace!\n",
        "",
    );
    check(
        &[
            "run",
            "--env",
            "GREETING=Hi",
            "--env",
            "GREETING=Ahoy",
            &hello,
        ],
        0,
        "Ahoy, world!\n",
        "",
    );
    // Rust's standard library says no more than that it is an error.
    check(&["run", &hello, "--exit", "3"], 1, "Hello, world!\n", "");

    let folder = folder("granted");
    fs::write(folder.join("note.txt"), "a note\n").expect("the folder for tests can be written");
    let grant = format!("{}::/notes", folder.display());
    let read = ["run", "--dir", &grant, &hello, "--read", "/notes/note.txt"];
    check(&read, 0, "Hello, world!\na note\n", "");
    let output = amphi(&["run", &hello, "--read", &text(&folder.join("note.txt"))]);
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("hello: cannot read"));
    assert_eq!(output.status.code(), Some(1));
}

/// The end of a pipe that nobody reads.
fn unread() -> Stdio {
    let (reader, writer) = std::io::pipe().expect("a pipe can be made");
    drop(reader);
    writer.into()
}

#[test]
fn a_guest_whose_output_nobody_reads_ends_quietly() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_amphi"));
    // Were the guest to go on, it would end with an error.
    command
        .args(["run", &guest("hello.wasm"), "--exit", "3"])
        .stdout(unread());
    let output = command
        .output()
        .expect("the binary was built for this test");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_preview_1_module_becomes_a_component() {
    let component = text(&folder("componentize").join("hello.wasm"));
    let module = guest("hello.p1.wasm");
    check(&["componentize", &module, "-o", &component], 0, "", "");
    check(&["run", &component, "Ada"], 0, "Hello, Ada!\n", "");
    // A module for preview 1 ends by a call of its host, here of `wasi:cli/exit`, which is told no
    // more than that it is an error.
    check(
        &["run", &component, "--exit", "3"],
        1,
        "Hello, world!\n",
        "",
    );

    let small = assembled("componentize-start", PREVIEW1);
    check(&["componentize", &small, "-o", &component], 0, "", "");
    check(&["run", &component], 0, "", "");
    check(
        &[
            "componentize",
            "--adapter",
            "reactor",
            &small,
            "-o",
            &component,
        ],
        0,
        "",
        "",
    );
    let output = amphi(&["run", &component]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("expected an export `wasi:cli/run`"));

    check(
        &["componentize", &guest("hello.wasm"), "-o", &component],
        2,
        "",
        "error: cannot convert to a component: `PATH`\ncaused by:\n  1: expected a core module, found a component\n",
    );
    check(
        &[
            "componentize",
            &assembled("componentize-none", "(module)"),
            "-o",
            &component,
        ],
        2,
        "",
        "error: cannot convert to a component: `PATH`\ncaused by:\n  1: expected a module that imports \
         `wasi_snapshot_preview1` or carries its world, found one that does neither\n",
    );
}

#[test]
fn inspect_shows_the_contract() {
    let small = assembled("inspect", SMALL);
    golden("inspect.wit", &amphi(&["inspect", &small]));
    golden("inspect-wasi.wit", &amphi(&["inspect", "--wasi", &small]));
    golden("inspect.json", &amphi(&["inspect", "--json", &small]));

    let output = amphi(&["inspect", &guest("sensor.wasm")]);
    let wit = String::from_utf8_lossy(&output.stdout);
    for line in [
        "import demo:sensor/log@1.0.0;",
        "export demo:sensor/filter@1.0.0;",
        "// WASI: 0.2.",
    ] {
        assert!(wit.contains(line), "expected `{line}` in\n{wit}");
    }
}
