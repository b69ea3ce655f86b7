//! The document of a small component, to the letter; and of the kitchen, that every reference in it
//! leads somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use amphi::component::Component;
use amphi::json::Form;
use amphi::{Engine, invoke, json};
use amphi_core::contract;
use amphi_edge::openapi::{Deployed, Endpoint, document};
use amphi_support::wit;
use serde_json::Value;
use wit_parser::Resolve;

/// The document of a component made of WIT, without any code. Functions that JSON cannot carry are
/// left out.
fn document_of(path: &str, name: &str) -> Value {
    let mut resolve = Resolve::default();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let (package, _) = resolve.push_path(path).expect("the WIT is well formed");
    let world = resolve
        .select_world(&[package], None)
        .expect("it has one world");
    let bytes = wit::component(&resolve, world);
    let mut contract = contract::decode(&bytes).expect("a component has a contract");
    contract.document(&resolve);
    let component = Component::new(&Engine::default(), &bytes).expect("the component is valid");
    let functions: Vec<_> = invoke::targets(&component)
        .into_iter()
        .filter_map(|target| Some((json::Function::new(&target.func).ok()?, target)))
        .collect();
    let endpoints: Vec<_> = functions
        .iter()
        .map(|(json, target)| Endpoint {
            interface: target.interface.as_deref(),
            function: &target.function,
            json,
        })
        .collect();
    let deployed = Deployed {
        name,
        endpoints: &endpoints,
        statuses: &[409],
        form: Form::default(),
        contract: Some(&contract),
    };
    document("Functions", "1", &[deployed])
}

#[test]
fn a_document_to_the_letter() {
    let found = document_of("tests/edge/openapi/shop.wit", "shop");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/edge/openapi/shop.json");
    let text = serde_json::to_string_pretty(&found).expect("a document is JSON") + "\n";
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, &text).expect("the golden file can be written");
    }
    let golden = fs::read_to_string(&file).expect("there is a golden file");
    assert!(
        text == golden,
        "`{}` is not what is made; BLESS=1 writes it anew:\n{text}",
        file.display()
    );
}

#[test]
fn every_reference_of_the_kitchen_leads_to_a_schema() {
    let document = document_of("wit/kitchen", "kitchen");
    let paths = document["paths"].as_object().expect("there are operations");
    assert!(paths.contains_key("/v1/fn/kitchen/demo:kitchen/echo@1.0.0/echo-nest"));
    // A basket is a resource.
    assert!(!paths.contains_key("/v1/fn/kitchen/demo:kitchen/store@1.0.0/count"));
    assert!(paths.contains_key("/v1/fn/kitchen/demo:kitchen/store@1.0.0/alive"));
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    assert!(
        references.contains("#/components/schemas/demo.kitchen.types.1.0.0.nest"),
        "{references:?}"
    );
    for reference in references {
        let pointer = reference.trim_start_matches('#');
        assert!(
            document.pointer(pointer).is_some(),
            "`{reference}` leads nowhere"
        );
    }
    let ids: BTreeSet<_> = paths
        .values()
        .map(|path| path["post"]["operationId"].as_str())
        .collect();
    assert_eq!(
        ids.len(),
        paths.len(),
        "every operation has an id of its own"
    );
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            references.extend(
                fields
                    .get("$ref")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            );
            fields.values().for_each(|value| collect(value, references));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
