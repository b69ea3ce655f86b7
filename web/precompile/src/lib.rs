//! From a component's bytes to what a page runs without a translator: the precompiled file, with a
//! description of the component from which the package's runtime instantiates and calls it in
//! JavaScript.
//!
//! Pure: bytes in, bytes out, on any target.
//!
//! ```
//! let text = r#"(component
//!     (core module $m (func (export "f") (result i32) i32.const 7))
//!     (core instance $i (instantiate $m))
//!     (func (export "seven") (result u32) (canon lift (core func $i "f"))))"#;
//! let bytes = wat::parse_str(text)?;
//! let files = amphi_precompile::precompile(&bytes, amphi_core::features::taken())?;
//! assert!(files.file.starts_with(b"\0amphi\r\n"));
//! assert!(files.single_memory.is_none(), "every browser runs it");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod description;
mod instantiation;
mod json;
#[cfg(test)]
mod tests;

use amphi_core::binary;
use amphi_translate::Result;
use amphi_translate::file::Precompilation;
use wasmtime_environ::wasmparser::WasmFeatures;

pub use amphi_translate::file::{Browser, Files};

/// Precompiles a component, for Rust and for JavaScript: what `amphi compile --target page` writes,
/// and the compiler for JavaScript. One with a type that JavaScript has no value for has no
/// description for it.
///
/// # Errors
///
/// The bytes are not a valid component, or need a feature that is not among `features` or that a
/// page does not have.
pub fn precompile(component: &[u8], features: WasmFeatures) -> Result<Files> {
    // It says best what is no component.
    binary::anatomy(component)?;
    let precompilation = Precompilation::with_features(component, features)?;
    let javascript = whole(&precompilation).ok();
    precompilation.write(javascript.as_ref().map(String::as_bytes), None)
}

/// Precompiles a component for JavaScript in the browser that runs it at once: the file, with the
/// tail behind it if that browser needs one. Nothing is in it that only another browser asks for.
///
/// # Errors
///
/// As [`precompile`], or a type is one that JavaScript has no value for, or the browser allows one
/// memory and a core module needs several in a way that cannot be rewritten.
pub fn precompile_for(
    browser: Browser,
    component: &[u8],
    features: WasmFeatures,
) -> Result<Vec<u8>> {
    binary::anatomy(component)?;
    let precompilation = Precompilation::for_browser(component, features, browser)?;
    let javascript = whole(&precompilation)?;
    let files = precompilation.write_unread(Some(javascript.as_bytes()), None)?;
    let mut file = files.file;
    file.extend(files.single_memory.unwrap_or_default());
    Ok(file)
}

/// What JavaScript needs to know to instantiate and to call a component, as JSON.
fn whole(precompilation: &Precompilation) -> Result<String> {
    let members = description::members(&precompilation.plan)?;
    let instantiation = instantiation::members(&precompilation.plan, &precompilation.single_memory);
    Ok(format!("{{{members},{instantiation}}}"))
}
