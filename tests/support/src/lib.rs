//! What several suites of tests share: components, hosts to run them in, processes of `amphi`, and
//! what a page is answered. What one suite alone uses is in its own folder.
//!
//! All but the places of guests and the components that wait is a feature of the module's name, so
//! that a suite builds what it uses. `tests/README.md` says which suite is which.

#[cfg(feature = "answers")]
pub mod answers;
#[cfg(feature = "command")]
pub mod command;
#[cfg(feature = "fixture")]
pub mod fixture;
pub mod guest;
#[cfg(feature = "pantry")]
pub mod pantry;
pub mod slow;
#[cfg(feature = "vault")]
pub mod vault;
#[cfg(feature = "wit")]
pub mod wit;

use std::path::{Path, PathBuf};

/// The folder of the workspace.
pub fn root() -> &'static Path {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = folder.parent().and_then(Path::parent);
    root.expect("this crate is two folders below the workspace")
}

/// Where tests may write, whichever package they are of.
pub fn temporary(name: &str) -> PathBuf {
    root().join("target/tmp").join(name)
}
