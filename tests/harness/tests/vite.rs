//! An application of Vite's that imports a component: built, typed, and served while it is
//! developed.
//!
//! `cargo xtask test vite` puts it together in `target/vite`; so this runs when asked for by name.

use amphi_harness::{Session, selected, visit};
use serde_json::json;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a page, a build or a change may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// Between two looks at a page.
const PAUSE: Duration = Duration::from_millis(50);

/// Bytes of a core module that is too large to be text in a script.
const LARGE: usize = 5000;

/// Both tests have one application.
static TURN: Mutex<()> = Mutex::new(());

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/vite")
}

fn application() -> PathBuf {
    home().join("application")
}

/// Puts a component into the application, beside the one that imports WASI and the one that is part
/// of the application.
fn put(bytes: &[u8]) {
    let clock = component("clock.wat", "clock", "clock");
    let plain = component("plain.wat", "LETTERS", &"x".repeat(LARGE));
    let files = [("clock", &*clock), ("plain", &*plain), ("number", bytes)];
    for (name, bytes) in files {
        let file = application().join(format!("src/{name}.wasm"));
        fs::write(file, bytes).expect("it can be written");
    }
}

/// The component whose number is this one.
fn number(number: u32) -> Vec<u8> {
    component("number.wat", "NUMBER", &number.to_string())
}

/// The component in a file, with `to` in place of `from`.
fn component(file: &str, from: &str, to: &str) -> Vec<u8> {
    let text = fs::read_to_string(application().join(file)).expect("it is there");
    wat::parse_str(text.replace(from, to)).expect("it is well formed")
}

/// Runs a script of a package that is installed, in the application.
fn run(script: &str, args: &[&str]) {
    let output = Command::new("node")
        .arg(home().join("node_modules").join(script))
        .args(args)
        .current_dir(application())
        .output()
        .expect("Node is installed");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success(), "{script} {args:?}: {said}");
}

#[test]
fn a_component_is_built_typed_and_answers() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    put(&number(41));
    run("vite/bin/vite.js", &["build"]);
    run("typescript/bin/tsc", &["--pretty", "false"]);

    let assets = application().join("dist/assets");
    let names = fs::read_dir(&assets).expect("it is built");
    let names = names.map(|entry| entry.expect("it can be read").file_name());
    let names: Vec<String> = names
        .map(|name| name.into_string().expect("text"))
        .collect();
    let is_number = |name: &&String| name.starts_with("number-") && name.ends_with(".page");
    let file = names.iter().find(is_number);
    let file = file.unwrap_or_else(|| panic!("expected a precompiled component: {names:?}"));
    assert!(file.len() > "number-.page".len(), "{file}");
    assert!(
        names.contains(&format!("{file}.single-memory")),
        "{names:?}"
    );

    // One that is part of the application has no file, but its large core module.
    let of_plain = |name: &&String| name.starts_with("plain-");
    let plain: Vec<_> = names.iter().filter(of_plain).collect();
    assert!(
        matches!(plain[..], [one] if one.ends_with(".wasm")),
        "{names:?}"
    );

    // It is built for a folder of its site.
    let site = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(application().join("dist"), site.path().join("base"))
        .expect("a link can be made");
    for browser in selected().expect("the browsers are known") {
        let visit = visit(browser, site.path(), "base/index.html", DEADLINE);
        let outcome = visit.unwrap_or_else(|error| panic!("{error:?}")).outcome;
        let expected = "42 42 42 Trap WASI plain 7 7 odd whole";
        assert_eq!(outcome["text"], expected, "in {}", browser.name);
        let url = outcome["url"].as_str().expect("it is text");
        assert!(url.ends_with(&format!("/base/assets/{file}")), "{url}");
    }
}

#[test]
fn a_change_of_a_component_is_answered_anew() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    put(&number(1));
    let mut server = Command::new("node")
        .arg(application().join("develop.js"))
        .arg(application())
        .current_dir(application())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node is installed");
    // It goes on to write there.
    let said = BufReader::new(server.stdout.take().expect("it is piped"));
    let mut said = said.lines().map_while(Result::ok);
    let url = said.find(|line| line.starts_with("http://"));
    let url = url.expect("the server says where it is");
    let browser = selected().expect("the browsers are known")[0];
    let session = Session::start(browser, DEADLINE).unwrap_or_else(|error| panic!("{error:?}"));
    session
        .open(&url)
        .unwrap_or_else(|error| panic!("{error:?}"));
    expect(&session, "2 2 2 Trap WASI");
    put(&number(2));
    expect(&session, "3 3 3 Trap WASI");
    put(b"no component");
    expect(
        &session,
        "cannot compile `src/number.wasm`: expected WebAssembly",
    );
    put(&number(3));
    expect(&session, "4 4 4 Trap WASI");
    // It ends by itself with its input.
    drop(server.stdin.take());
    assert!(server.wait().expect("it ends").success());
    drop(said);
}

/// Waits until a page, which may be loaded anew meanwhile, shows a text, or Vite an error.
fn expect(session: &Session, text: &str) {
    const SHOWN: &str = "
        const error = document.querySelector('vite-error-overlay')?.shadowRoot.querySelector('.message').textContent;
        return `${error ?? ''}${document.body.textContent}`;";
    let started = Instant::now();
    loop {
        let shown = session.run(SHOWN, json!([]));
        if shown
            .as_ref()
            .is_ok_and(|shown| shown.as_str().is_some_and(|shown| shown.contains(text)))
        {
            return;
        }
        assert!(
            started.elapsed() < DEADLINE,
            "expected “{text}”, found {shown:?}"
        );
        sleep(PAUSE);
    }
}
