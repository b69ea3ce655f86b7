//! `Engine` and `Config`.

use crate::backtrace::DEFAULT_MAX_FRAMES;
use crate::page;
use amphi_core::features::taken;
use std::num::NonZeroUsize;
use std::sync::{Arc, Weak};
use wasmtime_environ::error::{Result, bail};
use wasmtime_environ::wasmparser::WasmFeatures;

/// Settings of an [`Engine`], with the names of `wasmtime::Config`.
///
/// Setting an option never fails; [`Engine::new`] reports every option that a browser cannot
/// honour.
#[derive(Clone, Debug)]
pub struct Config {
    refused: Vec<&'static str>,
    /// What components and modules may use.
    features: WasmFeatures,
    /// How many frames of a backtrace are kept; none if there is to be no backtrace.
    max_frames: Option<NonZeroUsize>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            refused: Vec::new(),
            features: match page::has_exceptions() {
                true => taken(),
                false => taken() - WasmFeatures::EXCEPTIONS,
            },
            max_frames: Some(DEFAULT_MAX_FRAMES),
        }
    }
}

/// Declares setters that a page cannot honour when they are switched on.
macro_rules! refused {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            ///
            /// A page cannot honour this: if it is switched on, [`Engine::new`] fails and names it.
            pub fn $name(&mut self, enable: bool) -> &mut Config {
                self.refuse(stringify!($name), enable)
            }
        )*
    };
}

/// Declares setters of features that a page can have and can do without.
macro_rules! optional {
    ($($(#[$doc:meta])* $name:ident: $feature:ident;)*) => {
        $(
            $(#[$doc])*
            pub fn $name(&mut self, enable: bool) -> &mut Config {
                self.features.set(WasmFeatures::$feature, enable);
                self
            }
        )*
    };
}

impl Config {
    /// The default settings.
    pub fn new() -> Config {
        Config::default()
    }

    /// The component model is what this engine is for: switching it off makes [`Engine::new`] fail.
    pub fn wasm_component_model(&mut self, enable: bool) -> &mut Config {
        self.refuse("wasm_component_model(false)", !enable)
    }

    /// Several memories of one module, which adapters between components need: switching it off
    /// makes [`Engine::new`] fail.
    pub fn wasm_multi_memory(&mut self, enable: bool) -> &mut Config {
        self.refuse("wasm_multi_memory(false)", !enable)
    }

    /// A page cannot honour this: the browser decides how deep a stack is, so that [`Engine::new`]
    /// fails and names it.
    pub fn max_wasm_stack(&mut self, _size: usize) -> &mut Config {
        self.refuse("max_wasm_stack", true)
    }

    /// Nothing happens, as in Wasmtime: whatever may be called asynchronously can be.
    #[doc(hidden)]
    #[deprecated(note = "no longer has any effect")]
    pub fn async_support(&mut self, _enable: bool) -> &mut Config {
        self
    }

    /// Which calls may enter which instances is decided as Wasmtime does it with support for
    /// concurrency, which is on there unless it is switched off. A page cannot do without: if it is
    /// switched off, [`Engine::new`] fails and names it.
    pub fn concurrency_support(&mut self, enable: bool) -> &mut Config {
        self.refuse("concurrency_support(false)", !enable)
    }

    /// A hint, which a page has no use for: how many threads compile is the browser's business, and
    /// changes nothing else.
    pub fn parallel_compilation(&mut self, _parallel: bool) -> &mut Config {
        self
    }

    /// How many frames a [`WasmBacktrace`](crate::WasmBacktrace) has at the most; with `None`
    /// errors have none. 20 unless set.
    pub fn wasm_backtrace_max_frames(&mut self, limit: Option<NonZeroUsize>) -> &mut Config {
        self.max_frames = limit;
        self
    }

    /// Exceptions that guests throw and catch; on unless switched off, in browsers that have them.
    /// In one that has none, [`Engine::new`] fails and names this if it is switched on.
    pub fn wasm_exceptions(&mut self, enable: bool) -> &mut Config {
        self.features.set(WasmFeatures::EXCEPTIONS, enable);
        self.refuse("wasm_exceptions", enable && !page::has_exceptions())
    }

    optional! {
        /// Tables of references to what the host has, and several tables; on unless switched off.
        wasm_reference_types: REFERENCE_TYPES;
        /// References to functions that tell their type and are never null; on unless switched off.
        wasm_function_references: FUNCTION_REFERENCES;
        /// Whether calls in tail position may be made as such; they may unless this is switched
        /// off.
        wasm_tail_call: TAIL_CALL;
        /// Whether constant expressions may add and multiply; they may unless this is switched off.
        wasm_extended_const: EXTENDED_CONST;
        /// Memories of 64-bit addresses, which only core modules among themselves can use; on
        /// unless switched off.
        wasm_memory64: MEMORY64;
        /// Several results of one function; on unless switched off.
        wasm_multi_value: MULTI_VALUE;
        /// Copies and fills of memories and tables; on unless switched off.
        wasm_bulk_memory: BULK_MEMORY;
        /// Vectors of 128 bits; on unless switched off.
        wasm_simd: SIMD;
        /// Vectors whose operations may differ between machines; on unless switched off.
        wasm_relaxed_simd: RELAXED_SIMD;
        /// The component model's `map` type; off unless switched on.
        wasm_component_model_map: CM_MAP;
        /// The component model's lists of fixed length; off unless switched on.
        wasm_component_model_fixed_length_lists: CM_FIXED_LENGTH_LISTS;
        /// Imports and exports that say which interface they implement; off unless switched on.
        wasm_component_model_implements: CM_IMPLEMENTS;
    }

    refused! {
        /// Interrupts guests when an epoch ends.
        epoch_interruption;
        /// Counts and limits the instructions of guests.
        consume_fuel;
        /// The garbage-collection proposal.
        wasm_gc;
        /// Atomic operations, and memories that may be shared.
        wasm_threads;
        /// Arithmetic on 128 bits.
        wasm_wide_arithmetic;
        /// Memories with small pages.
        wasm_custom_page_sizes;
        /// Continuations.
        wasm_stack_switching;
        /// Memories that threads share.
        shared_memory;
        /// Operations on vectors that are the same on every machine.
        relaxed_simd_deterministic;
        /// One bit pattern for every NaN.
        cranelift_nan_canonicalization;
        /// Information for native debuggers.
        debug_info;
        /// Functions that are asynchronous in the component model.
        wasm_component_model_async;
        /// The component model's `error-context`.
        wasm_component_model_error_context;
        /// The component model over garbage-collected values.
        wasm_component_model_gc;
        /// The component model over 64-bit memories.
        wasm_component_model_memory64;
    }

    fn refuse(&mut self, option: &'static str, refuse: bool) -> &mut Config {
        self.refused.retain(|refused| *refused != option);
        if refuse {
            self.refused.push(option);
        }
        self
    }
}

/// The page's engine, as Wasmtime's `Engine`: cheap to clone, shared by every store and component.
#[derive(Clone, Debug)]
pub struct Engine(Arc<Config>);

impl Default for Engine {
    fn default() -> Engine {
        Engine(Arc::new(Config::new()))
    }
}

impl Engine {
    /// Makes an engine.
    ///
    /// # Errors
    ///
    /// `config` asks for something that a browser cannot do; the error names each such option.
    pub fn new(config: &Config) -> Result<Engine> {
        if !config.refused.is_empty() {
            bail!(
                "options of `Config` that a page cannot honour: `{}`",
                config.refused.join("`, `")
            );
        }
        Ok(Engine(Arc::new(config.clone())))
    }

    /// Whether two handles mean the same engine.
    pub fn same(a: &Engine, b: &Engine) -> bool {
        Arc::ptr_eq(&a.0, &b.0)
    }

    /// A handle that keeps nothing alive.
    pub fn weak(&self) -> EngineWeak {
        EngineWeak(Arc::downgrade(&self.0))
    }

    /// How many frames of a backtrace are kept.
    pub(crate) fn max_frames(&self) -> Option<NonZeroUsize> {
        self.0.max_frames
    }

    /// What a component may be made of.
    pub(crate) fn features(&self) -> WasmFeatures {
        self.0.features
    }

    /// Ends an epoch: nothing happens in a page, where no store can be interrupted by epochs.
    pub fn increment_epoch(&self) {}
}

/// A handle to an [`Engine`] that does not keep it, as `wasmtime::EngineWeak`.
#[derive(Clone, Debug, Default)]
pub struct EngineWeak(Weak<Config>);

impl EngineWeak {
    /// The engine, if there still is one.
    pub fn upgrade(&self) -> Option<Engine> {
        self.0.upgrade().map(Engine)
    }
}

/// Whether this browser can suspend a guest that waits for an asynchronous host function
/// (JavaScript Promise Integration).
#[must_use]
pub fn can_suspend() -> bool {
    page::can_suspend()
}
