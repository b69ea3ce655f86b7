//! Says why a component is refused: what it needs that this engine lacks, and where it needs it.
//!
//! The validator tells at which byte a feature is missing. Whoever wrote the component knows
//! imports, exports and functions instead, so the component is validated again with every feature
//! there is, and then searched for what the missing ones allow.

use super::validate;
use amphi_core::uses::{self, Construct, modules};
use std::collections::BTreeMap;
use wasmtime_environ::error::Error;
use wasmtime_environ::wasmparser::{self, WasmFeatures};

/// How many constructs are named; the rest only follow from them.
const NAMED: usize = 4;

/// Core features that a component may need, and what they are called.
const CORE: &[(WasmFeatures, &str)] = &[
    (WasmFeatures::THREADS, "threads and shared memories"),
    (WasmFeatures::MEMORY64, "64-bit memories"),
    (WasmFeatures::EXCEPTIONS, "exceptions"),
    (WasmFeatures::LEGACY_EXCEPTIONS, "legacy exceptions"),
    (WasmFeatures::GC, "garbage-collected types"),
    (WasmFeatures::GC_TYPES, "garbage-collected types"),
    (
        WasmFeatures::FUNCTION_REFERENCES,
        "typed function references",
    ),
    (WasmFeatures::STACK_SWITCHING, "stack switching"),
    (WasmFeatures::WIDE_ARITHMETIC, "wide arithmetic"),
    (
        WasmFeatures::CUSTOM_PAGE_SIZES,
        "custom page sizes of memories",
    ),
    (
        WasmFeatures::SHARED_EVERYTHING_THREADS,
        "shared functions and globals",
    ),
    (WasmFeatures::CUSTOM_DESCRIPTORS, "type descriptors"),
];

/// The error of a component that the validator refused with `features`.
pub fn explain(bytes: &[u8], features: WasmFeatures, error: wasmparser::Error) -> Error {
    let found = uses::uses(bytes).unwrap_or_default();
    let missing = |(construct, place): (Construct, String)| {
        let needed = construct.needs();
        (!features.contains(needed))
            .then(|| format!("{construct}: not supported yet, used by {place}"))
    };
    let mut reasons: Vec<String> = found.into_iter().filter_map(missing).collect();
    if reasons.is_empty() {
        reasons = core(bytes, features);
    }
    reasons.truncate(NAMED);
    let error = Error::from(error);
    match reasons.is_empty() {
        true => error.context("failed to parse WebAssembly module"),
        false => error.context(reasons.join("; ")),
    }
}

/// The core features that modules need and that `features` lacks; nothing if the modules are not
/// valid whatever the features are.
fn core(bytes: &[u8], features: WasmFeatures) -> Vec<String> {
    let mut reasons: BTreeMap<&str, String> = BTreeMap::new();
    for (index, module) in modules(bytes).into_iter().enumerate() {
        if valid(module, features) || !valid(module, WasmFeatures::all()) {
            continue;
        }
        for (feature, name) in CORE {
            if !features.contains(*feature) && !valid(module, WasmFeatures::all() - *feature) {
                let why = match *feature {
                    WasmFeatures::EXCEPTIONS => "disabled, or not reliable in this browser",
                    _ => "not supported yet",
                };
                reasons
                    .entry(name)
                    .or_insert_with(|| format!("{name}: {why}, used by core module {index}"));
            }
        }
    }
    reasons.into_values().collect()
}

/// Whether a module is valid, but for the bodies of its functions.
fn valid(module: &[u8], features: WasmFeatures) -> bool {
    validate(module, features).is_ok()
}
