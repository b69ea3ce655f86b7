//! The scripts of this project on the native host, where all of them pass.

use std::path::Path;
use std::process::Command;

#[test]
fn every_directive_passes_natively() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO_BIN_EXE_amphi-conformance"))
        .args(["--browser", "none", "--known"])
        .args([folder.join("known.toml"), folder.join("scripts")])
        .output()
        .expect("the command starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
