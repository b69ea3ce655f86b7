//! Files to bytes, and bytes to a compiled component. What nobody should read is refused here,
//! before anybody does.

use std::fs;
use std::path::{Path, PathBuf};

use amphi::component::Component;
use amphi::error::Context;
use amphi::{Engine, Error, Precompiled, Result, format_err};
use amphi_core::contract;
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

fn wit_into(resolve: Resolve, path: &Path) -> Result<(Resolve, PackageId)> {
    parse(resolve, path).with_context(|| format!("cannot read the WIT in `{}`", path.display()))
}

fn parse(mut resolve: Resolve, path: &Path) -> Result<(Resolve, PackageId)> {
    for file in packages(path)? {
        // What cannot be read, whoever reads the WIT says.
        let Ok(bytes) = fs::read(&file) else {
            continue;
        };
        contract::readable(&bytes)
            .with_context(|| format!("cannot read the package in `{}`", file.display()))?;
    }
    let (package, _) = contract::asserted(|| resolve.push_path(path))?
        .map_err(|error| Error::from_boxed(error.into_boxed_dyn_error()))?;
    contract::shallow(&resolve)?;
    Ok((resolve, package))
}

/// The files that are read for the WIT in `path` and may have a package in its binary form.
fn packages(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let folder = path.join("deps");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(&folder)
        .with_context(|| format!("cannot read the folder `{}`", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let file = entry?.path();
        if file.is_file() {
            files.push(file);
        }
    }
    Ok(files)
}

/// Reads and compiles the component in a file, which may be compiled already if such files are
/// trusted.
pub async fn component(engine: &Engine, path: &Path, precompiled: bool) -> Result<Component> {
    let bytes = read(path)?;
    let component = match Engine::detect_precompiled(&bytes) {
        Some(Precompiled::Component) if precompiled => trusted(engine, &bytes),
        Some(_) => Err(format_err!(
            "expected a component, found a precompiled file; if nobody else could change it, \
             `--allow-precompiled` runs one"
        )),
        None => amphi::compile(engine, &bytes).await,
    };
    component.with_context(|| format!("cannot load `{}`", path.display()))
}

/// A component of a precompiled file.
#[expect(
    unsafe_code,
    reason = "whoever gives `--allow-precompiled` trusts the file"
)]
fn trusted(engine: &Engine, bytes: &[u8]) -> Result<Component> {
    // SAFETY: by the option, the user says that it is a file of `amphi compile`.
    unsafe { Component::deserialize(engine, bytes) }
}
