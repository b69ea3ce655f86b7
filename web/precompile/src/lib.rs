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
use amphi_translate::plan::Plan;
use wasmtime_environ::wasmparser::WasmFeatures;

pub use amphi_translate::file::Files;

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
    let precompilation = translated(component, features)?;
    let javascript = whole(&precompilation).ok();
    precompilation.write(javascript.as_ref().map(String::as_bytes), None)
}

/// Translates a component. Adapters of one that throws nothing need no exceptions, which a browser
/// may lack.
fn translated(component: &[u8], features: WasmFeatures) -> Result<Precompilation> {
    let plan = Plan::with_features(component, features - WasmFeatures::EXCEPTIONS)
        .or_else(|_| Plan::with_features(component, features))?;
    Precompilation::of(plan, features)
}

/// What JavaScript needs to know to instantiate and to call a component, as JSON.
fn whole(precompilation: &Precompilation) -> Result<String> {
    let members = description::members(&precompilation.plan)?;
    let instantiation = instantiation::members(&precompilation.plan, &precompilation.single_memory);
    Ok(format!("{{{members},{instantiation}}}"))
}

/// What JavaScript needs to know to call the component behind `plan`, as JSON.
///
/// # Errors
///
/// A type is one that JavaScript has no value for.
pub fn describe(plan: &Plan) -> Result<String> {
    description::members(plan).map(|members| format!("{{{members}}}"))
}
