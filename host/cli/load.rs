//! Files to bytes, and bytes to a compiled component.

use std::fs;
use std::path::Path;

use amphi::component::Component;
use amphi::error::Context;
use amphi::{Engine, Error, Result};
use amphi_core::binary;
use wit_parser::decoding::{self, DecodedWasm};
use wit_parser::{PackageId, Resolve};

/// Reads a file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// Reads a WIT package from a file or a folder of WIT, without what is unstable.
pub fn wit(path: &Path) -> Result<(Resolve, PackageId)> {
    wit_into(Resolve::default(), path)
}

/// As [`wit`], with what is unstable.
pub fn whole_wit(path: &Path) -> Result<(Resolve, PackageId)> {
    let resolve = Resolve {
        all_features: true,
        ..Resolve::default()
    };
    wit_into(resolve, path)
}

fn wit_into(mut resolve: Resolve, path: &Path) -> Result<(Resolve, PackageId)> {
    let (package, _) = resolve
        .push_path(path)
        .map_err(|error| Error::from_boxed(error.into_boxed_dyn_error()))
        .with_context(|| format!("cannot read the WIT in `{}`", path.display()))?;
    Ok((resolve, package))
}

/// Reads a WIT package in its binary form.
pub fn wit_package(bytes: &[u8]) -> Result<(Resolve, PackageId)> {
    match decoding::decode(bytes)
        .map_err(|error| Error::from_boxed(error.into_boxed_dyn_error()))?
    {
        DecodedWasm::WitPackage(resolve, package) => Ok((resolve, package)),
        DecodedWasm::Component(..) => Err(Error::msg(
            "expected a WIT package in its binary form, found a component",
        )),
    }
}

/// Reads and compiles the component in a file.
pub fn component(engine: &Engine, path: &Path) -> Result<Component> {
    let bytes = read(path)?;
    binary::anatomy(&bytes)
        .map_err(Error::new)
        .and_then(|_| amphi::check_adapters(&bytes))
        .and_then(|()| Component::new(engine, &bytes))
        .with_context(|| format!("cannot load `{}`", path.display()))
}
