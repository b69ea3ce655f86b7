//! Settings of an engine that takes the same components on both hosts.

use crate::Config;

/// Settings under which both hosts take and refuse the same components.
///
/// Natively Wasmtime also runs what is asynchronous in the component model itself (functions that are `async` in WIT, streams, futures, and so
/// WASI 0.3), which the page refuses by name. Here that is off, so that a component which an engine with these settings takes natively has
/// no such thing in it when it gets to a page. In the page these are the default settings.
///
/// ```
/// # fn example() -> amphi::Result<()> {
/// let engine = amphi::Engine::new(&amphi::shared_config())?;
/// let streams = b"\0asm\x0d\0\x01\0\x07\x04\x01\x66\x01\x7d";
/// assert!(amphi::component::Component::new(&engine, streams).is_err());
/// # Ok(())
/// # }
/// # example().unwrap();
/// ```
#[must_use]
pub fn shared_config() -> Config {
    let mut config = Config::new();
    config.wasm_component_model_async(false);
    config
}
