//! A contract as JSON, in the one form that all who write it share.

use serde_json::{Value, json};

use super::{Contract, Function, Item, TypeName};

/// The contract, and the facts that WIT has no words for.
pub(super) fn contract(contract: &Contract) -> Value {
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
