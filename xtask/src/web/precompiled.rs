//! Components that a page runs precompiled: what `amphi compile --target page` makes of them,
//! without the command.

use amphi_core::features::taken;
use amphi_precompile::precompile;
use anyhow::{Context, Result, anyhow};
use std::fs;
use std::path::Path;

/// Precompiles the file `component` into `to`, with what browsers need besides that allow one
/// memory in a file beside it, if they need anything.
pub fn write(component: &Path, to: &Path) -> Result<()> {
    let bytes =
        fs::read(component).with_context(|| format!("cannot read `{}`", component.display()))?;
    let files = precompile(&bytes, taken())
        .map_err(|error| anyhow!("cannot precompile `{}`: {error:#}", component.display()))?;
    let write = |path: &Path, bytes: &[u8]| {
        fs::write(path, bytes).with_context(|| format!("cannot write `{}`", path.display()))
    };
    write(to, &files.file)?;
    match files.single_memory {
        Some(tail) => write(&to.with_added_extension("single-memory"), &tail),
        None => Ok(()),
    }
}
