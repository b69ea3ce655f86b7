//! The compiler, for JavaScript: what `amphi compile`, `types` and `inspect` make of a component's
//! bytes, where there is no such command.
//!
//! It is a module of its own, since it is for those who build pages, and no page needs it. Errors
//! are the command's, each with its cause as `cause`.
#![cfg(target_arch = "wasm32")]

use amphi_core::adapters::{self, WideType};
use amphi_core::contract::{self, Packages};
use amphi_core::typescript::{self, Calls, Declarations};
use amphi_core::{exceptions, features, screen};
use amphi_translate::plan::Plan;
use amphi_translate::{Error, Result};
use js_sys::{Array, ErrorOptions, Uint8Array};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use wasmparser::Validator;

/// What a call from JavaScript comes to.
type Answer<T> = std::result::Result<T, js_sys::Error>;

/// The precompiled file, and what browsers need besides that allow one memory, or nothing.
///
/// # Errors
///
/// The bytes are no component, or one that needs what a page has not.
#[wasm_bindgen]
pub fn compile(component: &[u8]) -> Answer<Array> {
    let files = amphi_precompile::precompile(component, features::taken());
    let files = files.map_err(|error| thrown(&error))?;
    let file = Uint8Array::from(files.file.as_slice());
    let tail = files.single_memory.as_deref().map(Uint8Array::from);
    Ok(Array::of2(&file, &tail.into()))
}

/// What `amphi types` writes for a component in a file of this name, as JSON: `path` and `text` of
/// each file.
///
/// # Errors
///
/// No host runs the component, or it has a type that pages have no counterpart for.
#[wasm_bindgen]
pub fn types(component: &[u8], name: &str, promised: bool) -> Answer<String> {
    let calls = match promised {
        true => Calls::Promised,
        false => Calls::Direct,
    };
    let files = declared(component, name, calls).map_err(|error| thrown(&error))?;
    let files = files
        .into_iter()
        .map(|file| json!({ "path": file.path, "text": file.text }));
    Ok(Value::from_iter(files).to_string())
}

/// What `amphi inspect` prints of a component.
///
/// # Errors
///
/// The bytes are no component, or its world cannot be written as WIT.
#[wasm_bindgen]
pub fn inspect(component: &[u8], wasi: bool, json: bool) -> Answer<String> {
    inspected(component, wasi, json).map_err(|error| thrown(&error))
}

fn declared(component: &[u8], name: &str, calls: Calls) -> Result<Vec<Declarations>> {
    let contract = contract::decode(component)?;
    let files = typescript::declarations(&contract.resolve, contract.world, name, calls)?;
    supported(component).map(|()| files)
}

fn inspected(component: &[u8], wasi: bool, json: bool) -> Result<String> {
    let contract = contract::decode(component)?;
    let refused = supported(component).err();
    let refused = refused.map(|error| format!("{error:#}"));
    if json {
        return Ok(format!("{:#}", contract.inspected_json(refused)));
    }
    let packages = match wasi {
        true => Packages::All,
        false => Packages::Own,
    };
    Ok(contract.inspected(packages, refused)?)
}

/// Refuses a component that no host runs, in the order in which the command does.
fn supported(component: &[u8]) -> Result<()> {
    checked(component).map_err(|error| error.context("no host supports it"))
}

fn checked(component: &[u8]) -> Result<()> {
    screen::check(component)?;
    exceptions::check(component)?;
    if adapters::has_wide_type(component)
        && let Err(error) = Plan::with_features(component, features::taken())
        && let Some(wide) = error.downcast_ref::<WideType>()
    {
        return Err(Error::new(wide.clone()));
    }
    let mut validator = Validator::new_with_features(features::anywhere());
    Ok(validator.validate_all(component).map(drop)?)
}

/// An error of JavaScript, whose causes are those of `error`.
fn thrown(error: &Error) -> js_sys::Error {
    let mut messages = error.chain().map(ToString::to_string).collect::<Vec<_>>();
    let root = messages.pop().unwrap_or_default();
    let root = js_sys::Error::new(&root);
    messages.iter().rev().fold(root, |cause, message| {
        js_sys::Error::new_with_options(message, &ErrorOptions::new(&cause))
    })
}

/// A panic of the decoder of WIT, which is the error that the command makes of it; JavaScript makes
/// a new instance after it.
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| {
        if contract::is_asserting() {
            let error = contract::unasserted(panic.payload_as_str());
            wasm_bindgen::throw_str(&error.to_string());
        }
    }));
}
