//! Files to bytes, and bytes to a compiled component.

use std::fs;
use std::path::Path;

use amphi::component::Component;
use amphi::error::Context;
use amphi::{Engine, Error, Result};
use amphi_core::binary;

/// Reads a file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// Reads and compiles the component in a file.
pub fn component(engine: &Engine, path: &Path) -> Result<Component> {
    let bytes = read(path)?;
    binary::anatomy(&bytes)
        .map_err(Error::new)
        .and_then(|_| Component::new(engine, &bytes))
        .with_context(|| format!("cannot load `{}`", path.display()))
}
