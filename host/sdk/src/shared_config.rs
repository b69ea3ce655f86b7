//! Settings of an engine that takes the same components on both hosts.

use crate::Config;

/// Settings under which both hosts take and refuse the same components.
///
/// What Wasmtime takes by itself depends on its crate's features, which any crate of an application
/// may switch on, and is more than the page takes: what is asynchronous in the component model
/// itself (functions that are `async` in WIT, streams, futures, and so WASI 0.3), atomic operations
/// and garbage-collected types. Here every proposal that the page takes is on and every other off,
/// so that a component which an engine with these settings takes natively has nothing in it that
/// the page refuses for that reason, in a browser that has as much. In the page these are the
/// default settings.
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
    pin(&mut config);
    config
}

/// The page takes nothing else by itself.
#[cfg(target_arch = "wasm32")]
fn pin(_config: &mut Config) {}

/// Has Wasmtime take what the page takes, and nothing else.
#[cfg(not(target_arch = "wasm32"))]
fn pin(config: &mut Config) {
    let taken = amphi_core::features::taken();
    config
        .wasm_features(taken, true)
        .wasm_features(!taken, false)
        .concurrency_support(true);
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::pin;
    use crate::{Config, Engine};
    use wasmtime::WasmFeatures;

    /// Wasmtime as another crate's choice of its features may have it.
    fn taking(more: WasmFeatures) -> Config {
        let mut config = Config::new();
        config.wasm_features(more, true);
        config
    }

    #[test]
    fn what_wasmtime_takes_by_itself_does_not_count() {
        let page = amphi_core::features::taken();
        for more in [
            WasmFeatures::empty(),
            WasmFeatures::THREADS | WasmFeatures::SHARED_EVERYTHING_THREADS,
            WasmFeatures::GC | WasmFeatures::STACK_SWITCHING | WasmFeatures::LEGACY_EXCEPTIONS,
            WasmFeatures::CUSTOM_PAGE_SIZES | WasmFeatures::WIDE_ARITHMETIC,
            WasmFeatures::CM_ASYNC | WasmFeatures::CM_MAP | WasmFeatures::CM64,
        ] {
            let mut config = taking(more);
            pin(&mut config);
            let engine = Engine::new(&config).expect("what the page takes Wasmtime takes");
            assert_eq!(engine.get_wasm_features(), page, "{more:?}");
        }
        let mut less = Config::new();
        less.wasm_simd(false)
            .wasm_relaxed_simd(false)
            .wasm_exceptions(false)
            .gc_support(false);
        pin(&mut less);
        let engine = Engine::new(&less).expect("what the page takes Wasmtime takes");
        assert_eq!(engine.get_wasm_features(), page);
    }
}
