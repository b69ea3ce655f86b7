//! Names of what components import, for the package's modules: the rules are the hosts'.

use amphi_core::wasi;
use wasm_bindgen::prelude::*;

/// Whether the engine supplies an interface where the page gives nothing.
#[wasm_bindgen(js_name = isSupplied)]
pub fn is_supplied(interface: &str) -> bool {
    wasi::is_supplied(interface)
}
