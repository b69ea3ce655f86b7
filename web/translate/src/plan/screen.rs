//! What is looked at before translation, so that no component can make the translator panic, run
//! out of stack or out of memory.
//!
//! What would harm any host is refused by `amphi_core::screen`, exceptions in their old form by
//! `amphi_core::exceptions`; in a page a panic or an exhausted memory would end the application. A
//! component that is not valid, or that needs what this engine lacks, is refused here as well;
//! `refusal` finds the words. `exposed` is about components that are imported or exported whole.

mod exposed;
mod refusal;

use wasmtime_environ::error::{Error, Result};
use wasmtime_environ::wasmparser::{self, Parser, Validator, WasmFeatures};

/// Refuses bytes that the translator is not safe with.
///
/// # Errors
///
/// The bytes are not a valid component with these features, or are one of those that no translation
/// would end well for.
pub(super) fn check(bytes: &[u8], features: WasmFeatures) -> Result<()> {
    amphi_core::screen::check(bytes).map_err(Error::new)?;
    amphi_core::exceptions::check(bytes).map_err(Error::new)?;
    validate(bytes, features).map_err(|error| refusal::explain(bytes, features, error))?;
    exposed::check(bytes)
}

/// Validates a component, or a module, but for the bodies of its functions.
fn validate(bytes: &[u8], features: WasmFeatures) -> wasmparser::Result<()> {
    let mut validator = Validator::new_with_features(features);
    let mut parser = Parser::new(0);
    parser.set_features(features);
    for payload in parser.parse_all(bytes) {
        validator.payload(&payload?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
