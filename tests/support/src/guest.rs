//! The guests of this workspace, as `cargo xtask guests` builds them.

use std::fs;
use std::path::PathBuf;

/// The file of this name among the built guests.
pub fn file(name: &str) -> PathBuf {
    let path = crate::root().join("target/guests").join(name);
    assert!(
        path.exists(),
        "expected a built guest at `{}`: run `cargo xtask guests`",
        path.display()
    );
    path
}

/// The bytes of the guest of this name.
pub fn bytes(name: &str) -> Vec<u8> {
    let path = file(&format!("{name}.wasm"));
    fs::read(&path).unwrap_or_else(|error| panic!("`{}`: {error}", path.display()))
}
