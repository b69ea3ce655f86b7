//! `amphi inspect`: what a component imports and exports, and what it is made of.

use std::fmt::Write;
use std::path::PathBuf;

use amphi::Error;
use amphi::error::Context;
use amphi_core::contract::{self, Contract, Function, Item, Packages, TypeName};
use clap::Args;
use serde_json::{Value, json};

use crate::load;
use crate::outcome::{Outcome, print};

/// Show what a component imports and exports.
///
/// The result is the component's world in WIT, with its size, its number of core modules and its version of WASI in
/// comments above it.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The component
    #[arg(value_name = "COMPONENT")]
    component: PathBuf,

    /// Write JSON
    #[arg(long)]
    json: bool,

    /// Write out the packages of WASI too, so that the WIT is complete
    #[arg(long, conflicts_with = "json")]
    wasi: bool,
}

const EXAMPLES: &str = "\
Examples:
  amphi inspect calc.wasm
  amphi inspect --wasi calc.wasm > calc.wit
  amphi inspect --json calc.wasm";

/// Runs the command.
pub fn inspect(options: &Options) -> Outcome {
    let bytes = load::read(&options.component)?;
    let contract = contract::decode(&bytes)
        .map_err(Error::new)
        .with_context(|| format!("cannot inspect `{}`", options.component.display()))?;
    if options.json {
        return print(&format!("{:#}", to_json(&contract)));
    }
    let packages = if options.wasi {
        Packages::All
    } else {
        Packages::Own
    };
    let wit = contract.wit(packages).map_err(Error::new)?;
    print(&format!("{}\n{wit}", summary(&contract)))
}

/// The facts that WIT has no words for, as comments.
fn summary(contract: &Contract) -> String {
    let mut text = String::new();
    let anatomy = &contract.anatomy;
    let versions = match contract.wasi_versions().as_slice() {
        [] => "none".to_owned(),
        versions => versions.join(", "),
    };
    for (what, value) in [
        ("size", format!("{} bytes", anatomy.size)),
        ("core modules", anatomy.core_modules.to_string()),
        ("WASI", versions),
    ] {
        writeln!(text, "// {what}: {value}").expect("a string takes whatever is written");
    }
    text
}

fn to_json(contract: &Contract) -> Value {
    json!({
        "size": contract.anatomy.size,
        "core_modules": contract.anatomy.core_modules,
        "components": contract.anatomy.components,
        "wasi": contract.wasi_versions(),
        "imports": contract.imports().iter().map(item).collect::<Vec<_>>(),
        "exports": contract.exports().iter().map(item).collect::<Vec<_>>(),
    })
}

fn item(item: &Item) -> Value {
    match item {
        Item::Interface {
            name,
            functions,
            types,
        } => json!({
            "kind": "interface",
            "name": name,
            "functions": functions.iter().map(function).collect::<Vec<_>>(),
            "types": types.iter().map(type_name).collect::<Vec<_>>(),
        }),
        Item::Function(func) => tagged("function", function(func)),
        Item::Type(ty) => json!({ "kind": "type", "name": ty.name, "type": ty.kind }),
    }
}

/// A JSON object with `kind` added.
fn tagged(kind: &str, mut value: Value) -> Value {
    value["kind"] = kind.into();
    value
}

fn function(function: &Function) -> Value {
    let params = function.params.iter();
    json!({
        "name": function.name,
        "params": params.map(|param| json!({ "name": param.name, "type": param.ty })).collect::<Vec<_>>(),
        "result": function.result,
        "async": function.is_async,
    })
}

fn type_name(ty: &TypeName) -> Value {
    json!({ "name": ty.name, "type": ty.kind })
}
