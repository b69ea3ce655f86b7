//! `amphi check`.

use std::fs;
use std::process::Command;

use serde_json::Value;

use super::{amphi, check, folder, guest, text, unread};

const WIT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/wit");

#[test]
fn a_version_that_adds_takes_the_place() {
    let (old, new) = (guest("calc-1-0.wasm"), guest("calc-1-1.wasm"));
    check(
        &["check", &old, &new],
        0,
        "compatible: raise the version to 1.1.0 at least\n\n\
         adds:\n  \
         added-func at `demo:calc/ops#mul`: expected nothing, found `func(a: s32, b: s32) -> s32`\n\n\
         does not affect others:\n  \
         version-raised at `demo:calc/ops`: expected `1.0.0`, found `1.1.0`\n",
        "",
    );
    check(&["check", &old, &old], 0, "same\n", "");
}

#[test]
fn a_version_that_breaks_is_refused_with_all_the_reasons() {
    let (old, new) = (guest("calc-1-1.wasm"), guest("calc-2-0.wasm"));
    let done = amphi(&["check", "--json", &old, &new]);
    assert_eq!(done.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&done.stdout).expect("the report is JSON");
    assert_eq!(report["verdict"], "breaking");
    assert_eq!(report["next"], "2.0.0");
    let changes = report["changes"].as_array().into_iter().flatten();
    let changes: Vec<(&str, &str)> = changes
        .filter_map(|change| Some((change["class"].as_str()?, change["path"].as_str()?)))
        .collect();
    // The interface is another one, and what it does not have as it was is told too.
    let expected = [
        ("removed-interface", "demo:calc/ops"),
        ("type-changed", "demo:calc/ops#add(a)"),
        ("type-changed", "demo:calc/ops#add(b)"),
        ("type-changed", "demo:calc/ops#add->"),
        ("added-interface", "demo:calc/ops"),
    ];
    assert_eq!(changes, expected);
    // Time runs forward.
    let back = amphi(&["check", &old, &guest("calc-1-0.wasm")]);
    assert_eq!(back.status.code(), Some(1));
    let back = String::from_utf8_lossy(&back.stdout).into_owned();
    for class in [
        "removed-func at `demo:calc/ops#mul`",
        "version-lowered at `demo:calc/ops`",
    ] {
        assert!(back.contains(class), "{back}");
    }
}

#[test]
fn wit_stands_for_a_component_of_its_world() {
    let calc = format!("{WIT}/calc-1.0.0");
    let done = amphi(&["check", &calc, &guest("calc-1-1.wasm")]);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    // What Rust's standard library imports, the contract does not speak of.
    let done = amphi(&["check", &format!("{WIT}/sensor"), &guest("sensor.wasm")]);
    let shown = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(shown.contains("import-added at `wasi:cli/"), "{shown}");
    assert!(!shown.contains("demo:sensor"), "{shown}");
    assert_eq!(done.status.code(), Some(1));
    check(&["check", &calc, &calc], 0, "same\n", "");
}

/// A file of WIT, for the test `name`.
fn wit(name: &str, version: &str) -> String {
    let path = folder("check").join(name);
    let wit = format!(
        "package demo:gated@{version};
        interface ops {{
            add: func(a: s32) -> s32;
            @unstable(feature = sums)
            record term {{ a: s32 }}
            @unstable(feature = sums)
            sum: func(of: list<term>) -> s32;
        }}
        interface host {{ now: func() -> u64; }}
        @unstable(feature = odd)
        interface odd {{ f: func(); }}
        world w {{
            import host;
            @unstable(feature = odd)
            import odd;
            export ops;
            @unstable(feature = plain)
            export plain: func();
        }}"
    );
    fs::write(&path, wit).expect("the folder for tests can be written");
    text(&path)
}

#[test]
fn what_is_unstable_is_left_out_and_told() {
    let (old, new) = (wit("gated-1.wit", "1.0.0"), wit("gated-2.wit", "1.1.0"));
    let calc = format!("{WIT}/calc-1.0.0");
    let lines = |which: &str| {
        [
            ("demo:gated/odd", "odd"),
            ("plain", "plain"),
            ("demo:gated/ops.term", "sums"),
            ("demo:gated/ops#sum", "sums"),
        ]
        .map(|(path, feature)| {
            format!("  `{path}` of the {which} one, with the feature `{feature}`\n")
        })
        .concat()
    };
    let expected = format!(
        "compatible: raise the version to 1.0.1 at least\n\ndoes not affect others:\n  \
         version-raised at `demo:gated/ops`: expected `1.0.0`, found `1.1.0`\n  \
         import-version-changed at `demo:gated/host`: expected `1.0.0`, found `1.1.0`\n\n\
         left out as unstable:\n{}{}",
        lines("old"),
        lines("new")
    );
    check(&["check", &old, &new], 0, &expected, "");

    let done = amphi(&["check", "--json", &calc, &old]);
    let report: Value = serde_json::from_slice(&done.stdout).expect("the report is JSON");
    assert_eq!(report["unstable"]["old"], serde_json::json!([]));
    assert_eq!(
        report["unstable"]["new"][3],
        serde_json::json!({ "path": "demo:gated/ops#sum", "feature": "sums" })
    );
}

#[test]
fn what_cannot_be_told_is_said() {
    let calc = guest("calc-1-0.wasm");
    let broken = text(&folder("check").join("broken.wasm"));
    let bytes = fs::read(&calc).expect("the guest is there");
    fs::write(&broken, &bytes[..bytes.len() / 2]).expect("the folder for tests can be written");
    for (new, expected) in [
        (broken.as_str(), "cannot read a world from"),
        (
            "no-such-file.wasm",
            "cannot read a world from `no-such-file.wasm`",
        ),
        (
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
            "expected WebAssembly",
        ),
    ] {
        let done = amphi(&["check", &calc, new]);
        assert_eq!(done.status.code(), Some(2), "{new}");
        let error = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(error.contains(expected), "{error}");
    }
}

/// `set -o pipefail` has to see it.
#[test]
fn a_verdict_that_nobody_reads_is_the_exit_code() {
    let (old, new) = (guest("calc-1-1.wasm"), guest("calc-2-0.wasm"));
    let mut check = Command::new(env!("CARGO_BIN_EXE_amphi"))
        .args(["check", &old, &new])
        .stdout(unread())
        .spawn()
        .expect("the binary was built for this test");
    let status = check.wait().expect("it ends");
    assert_eq!(status.code(), Some(1));
}
