//! Where pages are.

use anyhow::{Result, ensure};
use std::path::{Path, PathBuf};

/// The folder of the page `name`.
///
/// # Errors
///
/// It has not been assembled.
pub fn assembled(name: &str) -> Result<PathBuf> {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/page");
    let folder = pages.join(name);
    ensure!(
        folder.is_dir(),
        "expected a page at `{}`: `cargo xtask web {name}` assembles it",
        folder.display()
    );
    Ok(folder)
}
