//! What is looked at before translation, so that no component can make the translator panic, run out of stack or out of memory.
//!
//! The translator trusts what is valid, and validity bounds neither how deep types are nested in the bytes nor how much a component
//! multiplies itself: thirty components of which each instantiates the one before twice are a few hundred bytes and a thousand million
//! instances. In a page a panic or an exhausted memory would end the application, so such components are refused here. The screens:
//!
//! - `nesting`: types nested in types, which the parser reads by recursion
//! - `growth`: what the translation would write down, counted without writing it down
//! - `exposed`: components that are imported or exported whole, by name
//!
//! A component that is not valid, or that needs what this engine lacks, is refused here as well; `refusal` finds the words.

mod exposed;
mod growth;
mod nesting;
mod outline;
mod refusal;
mod weight;

pub(super) use refusal::{modules, wide};

use wasmtime_environ::error::Result;
use wasmtime_environ::wasmparser::WasmFeatures;

/// Refuses bytes that the translator is not safe with.
///
/// # Errors
///
/// The bytes are not a valid component with these features, or are one of those that no translation would end well for.
pub(super) fn check(bytes: &[u8], features: WasmFeatures) -> Result<()> {
    nesting::check(bytes)?;
    let outline = outline::outline(bytes, features)
        .map_err(|error| refusal::explain(bytes, features, error))?;
    exposed::check(&outline)?;
    growth::check(&outline)
}

#[cfg(test)]
mod tests;
