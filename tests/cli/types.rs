//! `amphi types`.

use std::fs;
use std::path::Path;

use super::{SMALL, amphi, assembled, check, folder, golden_text, guest, text};

#[test]
fn types_are_written_for_each_interface() {
    let output = folder("types").join("out");
    // Of a run before this one.
    let _ = fs::remove_dir_all(&output);
    let output = text(&output);
    let small = assembled("types", SMALL);
    let paths = [
        "file.d.ts",
        "file/imports/wasi.random.insecure-seed@0.2.6.d.ts",
        "file/exports/demo.small.a@1.0.0.d.ts",
        "file/exports/demo.small.b@1.0.0.d.ts",
    ];
    let lines: String = paths
        .iter()
        .map(|path| format!("{output}/{path}\n"))
        .collect();
    check(&["types", &small, "-o", &output], 0, &lines, "");
    for path in paths {
        let name = path.rsplit('/').next().unwrap_or(path);
        let written = fs::read_to_string(Path::new(&output).join(path)).expect("it is written");
        golden_text(&format!("types/{name}"), &written);
    }

    // A second run overwrites its own files and nobody else's.
    let json = amphi(&["types", "--json", &small, "-o", &output]);
    let json = String::from_utf8_lossy(&json.stdout);
    assert!(json.starts_with("{\n  \"files\": [\n    \""), "{json}");
    let mine = Path::new(&output).join(paths[2]);
    fs::write(&mine, "export const mine = 1;\n").expect("the folder for tests can be written");
    check(
        &["types", &small, "-o", &output],
        2,
        "",
        &format!(
            "error: cannot write `{}`: expected no file, or one that this command has written, found another\n",
            mine.display()
        ),
    );
}

#[test]
fn types_take_the_documentation_of_the_wit() {
    let output = text(&folder("types-wit").join("out"));
    let wit = concat!(env!("CARGO_MANIFEST_DIR"), "/wit/sensor");
    let sensor = guest("sensor.wasm");
    let done = amphi(&["types", &sensor, "-o", &output, "--wit", wit]);
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
    let written = Path::new(&output).join("sensor/exports/demo.sensor.filter@1.0.0.d.ts");
    golden_text(
        "types/sensor-filter.d.ts",
        &fs::read_to_string(written).expect("it is written"),
    );
}

#[test]
fn types_that_cannot_be_written_are_explained() {
    let module = assembled("types-module", "(module)");
    let output = text(&folder("types-errors").join("out"));
    check(
        &["types", &module, "-o", &output],
        2,
        "",
        "error: cannot write TypeScript declarations of `PATH`\ncaused by:\n  1: expected a component, found a core module: \
         build it as a component, for instance with `cargo component build` or for the target `wasm32-wasip2`; of a WASI \
         preview 1 module `amphi componentize MODULE -o COMPONENT` makes one\n",
    );
    check(
        &["types", "/nowhere/at-all.wasm", "-o", &output],
        2,
        "",
        "error: cannot read `PATH`\ncaused by:\n  1: No such file or directory (os error 2)\n",
    );
    let small = assembled("types-errors", SMALL);
    let file = text(&folder("types-errors").join("a-file"));
    fs::write(&file, "").expect("the folder for tests can be written");
    check(
        &["types", &small, "-o", &file],
        2,
        "",
        &format!(
            "error: cannot create the folder `{file}`\ncaused by:\n  1: File exists (os error 17)\n"
        ),
    );
    check(
        &["types", &small, "-o", &output, "--wit", "/nowhere"],
        2,
        "",
        "error: cannot write TypeScript declarations of `PATH`\ncaused by:\n  1: cannot read the WIT in `/nowhere`\n  2: \
         failed to read path for WIT [/nowhere]\n  3: No such file or directory (os error 2)\n",
    );
}
