//! `amphi serve --check` and `--schema`: what is said of a configuration before it serves.

use std::ffi::CStr;
use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use amphi_support::command::{Serving, amphi, ask_at, folder, guest, text};
use serde_json::{Value, json};

use crate::EXAMPLE;

const SCHEMA: &str = include_str!("../../../docs/edge/config.schema.json");

#[test]
fn a_configuration_is_checked_without_serving_it() {
    let good = amphi(&["serve", "--check", EXAMPLE]);
    assert_eq!(
        String::from_utf8_lossy(&good.stdout),
        "the configuration is valid: 3 functions\n"
    );
    assert_eq!(good.status.code(), Some(0));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("host/edge-config/tests/config");
    let file = text(&folder.join("unknown-key.yaml"));
    let bad = amphi(&["serve", "--check", &file]);
    let expected = format!(
        "error: {file}:5:7: `functions.calc.limits.memry`: unknown key, did you mean `memory`?\n"
    );
    assert_eq!(String::from_utf8_lossy(&bad.stderr), expected);
    assert_eq!(bad.status.code(), Some(2));
    // Versions beside the one that serves are looked at too.
    let file = text(&folder.join("canary.yaml"));
    let bad = amphi(&["serve", "--check", &file]);
    let told = String::from_utf8_lossy(&bad.stderr).into_owned();
    for path in ["canary.component", "canary.weight", "side-by-side[1]"] {
        assert!(told.contains(&format!("`functions.calc.{path}`")), "{told}");
    }
    assert_eq!(bad.status.code(), Some(2));
    let missing = amphi(&["serve", "nowhere.wasm"]);
    assert_eq!(missing.status.code(), Some(2));
    let missing = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert!(missing.contains("cannot find `nowhere.wasm`"), "{missing}");
}

/// Who looks at a terminal sees how far a check is; nobody else does, and nothing of it is on
/// standard output.
#[test]
fn a_check_shows_how_far_it_is_on_a_terminal() {
    for (json, shown) in [(false, true), (true, false)] {
        let (mut ours, theirs) = terminal();
        let mut command = Command::new(env!("CARGO_BIN_EXE_amphi"));
        command
            .args(["serve", "--check", EXAMPLE])
            .args(json.then_some("--json"))
            .env("TERM", "xterm")
            .stderr(theirs);
        let child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        // It has their end, which nobody has when it has ended.
        drop(command);
        let mut bytes = Vec::new();
        // A terminal whose other end is gone ends with an error.
        let _ = ours.read_to_end(&mut bytes);
        let seen = String::from_utf8_lossy(&bytes).into_owned();
        let output = child.wait_with_output().expect("it ends");
        // How many of them it was at last depends on when it is drawn.
        assert_eq!(seen.contains("/3 functions"), shown, "{seen:?}");
        assert_eq!(seen.is_empty(), !shown, "{seen:?}");
        assert_eq!(output.stdout.split(|byte| *byte == b'\n').count(), 2);
        assert!(output.status.success());
    }
    let piped = amphi(&["serve", "--check", EXAMPLE]);
    assert_eq!(String::from_utf8_lossy(&piped.stderr), "");
}

/// A terminal: our end, and that of a program.
#[expect(
    unsafe_code,
    reason = "rustix has terminals by a feature, with which Wasmtime would be built once more for tests"
)]
fn terminal() -> (File, File) {
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true);
    let options = options.custom_flags(libc::O_NOCTTY);
    let ours = options.open("/dev/ptmx").expect("there is one more");
    let (number, mut name) = (ours.as_raw_fd(), [0; 64]);
    // SAFETY: the number is that of an open terminal, and no more is written than there is room
    // for, with a zero at its end.
    let (made, name) = unsafe {
        let made = [
            libc::grantpt(number),
            libc::unlockpt(number),
            libc::ptsname_r(number, name.as_mut_ptr(), name.len()),
        ];
        (made, CStr::from_ptr(name.as_ptr()))
    };
    assert_eq!(made, [0; 3], "{}", std::io::Error::last_os_error());
    let name = name.to_str().expect("it is text");
    let theirs = options.open(name).expect("it is there");
    (ours, theirs)
}

/// What a check says is what `serve` says; what it finds good is told with what it has not looked
/// at, beside a server that runs.
#[test]
fn a_check_is_a_start_without_sockets() {
    let folder = folder("serve-check");
    let calc = guest("calc-1-0.wasm");
    let file = folder.join("amphi.yaml");
    let path = text(&file);
    let write = |text: &str| fs::write(&file, text).expect("it can be written");
    for (config, reason) in [
        (
            format!(
                "functions: {{ f: {{ component: {calc}, smoke: {{ func: add, args: [1, 2], expect: 4 }} }} }}"
            ),
            "expected `4`, found `3`",
        ),
        (
            format!(
                "server: {{ connections: 18446744073709551615 }}\nfunctions: {{ f: {{ component: {calc} }} }}"
            ),
            "`server.connections`",
        ),
        (
            format!(
                "server: {{ pool: {{ instances: 100000 }} }}\nfunctions: {{ f: {{ component: {calc} }} }}"
            ),
            "`functions.f`",
        ),
        (
            format!(
                "functions: {{ f: {{ component: {calc}, grants: {{ directories: [{{ host: ., guest: /, write: true }}] }} }} }}"
            ),
            "change the configuration",
        ),
    ] {
        write(&config);
        let [checked, served] = [
            amphi(&["serve", "--check", &path]),
            amphi(&["serve", "--listen", "127.0.0.1:0", &path]),
        ];
        let said = String::from_utf8_lossy(&checked.stderr).into_owned();
        assert!(said.contains(reason), "{config}\n{said}");
        assert_eq!(said, String::from_utf8_lossy(&served.stderr), "{config}");
        assert_eq!(
            (checked.status.code(), served.status.code()),
            (Some(2), Some(2))
        );
    }
    write(&format!(
        "server: {{ audit: audit.jsonl }}\nfunctions: {{ f: {{ component: {calc}, grants: {{ keyvalue: {{ kept: {{ file: kept.redb }} }} }} }} }}"
    ));
    let serving = Serving::start(&path);
    let good = amphi(&["serve", "--check", "--json", &path]);
    let said: Value = serde_json::from_slice(&good.stdout).expect("it is JSON");
    assert_eq!(said["functions"], json!(["f"]));
    assert_eq!(
        said["unchecked"].as_array().map(Vec::len),
        Some(1),
        "{said}"
    );
    let good = amphi(&["serve", "--check", &path]);
    let said = String::from_utf8_lossy(&good.stdout).into_owned();
    assert!(
        said.starts_with("the configuration is valid: 1 function\n"),
        "{said}"
    );
    assert!(
        said.contains("not checked: the key-value store `kept` of `f`"),
        "{said}"
    );
    assert_eq!(good.status.code(), Some(0));
    serving.tell("-TERM");
    assert_eq!(serving.end().0, Some(0));
}

/// Pages that are elsewhere are said to be there, and those that are nowhere are not said to be
/// anywhere.
#[test]
fn the_places_that_are_said_are_those_of_the_configuration() {
    let folder = folder("serve-pages");
    let file = folder.join("amphi.yaml");
    let config = format!(
        "server: {{ admin: {{ listen: '127.0.0.1:0' }}, pages: {{ docs: nowhere, openapi: admin, metrics: here }} }}\nfunctions: {{ calc: {{ component: {} }} }}\n",
        guest("calc-1-0.wasm")
    );
    fs::write(&file, config).expect("it can be written");
    let serving = Serving::start(&text(&file));
    let said = &serving.said;
    assert_eq!(said["docs"], Value::Null);
    let (address, admin) = (serving.place("address"), serving.place("admin"));
    assert_eq!(said["openapi"], format!("{admin}/openapi.json"));
    assert_eq!(said["metrics"], format!("{address}/metrics"));
    assert_eq!(ask_at(admin, "GET", "/openapi.json", "", "").0, 200);
    assert_eq!(serving.ask("GET", "/metrics", "").0, 200);
    assert_eq!(serving.ask("GET", "/openapi.json", "").0, 404);
    serving.tell("-TERM");
    assert_eq!(serving.end().0, Some(0));
}

#[test]
fn the_schema_is_the_published_one() {
    let schema = amphi(&["serve", "--print-schema"]);
    assert!(
        schema.stdout == SCHEMA.as_bytes(),
        "expected `docs/edge/config.schema.json`: the tests of `amphi-edge-config` write it anew with BLESS=1"
    );
}

#[test]
fn what_cannot_be_served_is_told_with_its_place() {
    let folder = folder("serve-broken");
    fs::write(folder.join("broken.wasm"), "no component").expect("it can be written");
    let file = folder.join("amphi.toml");
    let config = format!(
        "[functions.good]\ncomponent = '{}'\n[functions.bad]\ncomponent = 'broken.wasm'\n",
        guest("calc-1-0.wasm")
    );
    fs::write(&file, config).expect("it can be written");
    let done = amphi(&["serve", "--listen", "127.0.0.1:0", &text(&file)]);
    let error = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(
        error.contains("error: the functions cannot be served"),
        "{error}"
    );
    assert!(error.contains("`functions.bad`"), "{error}");
    assert_eq!(done.status.code(), Some(2));
    let checked = amphi(&["serve", "--check", &text(&file)]);
    assert_eq!(String::from_utf8_lossy(&checked.stderr), error);
    let done = amphi(&["serve", "--check", &text(&folder.join("broken.wasm"))]);
    let error = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(error.contains("expected a component, or"), "{error}");
    assert_eq!(done.status.code(), Some(2));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = taken.local_addr().expect("it is bound").to_string();
    let done = amphi(&["serve", "--listen", &address, &guest("calc-1-0.wasm")]);
    let error = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(
        error.contains(&format!("cannot listen at `{address}`")),
        "{error}"
    );
}
