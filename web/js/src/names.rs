//! Names of what components import, for the package's modules: the rules are the hosts'.

use amphi_core::{version, wasi};
use wasm_bindgen::prelude::*;

/// The one of `interfaces` that serves a component which imports `wanted`: it itself, or else the
/// latest that is compatible.
#[wasm_bindgen]
pub fn serving(wanted: &str, interfaces: Vec<String>) -> Option<String> {
    let names = interfaces.iter().map(String::as_str);
    version::serving(wanted, names).map(str::to_owned)
}

/// Whether the engine supplies an interface where the page gives nothing.
#[wasm_bindgen(js_name = isSupplied)]
pub fn is_supplied(interface: &str) -> bool {
    wasi::is_supplied(interface)
}
