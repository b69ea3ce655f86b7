//! The WIT of a component, for JavaScript.
//!
//! It is a module of its own, since it knows component types by name, which the engine does not: a
//! page that does not ask for WIT does not download it.
#![cfg(target_arch = "wasm32")]

use amphi_core::contract::{self, ContractError, Packages};
use wasm_bindgen::prelude::*;

/// The world of a component as JSON: that of `amphi inspect --json`, and `text`, which is WIT with
/// all packages.
///
/// # Errors
///
/// The bytes are not a component, or its world cannot be written as WIT.
#[wasm_bindgen]
pub fn describe(bytes: &[u8]) -> Result<String, JsError> {
    json(bytes).map_err(|error| JsError::new(&error.to_string()))
}

fn json(bytes: &[u8]) -> Result<String, ContractError> {
    let contract = contract::decode(bytes)?;
    let mut json = contract.json();
    json["text"] = contract.wit(Packages::All)?.into();
    Ok(json.to_string())
}
