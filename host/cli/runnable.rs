//! Whether any host here runs a component: natively `run` and `serve` take what a page does and
//! more, so what they refuse nobody takes.

use amphi::error::Context;
use amphi::{Engine, Error, Result};
use amphi_core::{contract, features};
use wasmparser::Validator;
use wit_parser::{Resolve, WorldId};

/// An engine that takes what a page takes, and what is asynchronous in the component model.
pub fn engine() -> Result<Engine> {
    let mut config = amphi::shared_config();
    config.wasm_component_model_async(true);
    Engine::new(&config)
}

/// Refuses the bytes of a component that no host here runs.
pub fn component(bytes: &[u8]) -> Result<()> {
    amphi::check_bytes(bytes)
        .and_then(|()| valid(bytes))
        .context("no host supports it")
}

/// Refuses a world whose components no host here runs.
pub fn world(resolve: &Resolve, world: WorldId) -> Result<()> {
    let bytes = contract::encode(resolve, world).map_err(Error::new)?;
    valid(&bytes).context("no host supports components of this world")
}

/// As [`engine`] has it, without compiling anything.
fn valid(bytes: &[u8]) -> Result<()> {
    let mut validator = Validator::new_with_features(features::anywhere());
    validator.validate_all(bytes).map(drop).map_err(Error::new)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_engine_takes_what_is_taken_anywhere() {
        let engine = super::engine().expect("Wasmtime has them");
        assert_eq!(engine.get_wasm_features(), amphi_core::features::anywhere());
    }
}
