//! The command `amphi`, for tests of the package that has it: Cargo tells those, and no others,
//! where it is.

mod serving;

pub use serving::{Serving, ask_at};

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program that was built for this test.
pub fn program() -> PathBuf {
    let path = std::env::var_os("CARGO_BIN_EXE_amphi");
    path.expect("Cargo sets `CARGO_BIN_EXE_amphi` for the tests of `amphi-cli`")
        .into()
}

/// What comes of the command with these arguments.
pub fn amphi(args: &[&str]) -> Output {
    let output = Command::new(program()).args(args).output();
    output.expect("the binary was built for this test")
}

/// A folder of the test `name` alone.
pub fn folder(name: &str) -> PathBuf {
    let folder = crate::temporary("cli").join(name);
    fs::create_dir_all(&folder).expect("the folder for tests can be written");
    folder
}

/// The path of a built guest.
pub fn guest(name: &str) -> String {
    text(&crate::guest::file(name))
}

/// A path as an argument.
pub fn text(path: &Path) -> String {
    path.to_str()
        .expect("the path of the project is Unicode")
        .to_owned()
}
