//! The folder of `cargo xtask web javascript` once more, with precompiled components.

use crate::scripts;
use amphi_core::features::taken;
use amphi_precompile::precompile;
use std::fs;
use std::path::{Path, PathBuf};

/// What a component begins with.
const COMPONENT: [u8; 8] = *b"\0asm\x0d\0\x01\0";

/// A copy of the folder `from` in which every component that can be precompiled is, under its name.
/// There `amphi-web/index.js` is the runtime, `amphi-web/engine.js` is what it was, and in
/// `scripts` are the components of component scripts, both ways; `alone.wasm` has no tail beside
/// it.
pub fn folder(from: &Path) -> PathBuf {
    let to = from.with_file_name("javascript-precompiled");
    if to.exists() {
        fs::remove_dir_all(&to).expect("the folder can be emptied");
    }
    copy(from, &to);
    let package = to.join("amphi-web");
    fs::rename(package.join("index.js"), package.join("engine.js")).expect("it is there");
    fs::copy(to.join("precompiled/index.js"), package.join("index.js")).expect("it is there");
    fs::copy(to.join("transcoding.wasm"), to.join("alone.wasm")).expect("it is there");
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/scripts");
    scripts::write(&repository, &to.join("scripts"));
    to
}

/// Copies a folder, precompiling what is in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("it is a folder") {
        let path = entry.expect("it can be read").path();
        let target = to.join(path.file_name().expect("entries have names"));
        if path.is_file() {
            let bytes = fs::read(&path).expect("it can be read");
            if !(bytes.starts_with(&COMPONENT) && write_precompiled(&bytes, &target)) {
                fs::write(target, bytes).expect("it can be written");
            }
        } else if !path.ends_with("jco") {
            copy(&path, &target);
        }
    }
}

/// Writes a component in its precompiled form, with what browsers need besides that allow one
/// memory; false if it has none.
pub fn write_precompiled(component: &[u8], to: &Path) -> bool {
    let Ok(files) = precompile(component, taken()) else {
        return false;
    };
    if let Some(tail) = files.single_memory {
        let beside = format!("{}.single-memory", to.display());
        fs::write(beside, tail).expect("it can be written");
    }
    fs::write(to, files.file).expect("it can be written");
    true
}
